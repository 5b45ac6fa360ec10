"""Laws of the decision that hold over all facts, memberships, uses and moments."""

import random
from dataclasses import replace
from datetime import datetime

from contract_strategies import CUSTOMER, PERMISSIONS, asks, facts, held_memberships, moments, uses
from hypothesis import given
from hypothesis import strategies as st

from contract.ask import Ask, Mode
from contract.decision import decide
from contract.facts import Facts, HeldMembership
from contract.grant import Grant
from contract.limits import Use
from contract.membership import Detail, Plan
from contract.reasons import Outcome, Reason

WINE = Ask("glass-of-wine", Mode.REDEEM, readable=True)


@given(asks, facts(), moments, st.randoms(use_true_random=False))
def test_the_order_of_facts_does_not_matter(ask: Ask, known: Facts, at: datetime, shuffle: random.Random) -> None:
    memberships, used = list(known.held), list(known.uses)
    shuffle.shuffle(memberships)
    shuffle.shuffle(used)
    assert decide(ask, replace(known, held=tuple(memberships), uses=tuple(used)), at) == decide(ask, known, at)


@given(asks, facts(), moments, held_memberships(99))
def test_one_more_membership_never_turns_a_grant_into_a_denial(
    ask: Ask, known: Facts, at: datetime, more: HeldMembership
) -> None:
    before = decide(ask, known, at)
    after = decide(ask, replace(known, held=(*known.held, more)), at)
    assert list(Reason).index(after.reason) >= list(Reason).index(before.reason)
    assert after.granted or not before.granted


@given(asks, facts(), moments, st.sampled_from(PERMISSIONS))
def test_a_plan_that_grants_more_denies_nothing_it_granted(
    ask: Ask, known: Facts, at: datetime, permission: str
) -> None:
    def wider(plan: Plan) -> Plan:
        others = tuple(grant for grant in plan.grants if grant.permission != permission)
        return replace(plan, grants=(*others, Grant(permission)))

    more = replace(known, held=tuple(replace(each, plan=wider(each.plan)) for each in known.held))
    assert decide(ask, more, at).granted or not decide(ask, known, at).granted


@given(asks, facts(), moments, uses())
def test_one_more_use_never_turns_a_denial_into_a_grant(ask: Ask, known: Facts, at: datetime, use: Use) -> None:
    assert decide(ask, known, at).granted or not decide(ask, replace(known, uses=(*known.uses, use)), at).granted


@given(asks, facts(), moments)
def test_identify_and_redeem_agree_and_identify_counts_nothing(ask: Ask, known: Facts, at: datetime) -> None:
    shown = decide(replace(ask, mode=Mode.IDENTIFY), known, at)
    redeemed = decide(replace(ask, mode=Mode.REDEEM), known, at)
    assert shown.reason is redeemed.reason
    assert shown.membership == redeemed.membership
    assert not shown.counted
    assert redeemed.counted == (redeemed.granted and shown.remaining is not None)
    if redeemed.counted:
        assert redeemed.remaining == (shown.remaining or 0) - 1


@given(asks, facts(), moments)
def test_what_a_decision_always_says(ask: Ask, known: Facts, at: datetime) -> None:
    decision = decide(ask, known, at)
    assert (decision.reason is Reason.GRANTED) == decision.granted == (decision.outcome is Outcome.GRANTED)
    assert decision.decided_from == known.position
    assert decision.remaining is None or decision.remaining >= 0
    assert (decision.next_available_at is not None) == (decision.reason is Reason.LIMIT_REACHED)
    assert set(decision.counted_uses) <= {use.id for use in known.uses}
    if decision.granted:
        assert decision.membership in [each.membership for each in known.held]
        assert decision.detail in (Detail.CURRENT, Detail.TRIAL, Detail.CANCELLING, Detail.GRACE)


@given(facts(), moments)
def test_redeeming_for_ever_ends(known: Facts, at: datetime) -> None:
    """As many redemptions in a row as was said to remain, and not one more."""
    redeemed = 0
    while (decision := decide(WINE, known, at)).counted:
        assert decision.membership is not None
        use = Use(b"redeemed" + redeemed.to_bytes(8, "big"), CUSTOMER, decision.membership.id, "glass-of-wine", at)
        known = replace(known, uses=(*known.uses, use))
        redeemed += 1
        assert redeemed <= 4 * 4
    assert decision.granted is (decision.reason is Reason.GRANTED and decision.remaining is None)
