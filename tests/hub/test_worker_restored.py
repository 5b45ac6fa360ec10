"""A hub that was put back from a backup lacks what it had acked: edges hear of a new epoch, and send it again."""

import pytest

from contract.messages import Ack, Page
from hub.checkins.models import JournalPosition
from hub.feed import queries as feed_queries
from hub.feed.operations import EVERYONE
from hub.sync.worker import Worker
from tests.hub.presences import presence
from tests.hub.scans import Club, many_rows, pull
from tests.hub.seals import said
from tests.hub.worker_desk import JOURNAL, ListeningBroker, checkins_message, pull_message


def epoch() -> int:
    return feed_queries.head(EVERYONE).epoch


@pytest.mark.parametrize(
    ("acked", "others", "begins"),
    [
        (5, {}, False),
        (6, {}, True),
        (6, {"journal": b"o" * 16}, True),
        (0, {"journal": b"o" * 16}, False),
        (6, {"epoch": 1}, False),
        (6, {"feed": "elsewhere"}, False),
    ],
)
def test_an_ack_that_the_hub_knows_nothing_of_begins_an_epoch(
    worker: Worker,
    acked: int,
    others: dict[str, object],
    begins: bool,
) -> None:
    worker.handle([checkins_message(many_rows(5))])  # type: ignore[arg-type]
    before = epoch()
    worker.handle([said("presence", presence(acked=acked, last=9, **{"epoch": before} | others))])
    assert (epoch() > before) == begins


def test_then_all_is_sent_again_and_once_is_enough(worker: Worker, broker: ListeningBroker, club: Club) -> None:
    rows = many_rows(9)
    worker.handle([checkins_message(rows)])  # type: ignore[arg-type]
    before = epoch()
    JournalPosition.objects.filter(edge=club.edge).update(upto=2)
    there = presence(acked=9, last=9, epoch=before)
    worker.handle([said("presence", there)])
    began = epoch()
    worker.handle([said("presence", there), checkins_message(rows[8:]), checkins_message(rows[2:])])  # type: ignore[arg-type]
    assert epoch() == began > before
    acks = broker.take("dw/1/down/clubhouse/ack", Ack)
    assert [(ack.journal, ack.upto, ack.epoch) for ack in acks[-1:]] == [(JOURNAL, 9, began)]


def test_of_the_pulls_of_one_edge_in_a_turn_the_last_is_answered(
    worker: Worker,
    broker: ListeningBroker,
) -> None:
    worker.handle([pull_message(pull(after)) for after in (0, 1, 2)])
    assert [page.after for page in broker.take("dw/1/down/clubhouse/page", Page)] == [2]
