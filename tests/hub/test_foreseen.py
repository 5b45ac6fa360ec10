"""What a change of plans would do to everybody, held against what it did: the contract's answer for each customer,
from the rows of the feed, before and after it was saved."""

import random
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from contract.ask import Ask, Mode
from contract.decision import answers
from contract.limits import Limit, Window
from contract.reasons import Reason
from hub.decisions.foreseen import Foreseen, Verdict, foresee
from hub.decisions.foreseen_operations import NotAsForeseen, save_as_foreseen
from hub.decisions.offering import facts_of_customer
from hub.decisions.plan_members import members_by_plan
from hub.decisions.would_be import partner_changed, permission_changed, plan_changed
from hub.members import operations
from hub.members.models import Company, Customer, Freeze, Grant, Link, Membership, Permission, Plan
from hub.partners import operations as partners
from hub.partners.models import Partner
from tests.hub.people import a_customer, a_plan

pytestmark = pytest.mark.usefixtures("database")
NOW = timezone.now()
DAY = timedelta(days=1)
SLUGS = ("front-door", "wine", "lounge")
LIMITS = ((), (Limit(1, 604_800),), (Limit(3, None, Window.MONTH),), (Limit(2, None, Window.BILLING_PERIOD),))
Given = dict[tuple[int, str], Any]


def given() -> Given:
    """What each customer is granted of each permission, as the feed's rows say: with no hand of ours in it."""
    found: Given = {}
    for customer in Customer.objects.all():
        facts = facts_of_customer(customer.pk, None, NOW)
        for slug in SLUGS:
            told = answers(Ask(permission=slug, mode=Mode.IDENTIFY), facts, NOW)
            reached = [each for each in told if each.reason in (Reason.GRANTED, Reason.PARTNER_NOT_APPROVED)]
            grants = [(each.plan.grant_of(slug), each.plan.billing) for each in reached]
            counted = [
                (grant, billing if any(limit.window is Window.BILLING_PERIOD for limit in grant.limits) else None)
                for grant, billing in grants
                if grant.partners != frozenset()
            ]
            found[customer.pk, slug] = sorted(map(repr, counted))
    return found


def happened(before: Given, after: Given) -> set[tuple[Verdict, str, int]]:
    def verdict(was: list[str], now: list[str]) -> Verdict:
        return Verdict.DIFFERS if was and now else Verdict.GAINS if now else Verdict.LOSES

    return {
        (verdict(before[each], after[each]), each[1], each[0]) for each in before if before[each] != after[each]
    }


def told(foreseen: Foreseen) -> set[tuple[Verdict, str, int]]:
    return {(each.verdict, each.permission, customer) for each in foreseen.findings for customer in each.customers}


def a_club(chance: random.Random) -> None:
    """People and companies with all that memberships can be."""
    for slug in SLUGS:
        operations.save_permission(Permission(slug=slug, name=slug.title()))
    for number in range(3):
        plan = operations.save_plan(Plan(name=f"Plan {number}", billed_every=chance.choice([1, 12])))
        for permission in chance.sample(list(Permission.objects.all()), chance.randint(0, 3)):
            operations.save_grant(Grant(plan=plan, permission=permission), chance.choice(LIMITS))
    for number in range(2):
        partners.save_partner(Partner(slug=f"bar-{number}", name=f"Bar {number}"))
    companies = [operations.save_company(Company(name=f"Company {number}")) for number in range(3)]
    for number in range(12):
        customer = a_customer(f"Member {number}")
        for company in chance.sample(companies, chance.choice([0, 0, 1, 2])):
            operations.save_link(Link(customer=customer, company=company))
        for _ in range(chance.choice([0, 1, 1, 2])):
            a_membership(chance, customer=customer)
    for company in companies:
        a_membership(chance, company=company)


def a_membership(chance: random.Random, **holder: Any) -> None:
    starts_at = NOW - chance.choice([-1, 10, 40]) * DAY
    ends_at = starts_at + chance.choice([5, 60, 400]) * DAY if chance.random() < 0.6 else None
    plan, pending = chance.choice(list(Plan.objects.all())), chance.random() < 0.1
    held = Membership(plan=plan, starts_at=starts_at, ends_at=ends_at, pending=pending, **holder)
    operations.save_membership(held)
    if chance.random() < 0.2:
        Freeze.objects.create(membership=held, from_at=NOW - DAY)
        operations.save_membership(held)


def change_a_plan(chance: random.Random) -> tuple[Callable[[], Foreseen], Callable[[], object]]:
    plan = chance.choice(list(Plan.objects.all()))
    plan.billed_every = chance.choice([1, 6])
    wanted = chance.sample(list(Permission.objects.all()), chance.randint(0, 3))
    known = {each.permission_id: each for each in plan.grants.all()}
    grants = [(known.get(each.pk) or Grant(plan=plan, permission=each), chance.choice(LIMITS)) for each in wanted]
    leaving = [each for pk, each in known.items() if pk not in {permission.pk for permission in wanted}]
    return (
        lambda: foresee(plan_changed(plan, grants), NOW),
        lambda: operations.save_plan(plan, grants, leaving),
    )


def change_a_permission(chance: random.Random) -> tuple[Callable[[], Foreseen], Callable[[], object]]:
    permission = chance.choice(list(Permission.objects.all()))
    permission.approved_partners_only = chance.random() < 0.7
    permission.login_required = chance.random() < 0.5
    approved = chance.sample(list(Partner.objects.all()), chance.choice([1, 2]))
    return (
        lambda: foresee(permission_changed(permission, approved), NOW),
        lambda: operations.save_permission(permission, approved),
    )


def change_a_partner(chance: random.Random) -> tuple[Callable[[], Foreseen], Callable[[], object]]:
    partner = chance.choice(list(Partner.objects.all()))
    partner.active = not partner.active
    return lambda: foresee(partner_changed(partner), NOW), lambda: partners.save_partner(partner)


@pytest.mark.parametrize("seed", range(4))
def test_what_is_foreseen_is_what_happens(seed: int) -> None:
    chance = random.Random(seed)
    a_club(chance)
    before, seen = given(), 0
    for number in range(12):
        change = chance.choice([change_a_plan, change_a_plan, change_a_permission, change_a_partner])
        look, save = change(chance)
        foreseen = told(look())
        save_as_foreseen(look().mark, look, save)
        after = given()
        assert foreseen == happened(before, after), (seed, number, change.__name__)
        before, seen = after, seen + len(foreseen)
    assert seen, "nothing ever changed, so nothing was tested"


def test_it_is_saved_as_it_was_seen_or_not_at_all() -> None:
    plan, customer = a_plan(), a_customer()
    operations.save_membership(Membership(plan=plan, customer=customer, starts_at=NOW - DAY))

    def look() -> Foreseen:
        return foresee(plan_changed(plan, []), NOW)

    def save() -> object:
        return operations.save_plan(plan, (), plan.grants.all())

    with pytest.raises(NotAsForeseen) as shown:
        save_as_foreseen("", look, save)
    mark = shown.value.foreseen.mark
    assert shown.value.foreseen.count(Verdict.LOSES) == 1
    operations.save_membership(Membership(plan=plan, customer=a_customer("New"), starts_at=NOW - DAY))
    with pytest.raises(NotAsForeseen) as shown:
        save_as_foreseen(mark, look, save)
    assert plan.grants.count() == 1
    assert shown.value.foreseen.count(Verdict.LOSES) == 2
    save_as_foreseen(shown.value.foreseen.mark, look, save)
    assert not plan.grants.exists()
    save_as_foreseen("", look, save)


def test_what_is_not_active_is_told_apart() -> None:
    plan = a_plan()
    for starts_in in (-1, 1, 2):
        held = Membership(plan=plan, customer=a_customer(), starts_at=NOW + starts_in * DAY)
        operations.save_membership(held)
    foreseen = foresee(plan_changed(plan, []), NOW)
    assert (foreseen.count(Verdict.LOSES), foreseen.waiting) == (1, 2)
    assert {str(state): count for state, count in members_by_plan(NOW)[plan.pk].items()} == {
        "active": 1,
        "inactive": 2,
        "expired": 0,
    }
    over = Membership(plan=plan, customer=a_customer(), starts_at=NOW - 2 * DAY, ends_at=NOW - DAY)
    operations.save_membership(over)
    assert foresee(plan_changed(plan, []), NOW).waiting == 2
    unsaved = Plan(name="New")
    assert not foresee(plan_changed(unsaved, []), NOW).findings


def test_what_changes_only_later_is_seen_before_it_is_saved_too() -> None:
    plan = a_plan()

    def look() -> Foreseen:
        return foresee(plan_changed(plan, []), NOW)

    def save() -> object:
        return operations.save_plan(plan, (), plan.grants.all())

    def wait(**fields: Any) -> Membership:
        fields = {"starts_at": NOW - DAY, "customer": a_customer()} | fields
        return operations.save_membership(Membership(plan=plan, **fields))

    wait(starts_at=NOW + DAY)
    with pytest.raises(NotAsForeseen) as shown:
        save_as_foreseen("", look, save)
    wait(pending=True)
    with pytest.raises(NotAsForeseen) as again:
        save_as_foreseen(shown.value.foreseen.mark, look, save)
    assert (again.value.foreseen.waiting, again.value.foreseen.findings, plan.grants.count()) == (2, [], 1)
    save_as_foreseen(again.value.foreseen.mark, look, save)
    assert not plan.grants.exists()


def test_questions_are_as_many_for_thirty_holders_as_for_one() -> None:
    plan = a_plan()

    def hold(number: int) -> None:
        company = operations.save_company(Company(name=f"Company {number}"))
        customer = a_customer(f"Member {number}")
        operations.save_link(Link(customer=customer, company=company))
        for holder in ({"customer": customer}, {"company": company}):
            operations.save_membership(Membership(plan=plan, starts_at=NOW - DAY, **holder))

    def questions() -> int:
        with CaptureQueriesContext(connection) as asked:
            foresee(plan_changed(plan, []), NOW)
        return len(asked)

    hold(0)
    before = questions()
    for number in range(1, 30):
        hold(number)
    assert questions() == before
