"""What only rises: heads, epochs, acks, where a replica stands. Whatever is said twice or late changes nothing."""

from contract.facts import Position
from contract.high_water import Mark
from contract.messages import Ack, Head, Live, Page
from edge.core.floors import Floors, is_below
from edge.core.sync_events import Dropped
from tests.edge.sync_samples import EPOCH, page
from tests.edge.sync_samples import live as live_rows

JOURNAL = b"J" * 16


def floors(head: Mark | None = None, position: Mark | None = None, acked: Ack | None = None) -> Floors:
    return Floors("everyone", head, position, acked)


def head(at_us: int, epoch: int = EPOCH, feed: str = "everyone", sequence: int = 5) -> Head:
    return Head(feed, epoch, sequence, b"d" * 32, at_us)


def live(after: int, upto: int) -> Live:
    return live_rows(after, upto)


def ending(at: int, epoch: int = EPOCH) -> Page:
    return page(1, at, at, at, epoch=epoch)


def ack(upto: int, epoch: int = EPOCH, journal: bytes = JOURNAL, feed: str = "everyone") -> Ack:
    return Ack(journal, upto, epoch, 1, feed)


def why(dropped: Dropped | None) -> str | None:
    return None if dropped is None else dropped.why


def test_a_head_is_taken_once_it_is_newer_or_the_same() -> None:
    machine = floors()
    assert [why(machine.judge(head(at))) for at in (10, 10, 11, 10, 12)] == [None, None, None, "stale", None]
    assert machine.epoch == EPOCH


def test_a_newer_epoch_ends_the_older_one_for_all() -> None:
    machine = floors()
    assert machine.judge(head(100)) is None
    assert machine.judge(head(1, EPOCH + 1)) is None
    assert machine.epoch == EPOCH + 1
    for old in (head(101), live(0, 9), ending(9), ack(3)):
        assert why(machine.judge(old)) == "stale"
    assert machine.judge(ack(0, EPOCH + 1)) is None


def test_what_was_reached_is_of_the_highest_epoch() -> None:
    assert floors(None, Mark(EPOCH, 7)).reached == Position("everyone", EPOCH, 7)
    assert floors(Mark(EPOCH + 1, 0), Mark(EPOCH, 7)).reached == Position("everyone", EPOCH + 1, 0)


def test_what_was_kept_holds_from_the_start() -> None:
    machine = floors(Mark(EPOCH + 1, 0), Mark(EPOCH, 7), ack(4))
    assert machine.epoch == EPOCH + 1
    assert why(machine.judge(head(1))) == "stale"
    assert floors(None, Mark(EPOCH, 7)).epoch == EPOCH


def test_a_feed_that_ends_below_where_the_replica_stood_is_none() -> None:
    machine = floors(position=Mark(EPOCH, 7))
    assert why(machine.judge(ending(6))) == "stale"
    assert machine.judge(ending(7)) is None
    assert machine.judge(ending(1, EPOCH + 1)) is None


def test_rows_that_are_known_are_no_news() -> None:
    machine = floors()
    assert machine.stands(Position("everyone", EPOCH, 8)) == Mark(EPOCH, 8)
    assert machine.epoch == EPOCH
    assert why(machine.judge(live(7, 8))) == "replayed"
    assert machine.judge(live(8, 9)) is None
    assert machine.stands(Position("everyone", EPOCH, 3)) == Mark(EPOCH, 8), "it had come so far"


def test_acks_rise_for_each_journal() -> None:
    machine = floors(acked=ack(4))
    assert [why(machine.judge(ack(upto))) for upto in (4, 3, 5, 4)] == [None, "stale", None, "stale"]
    assert machine.judge(ack(1, journal=b"K" * 16)) is None
    assert machine.judge(ack(0, EPOCH + 1)) is None, "a hub that was restored has lost rows"
    assert why(machine.judge(ack(9))) == "stale"


def test_acks_of_each_feed_rise_by_themselves() -> None:
    """An edge is moved to a feed of a lower epoch, and its hub may still take it to follow the other one."""
    machine = Floors("partners", Mark(3, 0), None, ack(4))
    assert machine.judge(ack(2, 3, feed="partners")) is None
    assert [why(machine.judge(ack(upto))) for upto in (3, 4)] == ["stale", None]
    assert [why(machine.judge(ack(9, epoch, feed="partners"))) for epoch in (2, 3)] == ["stale", None]
    assert why(machine.judge(ack(8, 3, feed="partners"))) == "stale"
    assert machine.judge(ack(5, 1, feed="others")) is None
    assert machine.epoch == 3


def test_another_feed_is_not_judged_here() -> None:
    machine = floors(Mark(EPOCH, 0))
    assert machine.judge(head(1, 1, "other")) is None
    assert machine.epoch == EPOCH


def test_an_older_copy_is_below_where_it_stood() -> None:
    floor = Position("everyone", EPOCH, 7)
    assert is_below(Position("everyone", EPOCH, 6), floor)
    assert not is_below(Position("everyone", EPOCH, 7), floor)
    assert not is_below(Position("everyone", EPOCH + 1, 1), floor)
    assert not is_below(Position("other", 1, 1), floor)
    assert not is_below(Position("everyone", 1, 1), None)
