"""Every reason has a card that is denied, or let in, for it."""

from dataclasses import replace
from typing import Any

import pytest
from contract_examples import (
    DOOR,
    HOUR,
    MEMBER,
    POSITION,
    WEEKLY,
    WINE,
    ask,
    facts_of,
    held,
    wine,
    wine_plan,
)
from contract_strategies import CUSTOMER, MICROSECOND, NOON, SECRET

from contract.ask import Ask, Codes, Contact, Direction, Passback, Policy, Posture
from contract.decision import Decision, decide
from contract.facts import Card, Facts, HeldMembership, Passage
from contract.grant import Grant, Offline
from contract.hours import Schedule
from contract.limits import Limit
from contract.membership import AtEnd, Detail, Freeze, Plan
from contract.reasons import Outcome, Reason
from contract.rotating import digits_at, step_at
from contract.trust import ClockState

ORDER = [
    *("reader_disabled", "not_ready"),
    *("unreadable", "unknown_card", "card_revoked", "card_not_yet_valid", "card_expired"),
    *("code_stale", "code_replayed"),
    *("clock_unknown", "replica_stale"),
    *("no_membership", "pending", "scheduled", "suspended", "expired"),
    "lockdown",
    "permission_missing",
    "outside_hours",
    *("partner_not_approved", "login_required", "already_inside"),
    *("limit_reached", "cooldown"),
    *("confirmation_needed", "cannot_record"),
    *("unlocked", "free_access", "granted"),
]
STEP = step_at(NOON)
NOW_SHOWN = digits_at(SECRET, STEP)
INSIDE = Passage(bytes(16), CUSTOMER, "hall", Direction.IN, NOON - HOUR)


def test_the_reasons_are_the_api_and_their_order_is_the_rule() -> None:
    assert [str(reason) for reason in Reason] == ORDER


def test_an_edge_without_a_replica_knows_nothing() -> None:
    assert decide(DOOR, Facts(None), NOON) == Decision(
        Outcome.DENIED, Reason.NOT_READY, "front-door", decided_from=None
    )


# The reader, the code, trust


def door(policy: Policy | None = None, **now: Any) -> Ask:
    return ask("front-door", policy, **now)


ROTATING = Policy(codes=Codes.ROTATING)
STRICT = Policy(codes=Codes.ROTATING_STRICTLY)
ROTATES = facts_of(held(), rotating_secret=SECRET)


def used(step: int) -> Facts:
    return replace(ROTATES, used_steps=frozenset({step}))


@pytest.mark.parametrize(
    ("asked", "known", "reason"),
    [
        (door(Policy(enabled=False)), facts_of(held()), Reason.READER_DISABLED),
        (door(Policy(enabled=False), posture=Posture.UNLOCKED), facts_of(held()), Reason.READER_DISABLED),
        (door(Policy(enabled=False), posture=Posture.FREE), facts_of(held()), Reason.READER_DISABLED),
        (door(readable=False), Facts(None), Reason.NOT_READY),
        (door(readable=False, posture=Posture.FREE), Facts(None), Reason.NOT_READY),
        (door(posture=Posture.LOCKDOWN), Facts(None), Reason.NOT_READY),
        (door(readable=False), Facts(POSITION), Reason.UNREADABLE),
        (door(readable=False, posture=Posture.FREE), facts_of(held()), Reason.UNREADABLE),
        (DOOR, Facts(POSITION), Reason.UNKNOWN_CARD),
        (DOOR, facts_of(held(), card=Card(CUSTOMER, revoked=True)), Reason.CARD_REVOKED),
        (DOOR, facts_of(held(), card=Card(CUSTOMER, valid_from=NOON + MICROSECOND)), Reason.CARD_NOT_YET_VALID),
        (DOOR, facts_of(held(), card=Card(CUSTOMER, valid_until=NOON)), Reason.CARD_EXPIRED),
        (door(ROTATING), ROTATES, Reason.CODE_STALE),
        (door(STRICT), ROTATES, Reason.CODE_STALE),
        (door(ROTATING, digits=NOW_SHOWN), facts_of(held()), Reason.CODE_STALE),
        (door(ROTATING, digits=digits_at(SECRET, STEP - 2)), ROTATES, Reason.CODE_STALE),
        (door(ROTATING, digits=digits_at(SECRET, STEP + 2)), ROTATES, Reason.CODE_STALE),
        (door(ROTATING, digits=NOW_SHOWN, clock=ClockState.HOLDOVER), used(STEP), Reason.CODE_REPLAYED),
        (door(STRICT, digits=NOW_SHOWN), used(STEP), Reason.CODE_REPLAYED),
        (door(STRICT, digits=NOW_SHOWN, clock=ClockState.UNKNOWN), ROTATES, Reason.CLOCK_UNKNOWN),
        (door(Policy(clock=ClockState.HOLDOVER), clock=ClockState.UNKNOWN), ROTATES, Reason.CLOCK_UNKNOWN),
        (door(Policy(clock=ClockState.SYNCED), clock=ClockState.HOLDOVER), ROTATES, Reason.CLOCK_UNKNOWN),
        (door(Policy(replica_age_seconds_max=60), replica_age_s=60.1), ROTATES, Reason.REPLICA_STALE),
        (door(Policy(replica_age_seconds_max=60), replica_age_s=None), ROTATES, Reason.REPLICA_STALE),
    ],
)
def test_what_is_denied_before_any_membership_is_looked_at(asked: Ask, known: Facts, reason: Reason) -> None:
    decision = decide(asked, known, NOON)
    assert (decision.outcome, decision.reason, decision.granted) == (Outcome.DENIED, reason, False)
    assert (decision.permission, decision.clock) == ("front-door", asked.circumstances.clock)
    assert (decision.decided_from, decision.customer) == (known.position, known.customer)
    assert (decision.membership, decision.counted, decision.remaining) == (None, False, None)


@pytest.mark.parametrize(
    ("asked", "known"),
    [
        (door(ROTATING, digits=NOW_SHOWN), ROTATES),
        (door(STRICT, digits=digits_at(SECRET, STEP - 1)), ROTATES),
        (door(STRICT, digits=digits_at(SECRET, STEP + 1)), used(STEP)),
        (door(STRICT, digits=NOW_SHOWN), used(STEP + 1)),
        (door(ROTATING, clock=ClockState.UNKNOWN), ROTATES),
        (door(digits="00000000"), ROTATES),
        (door(Policy(clock=ClockState.HOLDOVER), clock=ClockState.HOLDOVER), ROTATES),
        (door(clock=ClockState.UNKNOWN), ROTATES),
        (door(Policy(replica_age_seconds_max=60), replica_age_s=60.0), ROTATES),
        (door(replica_age_s=None), ROTATES),
        (door(replica_age_s=10.0**9), ROTATES),
    ],
)
def test_what_is_near_to_those_denials_and_granted(asked: Ask, known: Facts) -> None:
    assert decide(asked, known, NOON).reason is Reason.GRANTED


def test_a_step_is_told_where_the_reader_asks_for_one() -> None:
    late = digits_at(SECRET, STEP - 1)
    assert decide(door(ROTATING, digits=late), ROTATES, NOON).step == STEP - 1
    assert decide(door(ROTATING, digits=NOW_SHOWN), used(STEP), NOON).step == STEP
    assert decide(door(digits=late), ROTATES, NOON).step is None
    assert decide(door(ROTATING), ROTATES, NOON).step is None


@pytest.mark.parametrize(
    ("asked", "reason"),
    [
        (door(posture=Posture.UNLOCKED), Reason.UNLOCKED),
        (door(posture=Posture.UNLOCKED, readable=False), Reason.UNLOCKED),
        (door(posture=Posture.FREE), Reason.FREE_ACCESS),
    ],
)
@pytest.mark.parametrize("known", [Facts(None), Facts(POSITION), facts_of(card=Card(CUSTOMER, revoked=True))])
def test_a_door_that_stands_open_lets_in_whatever_is_known(asked: Ask, reason: Reason, known: Facts) -> None:
    decision = decide(asked, known, NOON)
    assert (decision.outcome, decision.reason, decision.granted) == (Outcome.GRANTED, reason, True)
    assert (decision.customer, decision.membership, decision.counted) == (known.customer, None, False)


# The memberships, the grant, the hours, the place, the limit


SHUT = Schedule()
PARTNERS_ONLY = Plan(1, "Bar", (Grant("glass-of-wine", (WEEKLY,), partners=frozenset({"bar"})),))
HARD = Policy(area="hall", passback=Passback.HARD)
GAP = Limit(2, 7 * 86_400, gap_seconds=3_600)


def frozen() -> HeldMembership:
    return held(freezes=(Freeze(NOON, None),))


@pytest.mark.parametrize(
    ("asked", "known", "reason"),
    [
        (DOOR, facts_of(), Reason.NO_MEMBERSHIP),
        (DOOR, facts_of(held(pending=True)), Reason.PENDING),
        (DOOR, facts_of(held(starts_at=NOON + MICROSECOND)), Reason.SCHEDULED),
        (DOOR, facts_of(frozen()), Reason.SUSPENDED),
        (DOOR, facts_of(held(ends_at=NOON)), Reason.EXPIRED),
        (DOOR, facts_of(held(ends_at=NOON, at_end=AtEnd.CANCELLED)), Reason.EXPIRED),
        (DOOR, facts_of(held(ends_at=NOON, at_end=AtEnd.PAYMENT_FAILED)), Reason.EXPIRED),
        (DOOR, facts_of(held(revoked=True)), Reason.EXPIRED),
        (door(posture=Posture.LOCKDOWN), facts_of(held()), Reason.LOCKDOWN),
        (door(Policy(lockdown_permission="sauna"), posture=Posture.LOCKDOWN), facts_of(held()), Reason.LOCKDOWN),
        (ask("sauna"), facts_of(held()), Reason.PERMISSION_MISSING),
        (WINE, facts_of(held(plan=wine_plan(schedule="day")), schedules={"day": SHUT}), Reason.OUTSIDE_HOURS),
        (WINE, facts_of(held(plan=wine_plan(schedule="day"))), Reason.OUTSIDE_HOURS),
        (WINE, facts_of(held(plan=PARTNERS_ONLY)), Reason.PARTNER_NOT_APPROVED),
        (
            ask("glass-of-wine", Policy(partner="cafe")),
            facts_of(held(plan=PARTNERS_ONLY)),
            Reason.PARTNER_NOT_APPROVED,
        ),
        (ask("glass-of-wine", Policy(signed_in=False)), facts_of(held()), Reason.LOGIN_REQUIRED),
        (
            ask("glass-of-wine", Policy(signed_in=False, visitors_redeem=True)),
            facts_of(held(plan=wine_plan(login_required=True))),
            Reason.LOGIN_REQUIRED,
        ),
        (door(HARD), facts_of(held(), passages=(INSIDE,)), Reason.ALREADY_INSIDE),
        (WINE, facts_of(held(), used=(wine(),)), Reason.LIMIT_REACHED),
        (WINE, facts_of(held(plan=wine_plan(GAP)), used=(wine(at=NOON - HOUR + MICROSECOND),)), Reason.COOLDOWN),
        (WINE, facts_of(held(plan=wine_plan(confirm=True))), Reason.CONFIRMATION_NEEDED),
        (
            ask("glass-of-wine", contact=Contact.OFFLINE),
            facts_of(held(plan=wine_plan(offline=Offline.DENY))),
            Reason.CONFIRMATION_NEEDED,
        ),
    ],
)
def test_what_a_membership_is_denied_for(asked: Ask, known: Facts, reason: Reason) -> None:
    decision = decide(asked, known, NOON)
    assert (decision.outcome, decision.reason, decision.granted) == (Outcome.DENIED, reason, False)
    assert (decision.decided_from, decision.customer, decision.counted) == (POSITION, MEMBER, False)
    expected = [(each.membership, each.plan) for each in known.held] or [(None, None)]
    assert (decision.membership, decision.plan) == expected[0]


@pytest.mark.parametrize(
    ("membership", "detail"),
    [
        (held(ends_at=NOON), Detail.ENDED),
        (held(ends_at=NOON, at_end=AtEnd.CANCELLED), Detail.CANCELLED),
        (held(ends_at=NOON, at_end=AtEnd.PAYMENT_FAILED), Detail.PAYMENT_FAILED),
        (held(revoked=True), Detail.REVOKED),
    ],
)
def test_what_expired_says_how(membership: HeldMembership, detail: Detail) -> None:
    assert decide(DOOR, facts_of(membership), NOON).detail is detail
