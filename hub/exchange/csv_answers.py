"""A CSV file as an answer, sent row by row; no cell of it is a formula to a spreadsheet."""

import csv
from collections.abc import Iterable, Iterator

from django.http import StreamingHttpResponse

from hub.exchange.cells import escaped


class _Echo:
    """Hands each line back to who writes it."""

    def write(self, line: str) -> str:
        return line


def csv_answer(name: str, header: Iterable[str], rows: Iterable[Iterable[object]]) -> StreamingHttpResponse:
    """`name`: of the file. UTF-8 with a mark of it, so that spreadsheets read names right."""
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    return StreamingHttpResponse(_lines(header, rows), content_type="text/csv; charset=utf-8", headers=headers)


def _lines(header: Iterable[str], rows: Iterable[Iterable[object]]) -> Iterator[str]:
    writer = csv.writer(_Echo())
    yield "\ufeff" + writer.writerow(header)
    for row in rows:
        yield writer.writerow(map(_cell, row))


def _cell(value: object) -> str:
    return "" if value is None else escaped(str(value))
