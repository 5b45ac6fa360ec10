"""Reading imports: how far one is, what was found of its rows, and the bad rows as a file to correct."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, NamedTuple

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from hub.exchange.cells import CLEAR
from hub.exchange.drafts import EXTRA, Outcome
from hub.exchange.exporting import csv_line
from hub.exchange.job_operations import LEASE
from hub.exchange.models import Job, Piece
from hub.exchange.sealed import opened

ROWS_SHOWN: Final = 50
JOBS_SHOWN: Final = 20
_RATE_ROWS_MIN: Final = 1


class Found(NamedTuple):
    """One row: its line, what it comes to, what changes (column, old, new), and what is wrong (column, text)."""

    line: int
    outcome: str
    changes: list[tuple[str, str, str]]
    errors: list[tuple[str, str]]


@dataclass(frozen=True)
class Progress:
    """`stands`: nobody works on it though there is more to do. `left`: at its present rate; None: not known."""

    percent: int
    rate: float
    left: timedelta | None
    is_at_work: bool
    stands: bool


def jobs() -> QuerySet[Job]:
    return Job.objects.exclude(state=Job.State.READING)[:JOBS_SHOWN]


def progress_of(job: Job, at: datetime) -> Progress:
    has_more = job.state in (Job.State.CHECKING, Job.State.WRITING)
    is_at_work = has_more and bool(job.runner) and job.beat_at > at - LEASE
    seconds = max((job.beat_at - job.began_at).total_seconds(), 0.001)
    done = job.rows_done - job.began_rows
    rate = done / seconds if done >= _RATE_ROWS_MIN else 0.0
    left = timedelta(seconds=round((job.rows - job.rows_done) / rate)) if rate and is_at_work else None
    percent = 100 if not has_more else job.rows_done * 100 // max(job.rows, 1)
    return Progress(percent, rate, left, is_at_work, has_more and not is_at_work)


def rows_found(job: Job, outcome: str = "", after: int = 0) -> tuple[list[Found], int]:
    """ROWS_SHOWN of them, of one outcome or of all, below line `after`; and the line after which there are more,
    or 0."""
    wanted = outcome if outcome in set(Outcome) else ""
    shown: list[Found] = []
    for found in all_found(job, wanted, after):
        if len(shown) == ROWS_SHOWN:
            return shown, shown[-1].line
        shown.append(found)
    return shown, 0


def all_found(job: Job, outcome: str = "", after: int = 0) -> Iterator[Found]:
    """Of one outcome, or of all; below line `after`."""
    for piece in _pieces(job, outcome):
        for line, came_to, changes, errors in opened(piece.found):
            if line > after and outcome in ("", came_to):
                moved = [(name, *texts) for name, texts in changes.items()]
                yield Found(line, came_to, moved, [tuple(each) for each in errors])


def bad_rows(job: Job) -> Iterator[str]:
    """As a file that can be corrected and imported: the columns that were taken over, the line and the reason."""
    columns = job.form["columns"]
    yield "\ufeff" + csv_line([*columns, "line", "reason"])
    for piece in _pieces(job, Outcome.WRONG):
        cells = {line: each for line, each, *_repeats in opened(piece.rows)}
        for line, came_to, _changes, errors in opened(piece.found):
            if came_to == Outcome.WRONG:
                texts = [CLEAR if name in cells[line] and cells[line][name] is None else "" for name in columns]
                own = [cells[line].get(name) or text for name, text in zip(columns, texts, strict=True)]
                yield csv_line([*own, str(line), reason(errors)])


def reason(errors: list[tuple[str, str]]) -> str:
    """Of all that is wrong with a row, with the names of columns."""
    return " ".join(f"{name}: {text}" if name not in ("", EXTRA) else text for name, text in errors)


def is_forgotten(job: Job) -> bool:
    return not job.pieces.exists()


def _pieces(job: Job, outcome: str) -> Iterator[Piece]:
    found = job.pieces.exclude(found=b"").order_by("number")
    return (found.filter(**{f"{outcome}__gt": 0}) if outcome else found).iterator(1)


def in_words(job: Job) -> str:
    """How the file was understood."""
    if job.form["guessed"]:
        return _("It is no UTF-8: read as Windows-1252. Look whether umlauts and accents are right.")
    return ""
