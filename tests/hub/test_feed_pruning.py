"""The worker drops what is too old of the feeds' past: hourly, and turn by turn while there is more."""

from datetime import timedelta

from django.db import transaction

from contract.feed import Change, Kind
from hub.feed import operations as feed
from hub.feed.history import HISTORY_DAYS, PRUNED_AT_ONCE
from hub.feed.models import SupersededRow
from hub.feed.operations import EVERYONE
from hub.sync.pruning import PRUNE_EVERY_S
from hub.sync.worker import Worker
from tests.hub.scans import AT


def change_all(count: int, days_ago: float) -> None:
    """So many rows change, and did so some days before AT."""
    for body in (b"old", b"new"):
        with transaction.atomic():
            feed.append(EVERYONE, [Change(Kind.CARD, b"%d" % number, b"", body) for number in range(count)])
    SupersededRow.objects.update(superseded_at=AT - timedelta(days=days_ago))


def test_turn_by_turn_while_there_is_more(worker: Worker) -> None:
    change_all(PRUNED_AT_ONCE + 5, days_ago=HISTORY_DAYS + 1)
    left = []
    for _ in range(3):
        worker.prune()
        left.append(SupersededRow.objects.count())
    assert left == [5, 0, 0]


def test_then_an_hour_later(worker: Worker, clock_s: list[float]) -> None:
    change_all(1, days_ago=HISTORY_DAYS - 1)
    worker.prune()
    assert SupersededRow.objects.count() == 1
    SupersededRow.objects.update(superseded_at=AT - timedelta(days=HISTORY_DAYS + 1))
    clock_s[0] = PRUNE_EVERY_S - 1
    worker.prune()
    assert SupersededRow.objects.count() == 1
    clock_s[0] = PRUNE_EVERY_S
    worker.prune()
    assert SupersededRow.objects.count() == 0
