"""Lockdown, anti-passback, hours, places, logging in, the hub being away: each by examples, with its edges."""

from dataclasses import replace
from datetime import timedelta

import pytest
from contract_examples import DAY, HOUR, WEEKLY, ask, facts_of, held, wine, wine_plan
from contract_strategies import CUSTOMER, MICROSECOND, NOON

from contract.ask import Ask, Contact, Direction, Mode, Passback, Policy, PolicyError, Posture
from contract.calendar import Calendar
from contract.decision import decide
from contract.facts import Facts, Passage
from contract.grant import Grant, GrantError, Offline
from contract.hours import Schedule, Site, WeeklyWindow, Window
from contract.limits import Limit
from contract.membership import Plan
from contract.reasons import Reason

GUARD = Plan(8, "Guard", (Grant("lockdown"),))


# Lockdown


LOCKED = ask("front-door", Policy(lockdown_permission="lockdown"), posture=Posture.LOCKDOWN)


def test_the_permission_for_a_lockdown_may_come_from_another_membership() -> None:
    assert decide(LOCKED, facts_of(held(1), held(2, plan=GUARD)), NOON).granted
    assert decide(LOCKED, facts_of(held(1)), NOON).reason is Reason.LOCKDOWN
    over = held(2, plan=GUARD, ends_at=NOON)
    assert decide(LOCKED, facts_of(held(1), over), NOON).reason is Reason.LOCKDOWN
    assert decide(LOCKED, facts_of(held(1), over), NOON - MICROSECOND).granted


def test_who_passes_a_lockdown_still_needs_the_permission_itself() -> None:
    assert decide(LOCKED, facts_of(held(2, plan=GUARD)), NOON).reason is Reason.PERMISSION_MISSING


def test_nobody_passes_where_no_permission_is_named() -> None:
    nobody = ask("front-door", posture=Posture.LOCKDOWN)
    assert decide(nobody, facts_of(held(1), held(2, plan=GUARD)), NOON).reason is Reason.LOCKDOWN
    assert decide(ask("front-door", Policy(lockdown_permission="lockdown")), facts_of(held()), NOON).granted


# Anti-passback


def passage(direction: Direction, before: timedelta = HOUR, area: str = "hall", number: int = 0) -> Passage:
    return Passage(number.to_bytes(16, "big"), CUSTOMER, area, direction, NOON - before)


def enter(passback: Passback = Passback.HARD, **policy: object) -> Ask:
    return ask("front-door", Policy(area="hall", passback=passback, **policy))  # type: ignore[arg-type]


def came(*passages: Passage) -> Facts:
    return facts_of(held(), passages=passages)


WENT_IN, WENT_OUT = passage(Direction.IN), passage(Direction.OUT)


@pytest.mark.parametrize(
    ("passages", "inside"),
    [
        ((), False),
        ((WENT_IN,), True),
        ((WENT_OUT,), False),
        ((passage(Direction.IN, area="pool"),), False),
        ((WENT_IN, passage(Direction.OUT, area="pool")), True),
        ((WENT_IN, passage(Direction.OUT, 2 * HOUR)), True),
        ((WENT_OUT, passage(Direction.IN, 2 * HOUR)), False),
        # Two at once: the greater id is the later one.
        ((passage(Direction.IN, number=1), passage(Direction.OUT, number=2)), False),
        ((passage(Direction.IN, number=2), passage(Direction.OUT, number=1)), True),
    ],
)
def test_who_is_inside(passages: tuple[Passage, ...], inside: bool) -> None:
    for order in (passages, passages[::-1]):
        hard, soft = decide(enter(), came(*order), NOON), decide(enter(Passback.SOFT), came(*order), NOON)
        assert hard.reason is (Reason.ALREADY_INSIDE if inside else Reason.GRANTED)
        assert not hard.inside_already
        assert (soft.reason, soft.inside_already) == (Reason.GRANTED, inside)
        off = decide(enter(Passback.OFF), came(*order), NOON)
        assert (off.reason, off.inside_already) == (Reason.GRANTED, False)


def test_a_forgotten_way_out_counts_as_gone_after_its_time() -> None:
    reset = enter(passback_seconds=3_600)
    assert decide(reset, came(WENT_IN), NOON).granted
    assert decide(reset, came(WENT_IN), NOON - MICROSECOND).reason is Reason.ALREADY_INSIDE
    assert decide(enter(), came(WENT_IN), NOON + 300 * DAY).reason is Reason.EXPIRED
    endless = facts_of(held(ends_at=None), passages=(WENT_IN,))
    assert decide(enter(), endless, NOON + 300 * DAY).reason is Reason.ALREADY_INSIDE


def test_the_way_out_asks_for_no_passage_and_for_no_hours() -> None:
    plan = Plan(1, "Never", (Grant("front-door", schedule="never"),))
    known = facts_of(held(plan=plan), passages=(WENT_IN,), schedules={"never": Schedule()})
    out = enter(direction=Direction.OUT)
    assert decide(out, known, NOON).granted
    assert not decide(out, known, NOON).inside_already
    assert decide(enter(Passback.OFF), known, NOON).reason is Reason.OUTSIDE_HOURS


@pytest.mark.parametrize(
    ("policy", "text"),
    [
        ({"passback": Passback.HARD}, "need an area"),
        ({"passback": Passback.SOFT}, "need an area"),
        ({"direction": Direction.OUT}, "need an area"),
        ({"area": "hall", "passback_seconds": 60}, "needs anti-passback"),
    ],
)
def test_a_policy_that_cannot_be_meant_is_refused_in_words(policy: dict[str, object], text: str) -> None:
    with pytest.raises(PolicyError, match=text):
        Policy(**policy)  # type: ignore[arg-type]


# Hours, partners, logging in


def test_hours_are_those_of_the_readers_site() -> None:
    plan = Plan(1, "Mornings", (Grant("front-door", schedule="mornings"),))
    mornings = Schedule((WeeklyWindow(5, Window(480, 720)),))
    kathmandu = Site(Calendar("Asia/Kathmandu"))
    for site, begins in ((Site(), NOON - 4 * HOUR), (kathmandu, NOON - 9 * HOUR - timedelta(minutes=45))):
        known = facts_of(held(plan=plan), site=site, schedules={"mornings": mornings})
        told = [
            decide(ask("front-door"), known, at).granted
            for at in (begins - MICROSECOND, begins, begins + 4 * HOUR - MICROSECOND, begins + 4 * HOUR)
        ]
        assert told == [False, True, True, False]


@pytest.mark.parametrize(
    ("partners", "partner", "granted"),
    [
        (None, None, True),
        (None, "bar", True),
        (frozenset({"bar"}), "bar", True),
        (frozenset({"bar", "cafe"}), "cafe", True),
        (frozenset({"bar"}), "cafe", False),
        (frozenset({"bar"}), None, False),
        (frozenset(), "bar", False),
    ],
)
def test_approved_partners(partners: frozenset[str] | None, partner: str | None, granted: bool) -> None:
    known = facts_of(held(plan=wine_plan(partners=partners)))
    assert decide(ask("glass-of-wine", Policy(partner=partner)), known, NOON).granted is granted


@pytest.mark.parametrize(
    ("partners", "may_be_said", "partner", "granted"),
    [
        (None, False, "bar", True),
        (frozenset({"bar"}), False, "bar", False),
        (frozenset({"bar"}), True, "bar", True),
        (frozenset({"bar"}), True, "cafe", False),
        (frozenset({"bar"}), True, None, False),
    ],
)
def test_a_partner_that_is_only_said_is_approved_where_the_grant_lets_anybody_say_so(
    partners: frozenset[str] | None, may_be_said: bool, partner: str | None, granted: bool
) -> None:
    known = facts_of(held(plan=wine_plan(partners=partners, partner_may_be_said=may_be_said)))
    decision = decide(ask("glass-of-wine", Policy(partner=partner, partner_said=True)), known, NOON)
    assert decision.granted is granted
    assert granted or decision.reason is Reason.PARTNER_NOT_APPROVED


OPEN_GRANT = Grant("glass-of-wine")
LIMITED = Grant("glass-of-wine", (WEEKLY,))


@pytest.mark.parametrize(
    ("grant", "mode", "visitors_redeem", "signed_out"),
    [
        (OPEN_GRANT, Mode.REDEEM, False, True),
        (LIMITED, Mode.REDEEM, False, False),
        (LIMITED, Mode.REDEEM, True, True),
        (LIMITED, Mode.IDENTIFY, False, True),
        (replace(OPEN_GRANT, login_required=True), Mode.REDEEM, True, False),
        (replace(LIMITED, login_required=True), Mode.IDENTIFY, True, False),
    ],
)
def test_what_nobody_signed_in_may(grant: Grant, mode: Mode, visitors_redeem: bool, signed_out: bool) -> None:
    known = facts_of(held(plan=Plan(1, "Wine", (grant,))))
    for signed_in in (True, False):
        policy = Policy(signed_in=signed_in, visitors_redeem=visitors_redeem)
        decision = decide(ask("glass-of-wine", policy, mode), known, NOON)
        assert decision.granted is (signed_in or signed_out)
        assert decision.granted or decision.reason is Reason.LOGIN_REQUIRED


# The hub is asked, or away


@pytest.mark.parametrize(
    ("rules", "contact", "granted"),
    [
        ({}, Contact.ONLINE, True),
        ({}, Contact.OFFLINE, True),
        ({"confirm": True}, Contact.ONLINE, False),
        ({"confirm": True}, Contact.OFFLINE, True),
        ({"confirm": True}, Contact.CONFIRMED, True),
        ({"offline": Offline.DENY}, Contact.ONLINE, True),
        ({"offline": Offline.DENY}, Contact.OFFLINE, False),
        ({"offline": Offline.DENY}, Contact.CONFIRMED, True),
        ({"confirm": True, "offline": Offline.DENY}, Contact.OFFLINE, False),
        ({"offline": Offline.AT_MOST, "offline_uses": 1}, Contact.ONLINE, True),
        ({"offline": Offline.AT_MOST, "offline_uses": 1}, Contact.OFFLINE, True),
        ({"confirm": True, "offline": Offline.AT_MOST, "offline_uses": 1}, Contact.ONLINE, False),
    ],
)
def test_who_needs_the_hub(rules: dict[str, object], contact: Contact, granted: bool) -> None:
    known = facts_of(held(plan=wine_plan(**rules)))
    decision = decide(ask("glass-of-wine", contact=contact), known, NOON)
    assert decision.reason is (Reason.GRANTED if granted else Reason.CONFIRMATION_NEEDED)
    assert decision.remaining == (0 if granted else 1)
    assert decide(ask("glass-of-wine", mode=Mode.IDENTIFY, contact=contact), known, NOON).granted


def test_at_most_so_many_of_a_customer_at_this_edge_since_contact() -> None:
    plan = wine_plan(Limit(9, 86_400), offline=Offline.AT_MOST, offline_uses=2)
    used = tuple(wine(number=number, at=NOON - HOUR) for number in range(1, 4))
    away = ask("glass-of-wine", contact=Contact.OFFLINE)

    def unacked(*numbers: int, **changes: object) -> Facts:
        since = frozenset(number.to_bytes(16, "big") for number in numbers)
        return replace(facts_of(held(plan=plan), used=used, since_contact=since), **changes)  # type: ignore[arg-type]

    assert decide(away, unacked(), NOON).granted
    assert decide(away, unacked(1), NOON).granted
    assert decide(away, unacked(1, 2), NOON).reason is Reason.CONFIRMATION_NEEDED
    assert decide(away, unacked(1, 2, 3), NOON).reason is Reason.CONFIRMATION_NEEDED
    # Another customer's, another permission's, and what is no use (a door's) do not count.
    assert decide(away, unacked(1, 8, 9), NOON).granted
    colleagues = tuple(replace(use, customer_id=8, membership_id=1) for use in used)
    assert decide(away, unacked(1, 2, uses=colleagues), NOON).granted
    doors = tuple(replace(use, permission="front-door") for use in used)
    assert decide(away, unacked(1, 2, uses=doors), NOON).granted
    # Under another membership they do: it is the customer at this edge.
    others = tuple(replace(use, membership_id=5) for use in used)
    assert decide(away, unacked(1, 2, uses=others), NOON).reason is Reason.CONFIRMATION_NEEDED
    # What has passed out of every window was still made since contact.
    long_ago = tuple(replace(use, occurred_at=NOON - 30 * DAY) for use in used)
    denied = decide(away, unacked(1, 2, uses=long_ago), NOON)
    assert denied.reason is Reason.CONFIRMATION_NEEDED
    # So the answer says that it rests on them: the hub decides it once more from what is named.
    assert denied.counted_uses == tuple(number.to_bytes(16, "big") for number in (1, 2))


@pytest.mark.parametrize(
    ("limits", "rules", "text"),
    [
        ((), {"confirm": True}, "only a limited benefit can be confirmed"),
        ((), {"offline": Offline.AT_MOST, "offline_uses": 1}, "only a limited benefit can be allowed"),
        ((WEEKLY,), {"offline": Offline.AT_MOST}, "1 to 1000 times offline, not 0"),
        ((WEEKLY,), {"offline": Offline.AT_MOST, "offline_uses": 1_001}, "1 to 1000 times offline, not 1001"),
        ((WEEKLY,), {"offline": Offline.ALLOW, "offline_uses": 1}, "says nothing where the offline rule is allow"),
        ((WEEKLY,), {"offline": Offline.DENY, "offline_uses": -1}, "says nothing where the offline rule is deny"),
    ],
)
def test_a_grant_that_cannot_be_meant_is_refused_in_words(
    limits: tuple[Limit, ...], rules: dict[str, object], text: str
) -> None:
    with pytest.raises(GrantError, match=text):
        Grant("glass-of-wine", limits, **rules)  # type: ignore[arg-type]


def test_the_ends_of_what_may_be_allowed_offline() -> None:
    for uses in (1, 1_000):
        assert Grant("wine", (WEEKLY,), offline=Offline.AT_MOST, offline_uses=uses).offline_uses == uses
    assert Grant("front-door", offline=Offline.DENY).offline is Offline.DENY


def test_an_answer_names_the_uses_for_which_another_membership_was_passed_over() -> None:
    plan = wine_plan(Limit(1, 86_400))
    used = wine(membership_id=1, at=NOON - HOUR)
    decision = decide(ask("glass-of-wine"), facts_of(held(1, plan=plan), held(2, plan=plan), used=(used,)), NOON)
    assert decision.granted
    assert decision.membership is not None
    assert decision.membership.id == 2
    assert decision.counted_uses == (used.id,)
