"""A CSV file of personal data as an answer: who was given how many rows of it stands in the audit log."""

from collections.abc import Iterable

from django.http import HttpRequest, StreamingHttpResponse

from hub.access.queries import actor_of
from hub.audit.acting import acting
from hub.audit.operations import note_exported
from hub.exchange.csv_answers import csv_answer


def noted_csv_answer(
    request: HttpRequest, name: str, header: Iterable[str], rows: Iterable[Iterable[object]], count: int
) -> StreamingHttpResponse:
    """Of personal data: that this user was given so many rows stands in the audit log before the first one."""
    with acting(actor_of(request.user)):
        note_exported(name, count)
    return csv_answer(name, header, rows)
