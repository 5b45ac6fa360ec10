"""How old the replica is: from the question whose answer it came to hold."""

import pytest

from contract.facts import Position
from edge.core.replica_age import ReplicaAge
from edge.core.sync_events import State

AT_S = 1_000.0


def at(sequence: int, epoch: int = 5) -> Position:
    return Position("everyone", epoch, sequence)


@pytest.mark.parametrize("state", State)
@pytest.mark.parametrize("position", [None, at(9), at(10), at(11), at(99, 4), at(1, 6)])
def test_every_state_at_every_position(position: Position | None, state: State) -> None:
    age = ReplicaAge(AT_S - 500)
    age.answered(AT_S, at(10))
    age.stands(position, state)
    there = position in {at(10), at(11), at(1, 6)} and state in {State.FOLLOWING, State.CATCHING_UP}
    expected = None if position is None else 0.0 if there else 500.0
    assert age.age_s(AT_S) == expected


def test_it_grows_until_the_next_answer_is_held() -> None:
    age = ReplicaAge()
    assert age.age_s(AT_S) is None
    age.answered(AT_S, at(10))
    age.stands(at(10), State.FOLLOWING)
    assert age.age_s(AT_S + 90) == 90.0
    age.answered(AT_S + 60, at(20))
    age.stands(at(10), State.CATCHING_UP)
    assert age.age_s(AT_S + 90) == 90.0
    age.stands(at(20), State.FOLLOWING)
    assert age.age_s(AT_S + 90) == 30.0
    assert age.whole_s == AT_S + 60


def test_a_page_with_more_to_come_proves_nothing() -> None:
    age = ReplicaAge()
    age.answered(AT_S, None)
    age.stands(at(10), State.FOLLOWING)
    assert age.age_s(AT_S) is None


def test_what_was_refuted_is_not_believed_later() -> None:
    age = ReplicaAge(AT_S - 500)
    age.answered(AT_S, at(10))
    age.stands(at(10), State.RESTING)
    age.stands(at(10), State.FOLLOWING)
    assert age.age_s(AT_S) == 500.0


def test_a_fresh_replica_is_as_old_as_the_question_after_its_last_rows() -> None:
    age = ReplicaAge()
    age.answered(AT_S, None)
    age.answered(AT_S + 1, at(10))
    age.stands(None, State.PROVING)
    age.stands(at(10), State.FOLLOWING)
    assert age.age_s(AT_S + 3) == 2.0


def test_a_clock_that_stands_still_makes_no_negative_age() -> None:
    assert ReplicaAge(AT_S).age_s(AT_S - 1) == 0.0
