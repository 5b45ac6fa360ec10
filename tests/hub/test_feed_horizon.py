"""Tombstones leave after a while: an edge that comes from before that starts anew, and is exact in the end."""

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path

import pytest
from django.db import transaction

from contract.feed import Change, Kind
from contract.messages import Pull
from edge.core import sync_events as sync
from edge.core.replica_sync import ReplicaSync, State
from edge.storage.replica import Replica
from hub.feed import operations as feed
from hub.feed import queries
from hub.feed.epoch_operations import begin_as_told
from hub.feed.history import PRUNED_AT_ONCE, prune_history
from hub.feed.models import Feed, FeedRow, SupersededRow
from hub.feed.operations import EVERYONE
from hub.sync.pages import page_for
from tests.edge.replica_runs import digest_on_disk
from tests.hub.scans import AT, fill_feed, pull

pytestmark = pytest.mark.usefixtures("database")


def remove(numbers: range) -> None:
    with transaction.atomic():
        feed.append(EVERYONE, [Change(Kind.CARD, b"%08d" % number, b"", None) for number in numbers])


def forget() -> list[int]:
    """All that went so far leaves, in steps; how many rows each step dropped."""
    SupersededRow.objects.update(superseded_at=datetime.now(UTC) - timedelta(days=91))
    return list(iter(lambda: prune_history(datetime.now(UTC) - timedelta(days=90)), 0))


def horizon() -> int:
    return Feed.objects.get(name=EVERYONE).horizon


class Edge:
    """The edge's own sync and a replica on disk, with the hub's pages for a line."""

    def __init__(self, folder: Path, runner: asyncio.Runner) -> None:
        numbers = count(1)
        self._runner = runner
        self.replica = runner.run(Replica.open(folder))
        self.sync = ReplicaSync(EVERYONE, None, 0, lambda: next(numbers).to_bytes(16, "big"))
        self._to_do: list[sync.Action] = []
        self.pulls = self.loads = 0

    def tell(self, event: sync.Event) -> None:
        self._to_do += self.sync.handle(event, 0.0)

    def step(self) -> bool:
        """Do the first of what is to be done; whether there was something."""
        if not self._to_do:
            return False
        match self._to_do.pop(0):
            case sync.SendPull(epoch, after, nonce, began):
                self.pulls += 1
                self.tell(page_for(Pull(EVERYONE, epoch, after, 100, nonce, began), AT))
            case sync.Apply(rows, upto):
                self.tell(sync.Applied(upto, self._runner.run(self.replica.apply(rows, upto))))
            case sync.StartFresh(epoch, head):
                self.loads += 1
                self._runner.run(self.replica.start_fresh(EVERYONE, epoch, head))
            case sync.Load(rows, upto):
                self._runner.run(self.replica.load(rows, upto))
                self.tell(sync.Loaded())
            case sync.FinishFresh(_, digest):
                self.tell(sync.Finished(self._runner.run(self.replica.finish_fresh(digest))))
            case sync.NewEpoch():
                pass
            case other:
                raise AssertionError(other)
        return True

    def catch_up(self) -> None:
        self.tell(sync.Connected())
        while self.step():
            assert self.pulls < 1_000
        self.tell(sync.Disconnected())

    def is_exact(self) -> bool:
        """By a recount of the rows on disk."""
        digest = self._runner.run(digest_on_disk(self.replica))
        head = queries.head(EVERYONE)
        position = self.replica.position()
        assert position is not None
        return (digest.to_bytes(32, "big"), position.sequence) == (head.digest, head.sequence)


@pytest.fixture
def edge(tmp_path: Path) -> Iterator[Edge]:
    with asyncio.Runner() as runner:
        edge = Edge(tmp_path, runner)
        yield edge
        runner.run(edge.replica.close())


def test_tombstones_leave_with_what_they_replaced_in_bounded_steps() -> None:
    fill_feed(PRUNED_AT_ONCE + 200)
    remove(range(PRUNED_AT_ONCE + 100))
    fill_feed(10)
    end = queries.head(EVERYONE).sequence
    assert forget() == [PRUNED_AT_ONCE, 100]
    assert horizon() == end - 10
    assert not FeedRow.objects.filter(body=None).exists()
    assert FeedRow.objects.count() == 110
    assert queries.digest_from_rows(EVERYONE) == queries.head(EVERYONE).digest


def test_what_came_back_and_what_went_lately_stays() -> None:
    fill_feed(3)
    remove(range(2))
    fill_feed(1)
    assert forget() == [2]
    assert horizon() == 5
    remove(range(2, 3))
    assert prune_history(datetime.now(UTC) - timedelta(days=90)) == 0
    assert FeedRow.objects.filter(body=None).count() == 1
    assert horizon() == 5


def test_who_comes_from_before_the_horizon_is_answered_from_the_beginning() -> None:
    fill_feed(20)
    remove(range(10))
    forget()
    epoch = queries.head(EVERYONE).epoch
    assert horizon() == 30
    assert [page_for(pull(after, epoch=epoch), AT).after for after in (0, 1, 29, 30)] == [0, 0, 0, 30]
    began = Pull(EVERYONE, epoch, 5, 1_000, bytes(16), 30)
    assert page_for(began, AT).after == 5
    other_epoch = page_for(pull(29, epoch=epoch - 1), AT)
    assert (other_epoch.after, other_epoch.rows) == (29, [])


def test_an_edge_from_before_the_horizon_is_exact_in_the_end(edge: Edge) -> None:
    fill_feed(1_000)
    edge.catch_up()
    assert edge.is_exact()
    remove(range(300))
    fill_feed(20, b"again")
    forget()
    fill_feed(50, b"new", start=900)
    assert horizon() > 1_000
    edge.catch_up()
    assert edge.sync.state is State.FOLLOWING
    assert edge.loads == 2
    assert edge.is_exact()


@pytest.mark.parametrize("left", [0, 3, 1_000])
def test_an_edge_of_an_earlier_epoch_learns_of_the_next_by_the_answer_alone(edge: Edge, left: int) -> None:
    fill_feed(1_000)
    edge.catch_up()
    epoch = begin_as_told(EVERYONE, queries.head(EVERYONE).epoch, AT)
    fill_feed(left, b"new")
    edge.catch_up()
    position = edge.replica.position()
    assert position is not None
    assert (position.epoch, edge.loads, edge.is_exact()) == (epoch, 2, True)


def test_an_edge_at_the_horizon_goes_on_where_it_was(edge: Edge) -> None:
    fill_feed(1_000)
    remove(range(300))
    edge.catch_up()
    forget()
    fill_feed(50, b"new", start=900)
    edge.catch_up()
    assert (edge.loads, edge.is_exact()) == (1, True)


def test_a_load_that_is_under_way_is_not_begun_again_for_ever(edge: Edge) -> None:
    """Every page of it ends before the horizon; what left while it went on is gone in the end."""
    fill_feed(1_000)
    remove(range(0, 900, 2))
    forget()
    edge.tell(sync.Connected())
    for _ in range(6):
        edge.step()
    remove(range(1, 100, 2))
    edge.catch_up()
    assert (edge.loads, edge.is_exact()) == (1, True)


def test_a_load_that_began_before_the_horizon_is_begun_again(edge: Edge) -> None:
    fill_feed(1_000)
    edge.tell(sync.Connected())
    for _ in range(6):
        edge.step()
    remove(range(100))
    forget()
    edge.catch_up()
    assert (edge.loads, edge.is_exact()) == (2, True)
