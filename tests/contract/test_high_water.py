"""Marks only rise, each by itself, and survive being written down."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contract.high_water import HEAD, HighWater, HighWaterError, Mark, Reached

marks = st.builds(Mark, st.integers(0, 3), st.integers(0, 3))
reached = st.builds(Reached, st.sampled_from(["hub", "everyone"]), st.sampled_from(["head", "mode"]), marks)


def test_the_first_of_a_kind_is_accepted() -> None:
    assert HighWater().accepts("everyone", HEAD, Mark(0, 0))


@given(marks, marks)
def test_what_lies_above_is_accepted_and_the_same_where_it_may_come_again(first: Mark, then: Mark) -> None:
    water = HighWater().raised("hub", "mode", first)
    assert water.accepts("hub", "mode", then) == (then > first)
    assert water.accepts("hub", "mode", then, again=True) == (then >= first)
    assert water.accepts("hub", "config", then)
    assert water.accepts("other", "mode", then)


@given(marks, marks)
def test_nothing_goes_back(first: Mark, then: Mark) -> None:
    water = HighWater().raised("hub", "mode", first)
    if then >= first:
        assert water.raised("hub", "mode", then).reached() == (Reached("hub", "mode", then),)
    else:
        with pytest.raises(HighWaterError, match="would go back"):
            water.raised("hub", "mode", then)
    assert water.reached() == (Reached("hub", "mode", first),)


def test_a_newer_epoch_goes_before_any_number() -> None:
    water = HighWater().raised("hub", "mode", Mark(5, 1_000))
    with pytest.raises(HighWaterError, match="mode of hub would go back"):
        water.raised("hub", "mode", Mark(4, 2_000))
    assert water.accepts("hub", "mode", Mark(6, 0))
    assert not water.accepts("hub", "mode", Mark(4, 2_000))


@given(st.lists(reached, max_size=8))
def test_marks_survive_being_written_down(rows: list[Reached]) -> None:
    water = HighWater.of(rows)
    assert HighWater.of(water.reached()) == water
    assert all(not water.accepts(row.sender, row.kind, row.mark) for row in rows)
    assert {(row.sender, row.kind) for row in water.reached()} == {(row.sender, row.kind) for row in rows}


def test_each_journal_has_marks_of_its_own() -> None:
    old, new = (f"kind-{number}" for number in range(2))
    water = HighWater().raised("hub", old, Mark(1, 900))
    assert water.accepts("hub", new, Mark(1, 1))
