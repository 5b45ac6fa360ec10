"""Confirmed redemptions go by the membership that was named, and no other."""

from contract_examples import DAY, WINE, ask, facts_of, held, wine, wine_plan
from contract_strategies import NOON

from contract.ask import Contact, Policy, Posture
from contract.confirmed import granted_by
from contract.grant import Grant
from contract.limits import Limit
from contract.membership import Plan

FIRST, SECOND = held(1, ends_at=NOON + DAY), held(2, ends_at=NOON + 2 * DAY)
CONFIRMED = ask("glass-of-wine", contact=Contact.CONFIRMED)


def membership_of(membership_id: int | None, *used: int) -> int | None:
    known = facts_of(FIRST, SECOND, used=tuple(wine(each, NOON, number=each) for each in used))
    decision = granted_by(membership_id, CONFIRMED, known, NOON)
    return None if decision is None or decision.membership is None else decision.membership.id


def test_each_grants_for_itself_alone() -> None:
    assert [membership_of(each) for each in (1, 2)] == [1, 2]
    assert [membership_of(each, 1) for each in (1, 2)] == [None, 2]
    assert [membership_of(each, 1, 2) for each in (1, 2)] == [None, None]


def test_one_that_is_not_there_grants_nothing() -> None:
    assert [membership_of(each) for each in (None, 3)] == [None, None]


def test_what_comes_before_memberships_denies_nevertheless() -> None:
    disabled = ask("glass-of-wine", Policy(enabled=False), contact=Contact.CONFIRMED)
    assert granted_by(1, disabled, facts_of(FIRST), NOON) is None


def test_another_membership_still_helps_through_a_lockdown() -> None:
    guard = held(2, plan=Plan(8, "Guard", (Grant("lockdown"),)))
    locked = ask("glass-of-wine", Policy(lockdown_permission="lockdown"), posture=Posture.LOCKDOWN)
    assert granted_by(1, locked, facts_of(FIRST, guard), NOON) is not None
    assert granted_by(1, locked, facts_of(FIRST), NOON) is None


def test_it_says_what_is_left_of_it() -> None:
    plan = wine_plan(Limit(3, 7 * 86_400))
    decision = granted_by(1, WINE, facts_of(held(1, plan=plan), used=(wine(1, NOON),)), NOON)
    assert decision is not None
    assert (decision.counted, decision.remaining) == (True, 1)
