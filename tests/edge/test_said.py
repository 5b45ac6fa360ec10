"""What an edge says only rises, whatever becomes of its connections."""

from hypothesis import given
from hypothesis import strategies as st

from contract.messages import SAID_IN_A_CONNECTION_MAX
from edge.core.said import Said


def test_it_rises_and_a_will_is_above_all_of_its_connection() -> None:
    said = Said(3)
    assert said.start == 3
    assert [said.next_n(), said.next_n()] == [1, 2]
    will = said.try_connection()
    assert will == 2 * SAID_IN_A_CONNECTION_MAX - 1
    assert [said.next_n(), said.next_n()] == [SAID_IN_A_CONNECTION_MAX, SAID_IN_A_CONNECTION_MAX + 1]
    assert said.last_n() == will
    assert said.try_connection() == 3 * SAID_IN_A_CONNECTION_MAX - 1
    assert said.next_n() == will + 1


@given(st.lists(st.booleans(), max_size=40))
def test_no_will_is_ever_above_what_follows_it(tries: list[bool]) -> None:
    said, heard = Said(1), 0
    for tried in tries:
        if tried:
            said.next_n()
            will = said.try_connection()
            assert heard < will
            heard = will
            assert said.next_n() > said.last_n() - SAID_IN_A_CONNECTION_MAX
        else:
            n = said.next_n()
            assert n < said.last_n()
            said.try_connection()
            assert said.next_n() > n
