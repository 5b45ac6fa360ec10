"""CSV files looked at and imported as the desk does it, in this thread."""

import io
from typing import Any
from zoneinfo import ZoneInfo

from django.utils import timezone

from hub.exchange import job_operations, queries
from hub.exchange.exporting import export
from hub.exchange.models import Job
from hub.exchange.running import work

BERLIN = ZoneInfo("Europe/Berlin")


def taken_in(kind: str, text: str | bytes, day_first: bool = False) -> Job:
    data = text.encode() if isinstance(text, str) else text
    said = {"file_name": "file.csv", "zone": "Europe/Berlin", "day_first": day_first}
    return job_operations.take_in(kind, io.BytesIO(data), len(data), timezone.now(), **said)


def looked_at(kind: str, text: str | bytes, **said: Any) -> Job:
    return worked(taken_in(kind, text, **said))


def imported(kind: str, text: str | bytes, skip_bad: bool = False, **said: Any) -> Job:
    job = looked_at(kind, text, **said)
    job_operations.begin_writing(job, skip_bad, timezone.now())
    return worked(job)


def worked(job: Job) -> Job:
    work(job, timezone.now)
    job.refresh_from_db()
    return job


def counts(job: Job) -> tuple[int, int, int, int]:
    """New, changed, unchanged, bad."""
    return job.new, job.changed, job.unchanged, job.wrong


def errors(job: Job) -> list[tuple[int, str, str]]:
    """Line, column, text."""
    return [(found.line, *error) for found in queries.all_found(job, "wrong") for error in found.errors]


def changes(job: Job) -> list[tuple[int, str, str, str]]:
    """Line, column, old, new; of rows that change."""
    return [(found.line, *change) for found in queries.all_found(job, "changed") for change in found.changes]


def exported(kind: str) -> str:
    return "".join(export(kind, BERLIN))
