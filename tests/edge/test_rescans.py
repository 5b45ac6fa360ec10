"""Codes that are scanned again: how long their first outcome is repeated."""

from dataclasses import replace

import pytest
from msgspec import structs

from contract.ask import Circumstances, Posture
from contract.decision import Decision
from contract.reasons import Outcome, Reason
from edge.core.rescans import REMEMBERED_MAX, FirstOutcome, Rescans
from tests.edge.test_own_uses import checkin

SECURE = Posture.SECURE
SHOWN = Decision(outcome=Outcome.GRANTED, reason=Reason.GRANTED, permission="front-door", decided_from=None)


def first(number: int, scanned_s: float, digits: str | None = None) -> FirstOutcome:
    circumstances = Circumstances(digits=digits)
    code_hash = number.to_bytes(32, "big")
    return FirstOutcome(checkin(number, code_hash=code_hash, circumstances=circumstances), SHOWN, scanned_s)


def code(number: int) -> bytes:
    return number.to_bytes(32, "big")


def test_the_first_outcome_is_repeated_for_a_while() -> None:
    rescans = Rescans(5.0)
    rescans.remember(first(1, 100.0))
    assert rescans.of(code(1), None, SECURE, 105.0) == first(1, 100.0)
    assert rescans.of(code(1), None, SECURE, 105.001) is None
    assert rescans.of(code(1), "12345678", SECURE, 100.0) is None
    assert rescans.of(code(2), None, SECURE, 100.0) is None


def test_a_later_first_outcome_takes_the_earlier_ones_place() -> None:
    rescans = Rescans(5.0)
    rescans.remember(first(1, 100.0))
    rescans.remember(first(1, 110.0))
    assert rescans.of(code(1), None, SECURE, 111.0) == first(1, 110.0)


def test_new_digits_are_another_code() -> None:
    rescans = Rescans(5.0)
    rescans.remember(first(1, 100.0, "11111111"))
    assert rescans.of(code(1), "11111111", SECURE, 101.0) is not None
    assert rescans.of(code(1), "22222222", SECURE, 101.0) is None
    assert rescans.of(code(1), None, SECURE, 101.0) is None


def test_a_reader_that_repeats_nothing_remembers_nothing() -> None:
    rescans = Rescans(0.0)
    rescans.remember(first(1, 100.0))
    assert rescans.of(code(1), None, SECURE, 100.0) is None


def test_a_flood_fills_no_memory() -> None:
    rescans = Rescans(60.0)
    for number in range(REMEMBERED_MAX + 1):
        rescans.remember(first(number, 100.0))
    assert rescans.of(code(0), None, SECURE, 100.0) is None
    assert rescans.of(code(1), None, SECURE, 100.0) is not None
    assert len(rescans._outcomes) == REMEMBERED_MAX


def test_where_the_door_is_set_to_something_else_it_is_decided_anew() -> None:
    rescans = Rescans(5.0)
    rescans.remember(first(1, 100.0))
    assert rescans.of(code(1), None, Posture.LOCKDOWN, 101.0) is None
    assert rescans.of(code(1), None, SECURE, 101.0) is not None


@pytest.mark.parametrize("reason", [Reason.UNLOCKED, Reason.FREE_ACCESS])
def test_where_a_door_stood_open_each_scan_is_recorded(reason: Reason) -> None:
    rescans = Rescans(5.0)
    rescans.remember(replace(first(1, 100.0), shown=structs.replace(SHOWN, reason=reason)))
    assert rescans.of(code(1), None, SECURE, 101.0) is None


def test_what_was_undone_is_repeated_no_more() -> None:
    rescans = Rescans(5.0)
    rescans.remember(first(1, 100.0))
    rescans.remember(first(2, 100.0))
    rescans.forget((1).to_bytes(16, "big"))
    assert rescans.of(code(1), None, SECURE, 101.0) is None
    assert rescans.of(code(2), None, SECURE, 101.0) is not None
