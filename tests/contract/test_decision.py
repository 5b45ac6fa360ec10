"""The decision by examples: what is told, what counts, and which of several memberships it is."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from contract_examples import (
    COMPANY,
    DAY,
    DOOR,
    DOOR_ONLY,
    FULL,
    HOUR,
    MEMBER,
    POSITION,
    WINE,
    facts_of,
    held,
    wine,
    wine_plan,
)
from contract_strategies import CUSTOMER, MICROSECOND, NOON
from msgspec import structs

from contract.ask import Mode
from contract.decision import Decision, cannot_record, decide
from contract.facts import Card
from contract.limits import Limit, Use
from contract.membership import AtEnd, Detail, Freeze
from contract.reasons import Outcome, Reason


@pytest.mark.parametrize("card", [Card(CUSTOMER, valid_from=NOON), Card(CUSTOMER, valid_until=NOON + MICROSECOND)])
def test_a_cards_own_dates_are_half_open(card: Card) -> None:
    assert decide(DOOR, facts_of(held(), card=card), NOON).granted


def test_a_revoked_card_is_told_before_its_dates() -> None:
    card = Card(CUSTOMER, revoked=True, valid_from=NOON + DAY, valid_until=NOON - DAY)
    assert decide(DOOR, facts_of(held(), card=card), NOON).reason is Reason.CARD_REVOKED
    not_yet = replace(card, revoked=False)
    assert decide(DOOR, facts_of(held(), card=not_yet), NOON).reason is Reason.CARD_NOT_YET_VALID


def test_a_door_without_limit_is_granted_and_counts_nothing() -> None:
    one = held()
    assert decide(DOOR, facts_of(one), NOON) == Decision(
        Outcome.GRANTED,
        Reason.GRANTED,
        "front-door",
        POSITION,
        detail=Detail.CURRENT,
        customer=MEMBER,
        membership=one.membership,
        plan=FULL,
        valid_until=NOON + DAY,
    )


def test_an_expired_member_is_still_identified() -> None:
    one = held(ends_at=NOON)
    decision = decide(DOOR, facts_of(one), NOON)
    assert (decision.detail, decision.customer, decision.membership) == (Detail.ENDED, MEMBER, one.membership)
    assert (decision.plan, decision.valid_until) == (FULL, NOON)
    assert decide(DOOR, facts_of(held(revoked=True)), NOON).detail is Detail.REVOKED
    assert decide(DOOR, facts_of(held(starts_at=NOON + DAY)), NOON).detail is Detail.SCHEDULED


# Limits


def test_a_redemption_is_counted_and_leaves_one_less() -> None:
    decision = decide(WINE, facts_of(held()), NOON)
    assert (decision.granted, decision.counted, decision.remaining) == (True, True, 0)
    assert decision.next_available_at is None


def test_identify_shows_and_counts_nothing() -> None:
    decision = decide(structs.replace(WINE, mode=Mode.IDENTIFY), facts_of(held()), NOON)
    assert (decision.granted, decision.counted, decision.remaining) == (True, False, 1)


def test_a_limit_that_is_reached_says_when_there_is_more() -> None:
    decision = decide(WINE, facts_of(held(ends_at=None), used=(wine(1),)), NOON)
    assert (decision.remaining, decision.next_available_at) == (0, NOON + 6 * DAY)
    assert decision.counted_uses == (wine(1).id,)


@pytest.mark.parametrize(
    ("end", "told"),
    [(timedelta(days=6), None), (timedelta(days=6) + MICROSECOND, NOON + 6 * DAY), (timedelta(days=5), None)],
)
def test_there_is_no_more_once_the_membership_is_over(end: timedelta, told: datetime | None) -> None:
    for at_end in (AtEnd.ENDS, AtEnd.CANCELLED, AtEnd.PAYMENT_FAILED):
        one = held(ends_at=NOON + end, at_end=at_end)
        assert decide(WINE, facts_of(one, used=(wine(1),)), NOON).next_available_at == told
    renewed = held(ends_at=NOON + end, at_end=AtEnd.RENEWS)
    assert decide(WINE, facts_of(renewed, used=(wine(1),)), NOON).next_available_at == NOON + 6 * DAY


def test_a_cooldown_says_when_it_ends_and_what_remains() -> None:
    plan = wine_plan(Limit(3, 7 * 86_400, gap_seconds=3_600))
    decision = decide(WINE, facts_of(held(plan=plan), used=(wine(at=NOON),)), NOON + HOUR - MICROSECOND)
    assert (decision.reason, decision.remaining) == (Reason.COOLDOWN, 2)
    assert (decision.next_available_at, decision.counted_uses) == (NOON + HOUR, (wine().id,))
    assert decide(WINE, facts_of(held(plan=plan), used=(wine(at=NOON),)), NOON + HOUR).granted


@pytest.mark.parametrize(
    "foreign",
    [
        replace(wine(1), permission="front-door"),
        replace(wine(1), membership_id=2),
        replace(wine(1), customer_id=8),
    ],
    ids=["of another permission", "of another membership", "of a colleague"],
)
def test_a_use_of_something_else_does_not_count(foreign: Use) -> None:
    decision = decide(WINE, facts_of(held(holder=COMPANY), used=(foreign,)), NOON)
    assert decision.granted
    assert decision.counted_uses == ()


def test_a_redemption_that_cannot_be_recorded_is_denied_and_counts_nothing() -> None:
    granted = decide(WINE, facts_of(held()), NOON)
    refused = cannot_record(granted)
    assert (refused.outcome, refused.reason, refused.counted) == (Outcome.DENIED, Reason.CANNOT_RECORD, False)
    assert (refused.customer, refused.membership) == (granted.customer, granted.membership)
    assert (granted.remaining, refused.remaining) == (0, 1)
    assert cannot_record(decide(DOOR, facts_of(held()), NOON)).remaining is None
    assert granted.remaining is not None
    assert refused.remaining == granted.remaining + 1


# Several memberships


def test_the_first_to_expire_is_consumed_first() -> None:
    later, sooner, endless = held(1, ends_at=NOON + 2 * DAY), held(2, ends_at=NOON + DAY), held(3, ends_at=None)
    known = facts_of(endless, later, sooner)
    order = []
    for number in range(3):
        decision = decide(WINE, known, NOON)
        assert decision.membership is not None
        order.append(decision.membership.id)
        used = wine(decision.membership.id, NOON, number=number)
        known = replace(known, uses=(*known.uses, used))
    assert order == [2, 1, 3]
    assert decide(WINE, known, NOON).reason is Reason.LIMIT_REACHED


def test_a_freeze_that_moved_the_end_puts_a_membership_behind() -> None:
    frozen = (Freeze(NOON - 9 * DAY, NOON - 6 * DAY),)
    moved = held(1, starts_at=NOON - 20 * DAY, ends_at=NOON + DAY, freezes=frozen)
    decision = decide(WINE, facts_of(moved, held(2, ends_at=NOON + 2 * DAY)), NOON)
    assert decision.membership is not None
    assert (decision.membership.id, decision.valid_until) == (2, NOON + 2 * DAY)


def test_ones_own_comes_before_a_companys_and_the_older_before_the_newer() -> None:
    own, company, newer = held(9), held(1, holder=COMPANY), held(10)
    for known in (facts_of(company, newer, own), facts_of(newer, own, company)):
        assert decide(DOOR, known, NOON).membership == own.membership


def test_the_reason_that_came_furthest_is_told() -> None:
    waits = held(1, starts_at=NOON + DAY, ends_at=NOON + 2 * DAY)
    over = held(2, ends_at=NOON)
    lacks = held(3, plan=DOOR_ONLY)
    used_up = held(4)
    known = [waits, over, lacks, used_up]
    reasons = [Reason.SCHEDULED, Reason.EXPIRED, Reason.PERMISSION_MISSING, Reason.LIMIT_REACHED]
    for count, reason in enumerate(reasons, 1):
        decision = decide(WINE, facts_of(*known[:count], used=(wine(4),)), NOON)
        assert decision.reason is reason
        assert decision.membership == known[count - 1].membership


def test_any_membership_that_grants_wins() -> None:
    decision = decide(DOOR, facts_of(held(1, ends_at=NOON), held(2, revoked=True), held(3)), NOON)
    assert decision.granted
    assert decision.membership is not None
    assert decision.membership.id == 3
