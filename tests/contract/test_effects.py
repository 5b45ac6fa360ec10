"""What a check-in does: the use and the passage it makes, and whether a void can undo it."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from contract.ask import Direction, Policy
from contract.effects import VOID_WITHIN, NotVoidable, passage_of, use_of, why_not_voidable
from contract.facts import Passage
from contract.instants import to_us
from contract.limits import Use
from contract.messages import CheckIn, Void

NOON = datetime(2030, 6, 1, 12, 0, tzinfo=UTC)
LATER = NOON + timedelta(hours=1)
ID = b"i" * 16
HALL = Policy(area="hall", direction=Direction.OUT, partner="spa", site="clubhouse")


def checkin(**more: Any) -> CheckIn:
    fields = {
        "id": ID,
        "at_us": to_us(NOON),
        "reader": "counter",
        "outcome": "granted",
        "reason": "granted",
        "permission": "glass-of-wine",
        "mode": "redeem",
        "counted": True,
        "code_hash": b"h" * 32,
        "code_length": 20,
        "code_classes": "upper",
        "customer": 7,
        "membership": 3,
        "company": 5,
        "policy": HALL,
    }
    return CheckIn(**(fields | more))


def void(at: datetime = NOON, reader: str = "counter") -> Void:
    return Void(voids=ID, at_us=to_us(at), reader=reader)


def test_what_is_granted_and_counted_is_a_use() -> None:
    assert use_of(checkin()) == Use(ID, 7, 3, "glass-of-wine", NOON, 5, "spa", "clubhouse")
    later = use_of(checkin(), LATER)
    assert later is not None
    assert later.occurred_at == LATER


@pytest.mark.parametrize(
    "more", [{"counted": False}, {"outcome": "denied"}, {"customer": None}, {"membership": None}]
)
def test_anything_else_is_none(more: dict[str, Any]) -> None:
    assert use_of(checkin(**more)) is None


def test_what_is_granted_in_an_area_is_a_passage() -> None:
    assert passage_of(checkin(counted=False)) == Passage(ID, 7, "hall", Direction.OUT, NOON)
    assert passage_of(checkin(), LATER) == Passage(ID, 7, "hall", Direction.OUT, LATER)


@pytest.mark.parametrize("more", [{"outcome": "denied"}, {"customer": None}, {"policy": Policy()}])
def test_nobody_passed(more: dict[str, Any]) -> None:
    assert passage_of(checkin(**more)) is None


@pytest.mark.parametrize(
    ("more", "undoing", "why"),
    [
        ({}, void(), None),
        ({}, void(NOON + VOID_WITHIN), None),
        ({}, void(NOON - VOID_WITHIN), None),
        ({}, void(NOON + VOID_WITHIN + timedelta(microseconds=1)), NotVoidable.TOO_FAR_APART),
        ({}, void(NOON - VOID_WITHIN - timedelta(microseconds=1)), NotVoidable.TOO_FAR_APART),
        ({}, void(reader="bar"), NotVoidable.OTHER_READER),
        ({"counted": False}, void(), NotVoidable.NOTHING_USED),
        ({"outcome": "denied"}, void(), NotVoidable.NOTHING_USED),
    ],
)
def test_what_a_void_can_undo(more: dict[str, Any], undoing: Void, why: NotVoidable | None) -> None:
    assert why_not_voidable(checkin(**more), undoing) is why
