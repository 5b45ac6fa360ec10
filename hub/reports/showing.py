"""Tables as the pages show them (hub/templates/hub/reports/): each with the address of its file, reasons in words.

Pages of any look ask for this; knows neither their addresses nor the words.
"""

from collections.abc import Callable, Iterable
from typing import NamedTuple

from hub.reports.queries import Counted
from hub.reports.tables import Column, Table, Text


class Shown(NamedTuple):
    table: Table
    csv: str


def shown(
    tables: Iterable[Table], address_of: Callable[[str], str], reason_text: Callable[[str], Text]
) -> list[Shown]:
    """`address_of`: a table's file, by its name."""
    said = (each.said_by(reason_text) if each.name == "reason" else each for each in tables)
    return [Shown(each, address_of(each.name)) for each in said]


def totals(counted: Counted, columns: Iterable[Column]) -> list[tuple[Text, int]]:
    """Of all of it: what stands above the tables."""
    return [(each.title, each.of(counted.all)) for each in columns]
