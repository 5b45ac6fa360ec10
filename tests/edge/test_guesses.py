"""What is being guessed at a reader, and who could be another try at it."""

import pytest

from contract.card import Scan, new_code, read_scan
from contract.reasons import Reason
from edge.core.guesses import CARDS_MAX, GRANTED_MAX, Guesses
from edge.core.guessing import UNKNOWN_MAX

CARD, OTHER = b"c" * 32, b"o" * 32
IMPORTED = read_scan(b"4006381333931")
OURS = read_scan(new_code(b"0123456789").encode())
ROTATING = read_scan(new_code(b"0123456789").encode() + b"-12345678")
UNREADABLE = read_scan(b"\x00")


def guessed(reason: Reason, card_hash: bytes = CARD, digits: str | None = None) -> Guesses:
    guesses = Guesses()
    for _ in range(UNKNOWN_MAX + 1):
        missed = guesses.missed_by(card_hash, digits, reason)
        if missed is not None:
            missed.unknown(100.0)
    return guesses


@pytest.mark.parametrize(
    ("scan", "waits"), [(IMPORTED, True), (OURS, False), (ROTATING, False), (UNREADABLE, False)]
)
def test_unknown_codes_are_guesses_at_those_that_others_made(scan: Scan, waits: bool) -> None:
    guesses = guessed(Reason.UNKNOWN_CARD)
    assert guesses.going_on() == [guesses.codes]
    assert guesses.tried_by(scan, CARD) is (guesses.codes if waits else None)


@pytest.mark.parametrize(
    ("scan", "card_hash", "waits"),
    [(ROTATING, CARD, True), (ROTATING, OTHER, False), (OURS, CARD, False), (IMPORTED, OTHER, False)],
)
def test_wrong_digits_are_guesses_at_that_card(scan: Scan, card_hash: bytes, waits: bool) -> None:
    guesses = guessed(Reason.CODE_STALE, digits="12345678")
    (about,) = guesses.going_on()
    assert about is not guesses.codes
    assert guesses.tried_by(scan, card_hash) is (about if waits else None)


@pytest.mark.parametrize("reason", [each for each in Reason if each is not Reason.UNKNOWN_CARD])
def test_nothing_else_is_a_guess(reason: Reason) -> None:
    assert guessed(reason).going_on() == []


def test_a_card_that_was_granted_lately_is_no_guess_until_it_is_unknown() -> None:
    guesses = guessed(Reason.UNKNOWN_CARD, OTHER)
    assert guesses.missed_by(CARD, None, Reason.GRANTED) is None
    assert guesses.tried_by(IMPORTED, CARD) is None
    assert guesses.tried_by(IMPORTED, OTHER) is guesses.codes
    guesses.missed_by(CARD, None, Reason.UNKNOWN_CARD)
    assert guesses.tried_by(IMPORTED, CARD) is guesses.codes


@pytest.mark.parametrize("reason", [Reason.FREE_ACCESS, Reason.UNLOCKED, Reason.LIMIT_REACHED])
def test_what_passed_an_open_door_was_not_granted(reason: Reason) -> None:
    guesses = guessed(Reason.UNKNOWN_CARD, OTHER)
    guesses.missed_by(CARD, None, reason)
    assert guesses.tried_by(IMPORTED, CARD) is guesses.codes


def test_a_grant_is_no_pardon_for_guessed_digits() -> None:
    guesses = guessed(Reason.CODE_STALE, digits="12345678")
    guesses.missed_by(CARD, "87654321", Reason.GRANTED)
    assert guesses.tried_by(ROTATING, CARD) is not None


def test_memory_is_bounded() -> None:
    guesses = guessed(Reason.UNKNOWN_CARD, OTHER)
    for number in range(GRANTED_MAX + 1):
        guesses.missed_by(number.to_bytes(32, "big"), None, Reason.GRANTED)
    assert guesses.tried_by(IMPORTED, bytes(32)) is guesses.codes
    assert guesses.tried_by(IMPORTED, (1).to_bytes(32, "big")) is None
    for number in range(CARDS_MAX + 1):
        guesses.missed_by(number.to_bytes(32, "big"), "12345678", Reason.CODE_STALE)
    assert len(guesses._digits) == CARDS_MAX
