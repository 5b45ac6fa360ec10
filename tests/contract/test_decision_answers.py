"""What each membership answers, and which uses it counts: whose, and at which partner."""

from dataclasses import replace

from contract_examples import COMPANY, DAY, DOOR_ONLY, FULL, HOUR, ask, facts_of, held, wine, wine_plan
from contract_strategies import CUSTOMER, MICROSECOND, NOON, SECRET

from contract.ask import Codes, Policy
from contract.billing import BillingInterval
from contract.decision import answers, decide
from contract.facts import Facts
from contract.limits import Across, CountsBy, Limit
from contract.limits import Window as LimitWindow
from contract.reasons import Reason
from contract.rotating import digits_at, step_at


def test_each_membership_answers_for_itself() -> None:
    later, sooner = held(1, ends_at=NOON + 2 * DAY), held(2, plan=DOOR_ONLY)
    told = answers(ask("glass-of-wine"), facts_of(later, sooner), NOON)
    assert [(answer.membership, answer.reason) for answer in told] == [
        (sooner.membership, Reason.PERMISSION_MISSING),
        (later.membership, Reason.GRANTED),
    ]
    assert [answer.plan for answer in told] == [DOOR_ONLY, FULL]
    assert answers(ask("glass-of-wine"), Facts(None), NOON) == []


def test_a_membership_bills_from_its_own_start() -> None:
    plan = wine_plan(Limit(1, window=LimitWindow.BILLING_PERIOD))
    billed = replace(plan, billing=BillingInterval(days=10))
    one = held(plan=billed, starts_at=NOON - 15 * DAY, ends_at=None)
    for before, granted in ((5 * DAY, False), (5 * DAY + MICROSECOND, True)):
        decision = decide(ask("glass-of-wine"), facts_of(one, used=(wine(at=NOON - before),)), NOON)
        assert decision.granted is granted
        assert decision.next_available_at == (None if granted else NOON + 5 * DAY)


def test_answers_know_the_code_and_the_customer_as_the_decision_does() -> None:
    policy = Policy(codes=Codes.ROTATING)
    shown = ask("glass-of-wine", policy, digits=digits_at(SECRET, step_at(NOON)))
    plan = wine_plan(Limit(1, 86_400, counts_by=CountsBy.CUSTOMER))
    known = facts_of(held(plan=plan), used=(wine(5, at=NOON - HOUR),), rotating_secret=SECRET)
    for facts in (known, replace(known, uses=())):
        assert answers(shown, facts, NOON) == [decide(shown, facts, NOON)]
        assert decide(shown, facts, NOON).step == step_at(NOON)


def test_a_limit_at_each_partner_counts_what_was_used_at_this_one() -> None:
    known = facts_of(
        held(plan=wine_plan(Limit(1, 7 * 86_400, across=Across.PARTNER))), used=(wine(partner="bar"),)
    )
    assert decide(ask("glass-of-wine", Policy(partner="bar")), known, NOON).reason is Reason.LIMIT_REACHED
    assert decide(ask("glass-of-wine", Policy(partner="cafe")), known, NOON).granted


def test_the_code_that_was_shown_is_told_where_there_is_no_membership_too() -> None:
    shown = ask("glass-of-wine", Policy(codes=Codes.ROTATING), digits=digits_at(SECRET, step_at(NOON)))
    decision = decide(shown, facts_of(rotating_secret=SECRET), NOON)
    assert (decision.reason, decision.step) == (Reason.NO_MEMBERSHIP, step_at(NOON))


def test_the_pool_of_a_membership_of_ones_own_is_ones_own() -> None:
    """Though the customer's number may be a company's too."""
    plan = wine_plan(Limit(1, 7 * 86_400, counts_by=CountsBy.COMPANY))
    colleagues = wine(9, customer_id=8, company_id=CUSTOMER)
    assert decide(ask("glass-of-wine"), facts_of(held(plan=plan), used=(colleagues,)), NOON).granted
    own = facts_of(held(plan=plan), used=(wine(1),))
    assert decide(ask("glass-of-wine"), own, NOON).reason is Reason.LIMIT_REACHED
    inherited = facts_of(held(plan=plan, holder=COMPANY), used=(colleagues,))
    assert decide(ask("glass-of-wine"), inherited, NOON).reason is Reason.LIMIT_REACHED
