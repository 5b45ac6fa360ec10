"""A feed's epoch: begun anew where an edge shows that the hub was put back from a backup, and only then."""

import pytest

from contract.messages import Page
from hub.feed import operations as feed
from hub.feed import queries
from hub.feed.operations import EVERYONE
from hub.sync.worker import Worker
from tests.hub.conftest import Database
from tests.hub.scans import fill_feed, pull, small_club
from tests.hub.worker_desk import ListeningBroker, pull_message

PAGE = "dw/1/down/clubhouse/page"


def test_an_edge_that_has_more_begins_a_new_epoch_once(worker: Worker, broker: ListeningBroker) -> None:
    fill_feed(10)
    before = queries.head(EVERYONE)
    ahead = pull_message(pull(before.sequence + 4, epoch=before.epoch))
    worker.handle([ahead])
    worker.handle([ahead])
    after = queries.head(EVERYONE)
    assert after.epoch > before.epoch
    assert (after.sequence, after.digest) == (before.sequence, before.digest)
    assert [(page.epoch, page.rows) for page in broker.take(PAGE, Page)] == [(after.epoch, [])] * 2


@pytest.mark.usefixtures("club")
def test_an_edge_that_has_as_much_or_another_epoch_begins_none(worker: Worker) -> None:
    before = queries.head(EVERYONE)
    worker.handle([pull_message(pull(before.sequence, epoch=before.epoch))])
    worker.handle([pull_message(pull(before.sequence + 4, epoch=before.epoch - 1))])
    worker.handle([pull_message(pull(before.sequence + 4, epoch=0))])
    assert queries.head(EVERYONE) == before


def test_an_epoch_is_above_the_last_one_whatever_the_clock_says(database: Database) -> None:
    small_club()
    before = queries.head(EVERYONE)
    assert feed.begin_epoch(EVERYONE, before.epoch, now_ms=5)
    assert queries.head(EVERYONE).epoch == before.epoch + 1
    assert not feed.begin_epoch(EVERYONE, before.epoch, now_ms=5)
    assert feed.begin_epoch(EVERYONE, before.epoch + 1, now_ms=before.epoch + 1_000)
    assert queries.head(EVERYONE).epoch == before.epoch + 1_000
