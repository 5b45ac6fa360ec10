"""Laws of the decision that hold over all facts, readers, circumstances and moments."""

import random
from dataclasses import replace
from datetime import datetime

import pytest
from contract_strategies import (
    CUSTOMER,
    PARTNERS,
    PERMISSIONS,
    asks,
    facts,
    grants,
    held_memberships,
    known_cards,
    moments,
    passages,
    uses,
)
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import structs

from contract.ask import Ask, Contact, Direction, Mode, Passback, Posture
from contract.decision import Decision, answers, cannot_record, decide
from contract.facts import Facts, HeldMembership, Passage
from contract.grant import Grant
from contract.hours import ExceptionDay, Schedule, WeeklyWindow, Window
from contract.limits import Use
from contract.membership import Detail, HolderKind
from contract.reader_rules import OPENS
from contract.reasons import Outcome, Reason

RANK = {reason: rank for rank, reason in enumerate(Reason)}
ALWAYS = Schedule(tuple(WeeklyWindow(day, Window(0, 1_440)) for day in range(7)))


def never_less(before: Decision, after: Decision) -> bool:
    """What was granted still is, and the reason came at least as far."""
    return (after.granted or not before.granted) and RANK[after.reason] >= RANK[before.reason]


@settings(max_examples=200)
@given(asks, facts(), moments, st.randoms(use_true_random=False))
def test_the_order_of_facts_does_not_matter(ask: Ask, known: Facts, at: datetime, shuffle: random.Random) -> None:
    def mixed(things: tuple) -> tuple:  # type: ignore[type-arg]
        return tuple(shuffle.sample(things, len(things)))

    other = replace(
        known,
        held=tuple(replace(h, plan=replace(h.plan, grants=mixed(h.plan.grants))) for h in mixed(known.held)),
        uses=mixed(known.uses),
        passages=mixed(known.passages),
        schedules={name: replace(s, weekly=mixed(s.weekly)) for name, s in reversed(known.schedules.items())},
        site=replace(known.site, holidays=mixed(known.site.holidays)),
    )
    before, after = decide(ask, known, at), decide(ask, other, at)
    # The plan is told as it came.
    assert structs.replace(after, plan=before.plan) == before


@settings(max_examples=200)
@given(asks, facts(), moments, held_memberships(99))
def test_one_more_membership_never_turns_a_grant_into_a_denial(
    ask: Ask, known: Facts, at: datetime, more: HeldMembership
) -> None:
    assert never_less(decide(ask, known, at), decide(ask, replace(known, held=(*known.held, more)), at))


def looser(grant: Grant, draw: st.DrawFn) -> Grant:
    """The same benefit, with one thing given away."""
    numbered = range(len(grant.limits))
    ways = [
        {"schedule": None},
        {"login_required": False},
        {"confirm": False},
        {"partners": None},
        {"partner_may_be_said": True},
        {"partners": None if grant.partners is None else grant.partners | {draw(st.sampled_from(PARTNERS))}},
        {"limits": (), "confirm": False, "offline": "allow", "offline_uses": 0},
    ]
    if len(grant.limits) > 1:
        ways += [{"limits": tuple(each for n, each in enumerate(grant.limits) if n != out)} for out in numbered]
    for which in numbered:
        raised = replace(grant.limits[which], count=grant.limits[which].count + draw(st.integers(1, 3)))
        sooner = replace(grant.limits[which], gap_seconds=0)
        for other in (raised, sooner):
            ways.append({"limits": tuple(other if n == which else each for n, each in enumerate(grant.limits))})
    if grant.offline_uses:
        ways.append({"offline_uses": grant.offline_uses + 1})
    return replace(grant, **draw(st.sampled_from(ways)))


@st.composite
def facts_and_more(draw: st.DrawFn) -> tuple[Facts, Facts]:
    """Facts, and the same with one grant given or made looser, or with longer hours."""
    known = draw(facts(known_cards, held_min=1))
    way = draw(st.sampled_from(["given", "looser", "looser", "hours"]))
    if way == "hours":
        return known, replace(known, schedules={**known.schedules, "mornings": ALWAYS, "evenings": ALWAYS})
    chosen = draw(st.sampled_from(known.held))
    granted = {grant.permission: grant for grant in chosen.plan.grants}
    if way == "looser" and granted:
        permission = draw(st.sampled_from(sorted(granted)))
        granted[permission] = looser(granted[permission], draw)
    else:
        permission = draw(st.sampled_from(PERMISSIONS))
        granted.setdefault(permission, draw(grants(permission)))
    plan = replace(chosen.plan, grants=tuple(granted.values()))
    held = tuple(replace(each, plan=plan) if each is chosen else each for each in known.held)
    return known, replace(known, held=held)


@pytest.mark.timeout(600)  # 20 s where nothing else runs
@settings(max_examples=600)
@given(asks, facts_and_more(), moments)
def test_who_is_given_more_is_denied_nothing_that_was_granted(
    ask: Ask, both: tuple[Facts, Facts], at: datetime
) -> None:
    known, more = both
    assert never_less(decide(ask, known, at), decide(ask, more, at))
    for before, after in zip(answers(ask, known, at), answers(ask, more, at), strict=True):
        assert never_less(before, after)
        if before.remaining is not None and after.remaining is not None and before.reason is after.reason:
            assert after.remaining >= before.remaining


@st.composite
def schedules_and_longer(draw: st.DrawFn) -> tuple[Schedule, Schedule]:
    weekly = draw(st.lists(st.builds(WeeklyWindow, st.integers(4, 6), st.just(Window(600, 780))), max_size=2))
    closed = draw(st.lists(st.just(ExceptionDay(3, 14)), max_size=1))
    more = draw(st.builds(WeeklyWindow, st.integers(4, 6), st.sampled_from([Window(0, 720), Window(720, 1_440)])))
    schedule = Schedule(tuple(weekly), tuple(closed))
    return schedule, draw(
        st.sampled_from([replace(schedule, weekly=(*weekly, more)), replace(schedule, exceptions=())])
    )


@given(asks, facts(), moments, schedules_and_longer())
def test_longer_hours_deny_nothing(ask: Ask, known: Facts, at: datetime, both: tuple[Schedule, Schedule]) -> None:
    before, after = (replace(known, schedules=dict.fromkeys(("mornings", "evenings"), each)) for each in both)
    assert never_less(decide(ask, before, at), decide(ask, after, at))


@given(asks, facts(), moments, uses())
def test_one_more_use_never_turns_a_denial_into_a_grant(ask: Ask, known: Facts, at: datetime, use: Use) -> None:
    assert never_less(decide(ask, replace(known, uses=(*known.uses, use)), at), decide(ask, known, at))


@given(asks, facts(), moments)
def test_identify_counts_nothing_and_grants_what_redeem_grants(ask: Ask, known: Facts, at: datetime) -> None:
    shown = decide(structs.replace(ask, mode=Mode.IDENTIFY), known, at)
    redeemed = decide(structs.replace(ask, mode=Mode.REDEEM), known, at)
    assert not shown.counted
    assert never_less(redeemed, shown)
    if shown.reason is not redeemed.reason:
        assert redeemed.reason in (Reason.LOGIN_REQUIRED, Reason.CONFIRMATION_NEEDED)
    if redeemed.counted and redeemed.membership == shown.membership:
        assert redeemed.remaining == (shown.remaining or 0) - 1


@settings(max_examples=300)
@given(asks, facts(), moments)
def test_what_a_decision_always_says(ask: Ask, known: Facts, at: datetime) -> None:
    decision = decide(ask, known, at)
    opened = decision.reason in OPENS
    assert ((decision.reason is Reason.GRANTED) or opened) == decision.granted
    assert decision.granted == (decision.outcome is Outcome.GRANTED)
    assert (decision.decided_from, decision.customer) == (known.position, known.customer)
    assert (decision.permission, decision.clock) == (ask.permission, ask.circumstances.clock)
    assert decision.remaining is None or decision.remaining >= 0
    if decision.next_available_at is not None:
        assert decision.reason in (Reason.LIMIT_REACHED, Reason.COOLDOWN)
        assert decision.next_available_at > at
    assert set(decision.counted_uses) <= {use.id for use in known.uses}
    assert decision.counted == (decision.reason is Reason.GRANTED and decision.remaining is not None) * (
        ask.mode is Mode.REDEEM
    )
    if decision.granted and not opened:
        assert decision.membership in [each.membership for each in known.held]
        assert decision.detail in (Detail.CURRENT, Detail.TRIAL, Detail.CANCELLING, Detail.GRACE)
        assert decision.inside_already <= (ask.policy.passback is Passback.SOFT)


@given(asks, facts(), moments)
def test_the_best_of_the_answers_is_told(ask: Ask, known: Facts, at: datetime) -> None:
    decision, told = decide(ask, known, at), answers(ask, known, at)
    assert len(told) == (0 if known.card is None else len(known.held))
    assert decision in told or decision.membership is None
    if decision.membership is not None:
        furthest = max(RANK[answer.reason] for answer in told)
        assert decision == next(answer for answer in told if RANK[answer.reason] == furthest)


@given(asks, facts(), moments)
def test_what_cannot_be_recorded_uses_nothing_up(ask: Ask, known: Facts, at: datetime) -> None:
    decision = decide(ask, known, at)
    refused = cannot_record(decision)
    assert (refused.outcome, refused.reason, refused.counted) == (Outcome.DENIED, Reason.CANNOT_RECORD, False)
    shown = decide(structs.replace(ask, mode=Mode.IDENTIFY), known, at)
    if decision.counted and decision.membership == shown.membership:
        assert refused.remaining == shown.remaining


# Trust, doors and offline


@given(asks, facts(), moments)
def test_better_circumstances_deny_nothing(ask: Ask, known: Facts, at: datetime) -> None:
    """A hub that has confirmed it, a younger replica, a door that is not locked down."""
    before = decide(ask, known, at)
    for better in ({"contact": Contact.CONFIRMED}, {"replica_age_s": 0.0}):
        now = structs.replace(ask.circumstances, **better)
        assert never_less(before, decide(structs.replace(ask, circumstances=now), known, at))
    if ask.circumstances.posture is Posture.LOCKDOWN:
        now = structs.replace(ask.circumstances, posture=Posture.SECURE)
        assert never_less(before, decide(structs.replace(ask, circumstances=now), known, at))


@given(asks, facts(), moments, st.sampled_from(Contact))
def test_contact_alone_says_only_whether_it_is_to_be_confirmed(
    ask: Ask, known: Facts, at: datetime, contact: Contact
) -> None:
    now = structs.replace(ask.circumstances, contact=contact)
    reasons = {decide(ask, known, at).reason, decide(structs.replace(ask, circumstances=now), known, at).reason}
    assert len(reasons) == 1 or reasons == {Reason.GRANTED, Reason.CONFIRMATION_NEEDED}


@given(asks, facts(), moments, passages)
def test_hours_and_passages_keep_nobody_in(ask: Ask, known: Facts, at: datetime, passage: Passage) -> None:
    policy = structs.replace(ask.policy, area="hall", direction=Direction.OUT)
    out = structs.replace(ask, policy=policy)
    decision = decide(out, replace(known, passages=(passage,)), at)
    assert decision.reason not in (Reason.OUTSIDE_HOURS, Reason.ALREADY_INSIDE)
    assert not decision.inside_already
    assert decision == decide(out, replace(known, passages=(), schedules={}), at)


@given(facts(), moments, st.sampled_from(PERMISSIONS))
def test_redeeming_for_ever_ends(known: Facts, at: datetime, permission: str) -> None:
    """As many redemptions in a row as was said to remain, and not one more."""
    ask = Ask(permission=permission)
    by_membership = {each.membership.id: each.membership.holder for each in known.held}
    redeemed = 0
    while (decision := decide(ask, known, at)).counted:
        assert decision.membership is not None
        holder = by_membership[decision.membership.id]
        company_id = holder.id if holder.kind is HolderKind.COMPANY else None
        number = b"redeemed" + redeemed.to_bytes(8, "big")
        use = Use(number, CUSTOMER, decision.membership.id, permission, at, company_id)
        known = replace(known, uses=(*known.uses, use))
        redeemed += 1
        assert redeemed <= 4 * 4
    assert decision.granted is (decision.reason is Reason.GRANTED and decision.remaining is None)
