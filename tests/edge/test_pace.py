"""How long an edge waits before it connects again, and when it takes another for its namesake."""

from edge.hub_link.pace import Pace


def longest(low: float, high: float) -> float:
    assert low == 0.1
    return high


def waits(pace: Pace, lasted_s: float, count: int) -> list[float]:
    """The longest waits after sessions that each `lasted_s`."""
    found = []
    for number in range(count):
        pace.begun(number * 1_000.0)
        pace.ended(number * 1_000.0 + lasted_s)
        found.append(pace.next_wait_s())
    return found


def test_without_a_broker_waits_grow_to_five_seconds() -> None:
    pace = Pace(longest)
    assert [pace.next_wait_s() for _ in range(6)] == [0.4, 0.8, 1.6, 3.2, 5.0, 5.0]
    assert waits(pace, 7.0, 2) == [0.4, 0.4]
    assert not pace.is_crowded


def test_sessions_that_end_as_they_begin_wait_up_to_thirty_seconds() -> None:
    pace = Pace(longest)
    assert waits(pace, 0.2, 2) == [0.4, 0.4]
    assert not pace.is_crowded
    assert waits(pace, 5.0, 6) == [1.6, 3.2, 6.4, 12.8, 25.6, 30.0]
    assert pace.is_crowded


def test_only_a_session_of_a_minute_ends_the_crowd() -> None:
    pace = Pace(longest)
    waits(pace, 0.2, 8)
    assert waits(pace, 20.0, 1) == [30.0]
    assert pace.is_crowded
    assert waits(pace, 60.0, 1) == [0.4]
    assert not pace.is_crowded
