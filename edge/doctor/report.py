"""Findings as a person reads them, and as a program does. Knows no check."""

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Final

import msgspec
from msgspec import Struct

from edge.doctor.findings import Finding, Level, worst

FORMAT: Final = 1
"""Rises when a word of the report goes or changes its meaning; words that are added do not raise it."""
_MARKS: Final = {Level.OK: "  ok  ", Level.WARNING: " look ", Level.FAILURE: "FAILED"}
_COLOURS: Final = {Level.OK: "32", Level.WARNING: "33", Level.FAILURE: "31"}
"""Of ECMA-48's SGR: green, yellow, red."""
_INDENT: Final = " " * 11
_COUNTED: Final = {Level.FAILURE: "failed", Level.WARNING: "to look at", Level.OK: "fine"}


class Report(Struct, frozen=True, kw_only=True):
    """`edge` is its name, None where it is not enrolled; `process` that of the edge that runs, if one does."""

    format: int = FORMAT
    at: datetime
    level: Level
    edge: str | None
    state: str
    process: int | None
    findings: list[Finding]


def encoded(report: Report) -> str:
    """One JSON object."""
    return msgspec.json.format(msgspec.json.encode(report)).decode()


def lines_of(findings: Iterable[Finding], in_colour: bool) -> Iterator[str]:
    """As they come: a line for each group, one for each finding, and under those to act on why and what to do."""
    group = ""
    for each in findings:
        if each.group != group:
            group = each.group
            yield group
        about = "" if each.about is None else f"{each.about}: "
        yield f"  {_mark(each.level, in_colour)} {about}{each.what}"
        if each.why is not None:
            yield f"{_INDENT}why: {each.why}"
        if each.to_do is not None:
            yield f"{_INDENT}do:  {each.to_do}"


def summary(findings: list[Finding], in_colour: bool) -> str:
    counts = Counter(each.level for each in findings)
    told = ", ".join(f"{counts[level]} {words}" for level, words in _COUNTED.items() if counts[level])
    return f"{_mark(worst(findings), in_colour)} {told}"


def _mark(level: Level, in_colour: bool) -> str:
    mark = f"[{_MARKS[level]}]"
    return f"\x1b[{_COLOURS[level]}m{mark}\x1b[0m" if in_colour else mark
