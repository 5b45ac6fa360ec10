"""Drops are counted always, and told with their count: a flood of them is a few lines, and none is left out."""

from edge.core.sync_events import CLEARED, UNASKED, Dropped
from edge.hub_link.drops import Drops
from tests.edge.fakes import FakeLog


def told(log: FakeLog) -> list[tuple[object, object, object]]:
    return [(fields["what"], fields["why"], fields["count"]) for _, fields in log.lines]


def test_a_flood_is_a_line_a_second_and_the_rest_comes_afterwards() -> None:
    log = FakeLog()
    drops = Drops(log)
    for number in range(50):
        drops.count(Dropped("page", "it is old", "stale"), 10 + number / 100)
    drops.count(Dropped("page", "a bare message", "unsealed"), 10.5)
    assert told(log) == [("page", "stale", 1), ("page", "unsealed", 1)]
    drops.tick(10.9)
    assert len(log.lines) == 2
    drops.tick(11.0)
    drops.tick(12.0)
    assert told(log)[2:] == [("page", "stale", 49)]
    assert drops.counts == {"stale": 50, "unsealed": 1}


def test_answers_to_an_earlier_session_are_counted_and_told_only_where_they_go_on() -> None:
    log = FakeLog()
    drops = Drops(log)
    late = Dropped("page", "answers no question", UNASKED)
    for number in range(20):
        drops.count(late, 12.0 * number)
    drops.tick(300.0)
    assert log.lines == [] and drops.counts == {UNASKED: 20}
    for number in range(11):
        drops.count(late, 1_000.0 + number)
    assert told(log) == [("page", UNASKED, 6)]
    drops.count(late, 1_011.0)
    drops.tick(1_012.0)
    assert told(log)[1:] == [("page", UNASKED, 6)]


def test_what_the_hub_has_taken_back_is_counted_and_never_told() -> None:
    log = FakeLog()
    drops = Drops(log)
    drops.count(Dropped("modes", "the hub has taken it back", CLEARED), 10.0)
    drops.tick(12.0)
    assert (log.lines, drops.counts) == ([], {CLEARED: 1})
