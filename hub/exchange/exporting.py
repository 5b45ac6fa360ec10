"""What there is of a kind, as lines of CSV: a stream that takes the same memory for any number."""

import csv
from collections.abc import Iterator
from typing import Any, Final
from zoneinfo import ZoneInfo

from hub.audit import operations as audit
from hub.exchange.catalogue import EXPORTED, UnknownKind, kind_called
from hub.exchange.cells import escaped

_AT_ONCE: Final = 1_000


class _Line:
    """Hands each line back to who writes it."""

    def write(self, text: str) -> str:
        return text


def export(name: str, zone: ZoneInfo) -> Iterator[str]:
    """Noted in the audit log before the first line. UTF-8 with a mark of it: spreadsheets read names right."""
    kind = kind_called(name)(zone)
    if not kind.is_exported:
        raise UnknownKind(f"no file of {name} is made: export {', '.join(EXPORTED)}")
    audit.note_exported(name, kind.all().count())
    return _lines(kind)


def _lines(kind: Any) -> Iterator[str]:
    columns = kind.columns.exported()
    yield "\ufeff" + csv_line(columns)
    last = 0
    while things := list(kind.all().filter(pk__gt=last).order_by("pk")[:_AT_ONCE]):
        for thing in things:
            yield csv_line(kind.columns.texts(thing, columns).values())
        last = things[-1].pk


def csv_line(texts: Any) -> str:
    """No cell of it is a formula to a spreadsheet."""
    return str(csv.writer(_Line()).writerow([escaped(text) for text in texts]))
