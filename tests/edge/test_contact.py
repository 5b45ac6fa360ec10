"""Whether the hub is there and knows what the edge did."""

from collections.abc import Callable

import pytest

from edge.core.contact import ACK_WITHIN_S, ANSWER_AGE_MAX_S, Contact

AT_S = 1_000.0


def silent() -> Contact:
    """Connected, and nothing answered yet."""
    contact = Contact()
    contact.connected()
    return contact


def in_contact() -> Contact:
    contact = silent()
    contact.answered(AT_S)
    return contact


def away() -> Contact:
    contact = in_contact()
    contact.disconnected()
    return contact


def unacked() -> Contact:
    contact = in_contact()
    contact.journaled(7, AT_S - ACK_WITHIN_S - 1)
    return contact


STATES = [silent, in_contact, away, unacked]
EVENTS: dict[str, tuple[Callable[[Contact], None], list[bool]]] = {
    "connected": (Contact.connected, [False, True, True, False]),
    "disconnected": (Contact.disconnected, [False, False, False, False]),
    "answered": (lambda contact: contact.answered(AT_S), [True, True, False, False]),
    "answered what was asked long ago": (
        lambda contact: contact.answered(AT_S - ANSWER_AGE_MAX_S - 1),
        [False, False, False, False],
    ),
    "a new row": (lambda contact: contact.journaled(8, AT_S), [False, True, False, False]),
    "a row that is old": (lambda contact: contact.journaled(8, AT_S - 6), [False, False, False, False]),
    "all acked": (lambda contact: contact.acked(8), [False, True, False, True]),
    "some acked": (lambda contact: contact.acked(6), [False, True, False, False]),
    "the journal's standing": (lambda contact: contact.journal_stands(3, 4), [False, False, False, False]),
}


@pytest.mark.parametrize("number", range(len(STATES)), ids=[each.__name__ for each in STATES])
@pytest.mark.parametrize("event", EVENTS)
def test_every_state_takes_every_event(event: str, number: int) -> None:
    happen, expected = EVENTS[event]
    contact = STATES[number]()
    happen(contact)
    assert contact.in_contact(AT_S) is expected[number]


def test_an_answer_is_good_for_150_s_from_the_question() -> None:
    contact = in_contact()
    assert contact.in_contact(AT_S + 150)
    assert not contact.in_contact(AT_S + 150.1)


def test_a_row_must_be_acked_5_s_after_it_was_kept() -> None:
    contact = in_contact()
    for sequence in (1, 2, 3):
        contact.journaled(sequence, AT_S + sequence)
    contact.acked(1)
    assert contact.in_contact(AT_S + 7)
    assert not contact.in_contact(AT_S + 7.1)
    contact.acked(2)
    assert contact.in_contact(AT_S + 8)
    contact.acked(1)  # a hub put back from a backup
    assert not contact.in_contact(AT_S + 8)


def test_rows_of_an_earlier_run_must_be_acked_at_once() -> None:
    contact = in_contact()
    contact.journal_stands(acked=3, last=4)
    assert not contact.in_contact(AT_S)
    contact.acked(4)
    assert contact.in_contact(AT_S)
