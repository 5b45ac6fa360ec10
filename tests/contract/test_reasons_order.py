"""Reasons are looked for in the order of the text.

One case has everything wrong at once. Its faults are mended one after the other, first to last: each time the
next reason must be told.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Any, NamedTuple

from contract_examples import (
    DAY,
    DOOR,
    FULL,
    HOUR,
    POSITION,
    facts_of,
    held,
    wine,
)
from contract_strategies import CUSTOMER, NOON, SECRET
from msgspec import structs

from contract.ask import Ask, Circumstances, Codes, Contact, Direction, Mode, Passback, Policy, Posture
from contract.decision import cannot_record, decide
from contract.facts import Card, Facts, Passage
from contract.grant import Grant
from contract.limits import Limit
from contract.membership import Detail, Freeze, Plan
from contract.reasons import Reason
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


class Wrong(NamedTuple):
    """A case in the making: what is still wrong with it."""

    policy: Policy
    now: Circumstances
    known: Facts


def _policy(**changes: Any) -> Callable[[Wrong], Wrong]:
    return lambda wrong: wrong._replace(policy=structs.replace(wrong.policy, **changes))


def _now(**changes: Any) -> Callable[[Wrong], Wrong]:
    return lambda wrong: wrong._replace(now=structs.replace(wrong.now, **changes))


def _known(**changes: Any) -> Callable[[Wrong], Wrong]:
    return lambda wrong: wrong._replace(known=replace(wrong.known, **changes))


def _card(**changes: Any) -> Callable[[Wrong], Wrong]:
    def mend(wrong: Wrong) -> Wrong:
        assert wrong.known.card is not None
        return wrong._replace(known=replace(wrong.known, card=replace(wrong.known.card, **changes)))

    return mend


def _held(**changes: Any) -> Callable[[Wrong], Wrong]:
    def mend(wrong: Wrong) -> Wrong:
        one = wrong.known.held[0]
        mended = replace(one, membership=replace(one.membership, **changes))
        return wrong._replace(known=replace(wrong.known, held=(mended,)))

    return mend


def _grant(**changes: Any) -> Callable[[Wrong], Wrong]:
    def mend(wrong: Wrong) -> Wrong:
        one = wrong.known.held[0]
        grants = tuple(replace(grant, **changes) for grant in one.plan.grants)
        return wrong._replace(
            known=replace(wrong.known, held=(replace(one, plan=replace(one.plan, grants=grants)),))
        )

    return mend


_WORST_PLAN = Plan(
    1,
    "Wine",
    (
        Grant(
            "sauna",
            (Limit(1, 86_400, gap_seconds=3_600),),
            schedule="day",
            partners=frozenset(),
            login_required=True,
            confirm=True,
        ),
    ),
)
_WORST_MEMBERSHIP = held(
    plan=_WORST_PLAN,
    pending=True,
    starts_at=NOON + HOUR,
    freezes=(Freeze(NOON - DAY, None),),
    freezes_extend=False,
)
_WORST = Wrong(
    Policy(
        enabled=False,
        signed_in=False,
        codes=Codes.ROTATING,
        clock=ClockState.SYNCED,
        replica_age_seconds_max=1,
        area="hall",
        passback=Passback.HARD,
    ),
    Circumstances(
        readable=False, posture=Posture.LOCKDOWN, digits="nothing", clock=ClockState.HOLDOVER, replica_age_s=2.0
    ),
    Facts(None, passages=(INSIDE,), rotating_secret=SECRET, used_steps=frozenset({STEP})),
)
_WORST_CARD = Card(CUSTOMER, revoked=True, valid_from=NOON + DAY, valid_until=NOON - DAY)
_USED = wine(at=NOON)
MENDED_BY = {
    Reason.READER_DISABLED: _policy(enabled=True),
    Reason.NOT_READY: _known(position=POSITION),
    Reason.UNREADABLE: _now(readable=True),
    Reason.UNKNOWN_CARD: _known(card=_WORST_CARD),
    Reason.CARD_REVOKED: _card(revoked=False),
    Reason.CARD_NOT_YET_VALID: _card(valid_from=None),
    Reason.CARD_EXPIRED: _card(valid_until=None),
    Reason.CODE_STALE: _now(digits=NOW_SHOWN),
    Reason.CODE_REPLAYED: _known(used_steps=frozenset()),
    Reason.CLOCK_UNKNOWN: _now(clock=ClockState.SYNCED),
    Reason.REPLICA_STALE: _now(replica_age_s=1.0),
    Reason.NO_MEMBERSHIP: _known(held=(_WORST_MEMBERSHIP,)),
    Reason.PENDING: _held(pending=False),
    Reason.SCHEDULED: _held(starts_at=NOON),
    # The freeze gone, it is over: of the two an expired one is told as expired, frozen or not.
    Reason.SUSPENDED: _held(freezes=(), ends_at=NOON),
    Reason.EXPIRED: _held(ends_at=None),
    Reason.LOCKDOWN: _now(posture=Posture.SECURE),
    Reason.PERMISSION_MISSING: _grant(permission="glass-of-wine"),
    Reason.OUTSIDE_HOURS: _grant(schedule=None),
    Reason.PARTNER_NOT_APPROVED: _grant(partners=None),
    Reason.LOGIN_REQUIRED: _policy(signed_in=True),
    Reason.ALREADY_INSIDE: _known(passages=(), uses=(_USED,)),
    Reason.LIMIT_REACHED: _grant(limits=(Limit(2, 86_400, gap_seconds=3_600),)),
    Reason.COOLDOWN: _known(uses=()),
    Reason.CONFIRMATION_NEEDED: _now(contact=Contact.CONFIRMED),
}


def test_of_all_that_is_wrong_the_first_is_told() -> None:
    """The worst case, mended step by step, tells every denial of the text in its order, and is granted at last."""
    wrong, told = _WORST, []
    for reason, mend in MENDED_BY.items():
        decision = decide(_asked(wrong), wrong.known, NOON)
        told.append(decision.reason)
        assert decision.reason is reason
        wrong = mend(wrong)
    granted = decide(_asked(wrong), wrong.known, NOON)
    assert granted.reason is Reason.GRANTED
    told += [cannot_record(granted).reason, Reason.UNLOCKED, Reason.FREE_ACCESS, granted.reason]
    assert [str(reason) for reason in told] == ORDER


def _asked(wrong: Wrong) -> Ask:
    return Ask(permission="glass-of-wine", mode=Mode.REDEEM, policy=wrong.policy, circumstances=wrong.now)


def test_the_table_of_status_comes_in_its_order() -> None:
    """Revoked, pending, scheduled, over, frozen: of a membership that is all of it, the first of these is told."""
    everything = held(
        revoked=True,
        pending=True,
        starts_at=NOON + HOUR,
        ends_at=NOON - HOUR,
        freezes=(Freeze(NOON - 2 * HOUR, None),),
        freezes_extend=False,
    )
    told = []
    for mend in (
        {"revoked": False},
        {"pending": False},
        {"starts_at": NOON - DAY},
        {"ends_at": None},
        {"freezes": ()},
    ):
        told.append(decide(DOOR, facts_of(everything), NOON).detail)
        everything = replace(everything, membership=replace(everything.membership, **mend))
    assert told == [Detail.REVOKED, Detail.PENDING, Detail.SCHEDULED, Detail.ENDED, Detail.SUSPENDED]
    assert decide(DOOR, facts_of(everything), NOON).granted
    assert FULL.grant_of("front-door") is not None
