"""What is the same of each kind of file: its columns, how a piece of it is looked through and written."""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, ClassVar, Final
from zoneinfo import ZoneInfo

from django.db.models import QuerySet

from hub.exchange.drafts import Draft, Outcome, Row
from hub.exchange.references import Known
from hub.exchange.resources import EXTERNAL_ID, NUMBER, Columns

Mark = tuple[str, ...]
PIECE_ROWS: Final = 500
"""Rows that are written in one transaction: nobody waits for the feed much longer than half a second."""


class Kind(ABC):
    name: ClassVar[str]
    columns_class: ClassVar[type[Columns]]
    is_exported: ClassVar[bool] = True

    def __init__(self, zone: ZoneInfo, day_first: bool = False) -> None:
        self.columns = self.columns_class(zone, day_first)

    @classmethod
    def marks(cls, row: Row) -> tuple[list[Mark], list[Mark]]:
        """What says of two rows that they are about one thing: the marks that a row claims, and those that it only
        has. It repeats an earlier row where one's claim is any of the other's. First in each stands its column."""
        return [(name, row.text(name)) for name in (NUMBER, EXTERNAL_ID) if row.text(name)], []

    @abstractmethod
    def draft(self, rows: Sequence[Row], at: datetime) -> list[Draft]:
        """As things stand at `at`. Questions to the database are as many for 500 rows as for one."""

    @abstractmethod
    def write(self, drafts: Sequence[Draft]) -> None:
        """Those that are not wrong, inside the caller's transaction."""

    @abstractmethod
    def all(self) -> QuerySet[Any]:
        """With all that export reads."""


def sorted_out(drafts: Iterable[Draft]) -> tuple[list[Draft], list[Draft]]:
    """Those that are new, and those that are changed."""
    by_outcome: dict[Outcome, list[Draft]] = {each: [] for each in Outcome}
    for draft in drafts:
        by_outcome[draft.outcome].append(draft)
    return by_outcome[Outcome.NEW], by_outcome[Outcome.CHANGED]


def known_of(things: QuerySet[Any], drafts: Iterable[Draft], other: str = "") -> Known:
    """Those that the rows may be about. `other`: as for Known, and the column of that name."""
    texts: list[str] = []
    for draft in drafts:
        row = draft.row
        texts += [row.text(EXTERNAL_ID), row.text(other) if other else ""]
        texts += [f"#{row.text(NUMBER)}"] if row.text(NUMBER) else []
    return Known(things, texts, other)
