"""Operations of the members on both databases: what they write, and what edges hear of it."""

import secrets
from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from contract.ask import Direction
from contract.facts import Passage
from contract.feed import Kind
from contract.limits import CountsBy, Limit, Use
from contract.reasons import Reason
from contract.rows import passage_change, pool_use_change, use_change
from hub.feed import operations as feed
from hub.feed import queries as feed_queries
from hub.feed.operations import EVERYONE
from hub.members import codes, operations, queries
from hub.members.models import Card, Company, Customer, Link, Membership, Permission, Plan
from hub.members.writing import InUse
from tests.hub.followed import assert_exact, decision, kinds
from tests.hub.people import AT, DAY, a_card, a_customer, a_membership, a_plan

pytestmark = pytest.mark.usefixtures("database")


def use_up(membership: Membership, customer: Customer, permission: str = "front-door") -> None:
    """As the ingest of check-ins does."""
    use = Use(secrets.token_bytes(16), customer.pk, membership.pk, permission, AT, membership.company_id)
    with transaction.atomic():
        feed.append(EVERYONE, [use_change(use)])
        if membership.company_id is not None:
            feed.append(EVERYONE, [pool_use_change(use)])


def test_a_member_gets_in() -> None:
    customer = a_customer()
    code = a_card(customer)
    assert decision(code, "front-door", AT).reason is Reason.NO_MEMBERSHIP
    a_membership(a_plan(), customer=customer)
    granted = decision(code, "front-door", AT)
    assert granted.granted
    assert granted.customer is not None
    assert granted.customer.name == "Member"
    assert decision(code, "sauna", AT).reason is Reason.PERMISSION_MISSING
    assert_exact()


def test_a_companys_membership_is_one_row_for_everybody() -> None:
    company = operations.save_company(Company(name="Company"))
    people = operations.add_customers(Customer(name=f"Person {number}") for number in range(50))
    cards = operations.issue_cards(people)
    operations.add_links(Link(customer=person, company=company) for person in people)
    plan = a_plan()
    before = feed_queries.head(EVERYONE).sequence
    membership = a_membership(plan, company=company)
    assert feed_queries.head(EVERYONE).sequence == before + 1
    assert all(decision(codes.decrypt(card), "front-door", AT).granted for card in cards[::10])
    operations.revoke_memberships([membership], AT)
    assert feed_queries.head(EVERYONE).sequence == before + 2
    assert decision(codes.decrypt(cards[0]), "front-door", AT).reason is Reason.EXPIRED


def test_unlinking_ends_what_was_inherited() -> None:
    company, customer = operations.save_company(Company(name="Company")), a_customer()
    code = a_card(customer)
    a_membership(a_plan(), company=company)
    link = operations.save_link(Link(customer=customer, company=company))
    assert decision(code, "front-door", AT).granted
    operations.delete_links([link])
    assert decision(code, "front-door", AT).reason is Reason.NO_MEMBERSHIP
    assert_exact()


def test_a_link_that_moves_leaves_no_old_row() -> None:
    companies = operations.add_companies([Company(name="One"), Company(name="Two")])
    link = operations.save_link(Link(customer=a_customer(), company=companies[0]))
    link.company = companies[1]
    operations.save_link(link)
    assert kinds()[Kind.LINK] == 1
    # Deleting what a form has changed meanwhile removes the link that is stored.
    link.company = companies[0]
    operations.delete_links([link])
    assert Kind.LINK not in kinds()


def test_limits_reach_the_feed() -> None:
    customer = a_customer()
    code = a_card(customer)
    plan = a_plan("glass-of-wine", Limit(1, 604_800))
    membership = a_membership(plan, customer=customer)
    assert decision(code, "glass-of-wine", AT).remaining == 0
    use_up(membership, customer, "glass-of-wine")
    assert decision(code, "glass-of-wine", AT).reason is Reason.LIMIT_REACHED
    operations.save_grant(plan.grants.get(), [Limit(3, 604_800), Limit(5, 3_000_000)])
    assert decision(code, "glass-of-wine", AT).remaining == 1
    operations.save_plan(plan, (), plan.grants.all())
    assert decision(code, "glass-of-wine", AT).reason is Reason.PERMISSION_MISSING


def test_a_permissions_new_slug_moves_its_plans() -> None:
    customer = a_customer()
    code = a_card(customer)
    a_membership(a_plan(), customer=customer)
    permission = Permission.objects.get()
    permission.slug = "main-door"
    operations.save_permission(permission)
    assert decision(code, "main-door", AT).granted
    assert decision(code, "front-door", AT).reason is Reason.PERMISSION_MISSING


def test_a_revoked_membership_stays_revoked_at_its_first_instant() -> None:
    membership = a_membership(a_plan(), customer=a_customer())
    operations.revoke_memberships([membership], AT)
    operations.revoke_memberships([membership], AT + DAY)
    membership.refresh_from_db()
    assert membership.revoked_at == AT


def test_a_membership_that_changes_hands_takes_no_uses_along() -> None:
    one, two = a_customer("One"), a_customer("Two")
    membership = a_membership(a_plan("front-door", Limit(1, 1_000)), customer=one)
    use_up(membership, one)
    membership.customer = two
    operations.save_membership(membership)
    assert kinds()[Kind.MEMBERSHIP] == 1
    assert decision(a_card(one), "front-door", AT).reason is Reason.NO_MEMBERSHIP
    assert decision(a_card(two), "front-door", AT).granted
    assert_exact()


def test_deleting_a_customer_leaves_no_row_of_theirs() -> None:
    company = operations.save_company(Company(name="Company"))
    stays, goes = a_customer("Stays"), a_customer("Goes")
    shared = a_membership(a_plan("front-door", Limit(9, 1_000)), company=company)
    own = a_membership(Plan.objects.get(), customer=goes)
    for person in (stays, goes):
        operations.issue_card(person)
        operations.save_link(Link(customer=person, company=company))
        use_up(shared, person)
        with transaction.atomic():
            inside = Passage(secrets.token_bytes(16), person.pk, "gym", Direction.IN, AT)
            feed.append(EVERYONE, [passage_change(inside)])
    use_up(own, goes)
    operations.delete_customers([goes])
    left = dict.fromkeys([Kind.CUSTOMER, Kind.CARD, Kind.LINK, Kind.PLAN, Kind.MEMBERSHIP, Kind.PASSAGE], 1)
    # What was taken of the company's pool stays taken.
    assert kinds() == left | {Kind.USE: 1, Kind.POOL_USE: 2}
    assert Card.objects.count() == Link.objects.count() == Membership.objects.count() == 1
    operations.delete_companies([company])
    assert kinds() == dict.fromkeys([Kind.CUSTOMER, Kind.CARD, Kind.PLAN, Kind.PASSAGE, Kind.USE], 1)
    assert_exact()


def test_a_new_membership_does_not_bring_back_what_the_customer_has_used() -> None:
    customer = a_customer()
    code = a_card(customer)
    plan = a_plan("front-door", Limit(1, 1_000, counts_by=CountsBy.CUSTOMER))
    membership = a_membership(plan, customer=customer)
    use_up(membership, customer)
    operations.delete_memberships([membership])
    assert kinds()[Kind.USE] == 1
    a_membership(plan, customer=customer)
    assert decision(code, "front-door", AT).reason is Reason.LIMIT_REACHED
    operations.save_grant(plan.grants.get(), [Limit(1, 1_000)])
    assert decision(code, "front-door", AT).granted


def test_what_is_in_use_is_not_deleted() -> None:
    plan = a_plan()
    membership = a_membership(plan, customer=a_customer())
    before = feed_queries.head(EVERYONE)
    with pytest.raises(InUse, match="“Full” is still in use by a membership"):
        operations.delete_plans([plan])
    with pytest.raises(InUse, match="still in use by a grant"):
        operations.delete_permissions(Permission.objects.all())
    assert feed_queries.head(EVERYONE) == before
    operations.delete_memberships([membership])
    operations.delete_plans([plan])
    operations.delete_permissions(Permission.objects.all())
    assert kinds() == {Kind.CUSTOMER: 1}


@pytest.mark.parametrize(
    "broken",
    [
        lambda: operations.save_customer(Customer(name="")),
        lambda: operations.save_customer(Customer(name="\x1b[2Jgone")),
        lambda: operations.save_customer(Customer(name="Member", email="nowhere")),
        lambda: operations.save_permission(Permission(slug="Front Door", name="Front door")),
        lambda: operations.add_customers([Customer(name="Fine"), Customer(name="line\nbreak")]),
    ],
)
def test_bad_input_changes_nothing(broken) -> None:
    before = feed_queries.head(EVERYONE)
    with pytest.raises(ValidationError):
        broken()
    assert feed_queries.head(EVERYONE) == before
    assert not Customer.objects.exists()


def test_a_membership_has_one_holder_and_ends_after_its_start() -> None:
    customer, company, plan = a_customer(), operations.save_company(Company(name="Company")), a_plan()
    with pytest.raises(ValidationError, match="either a customer or a company"):
        a_membership(plan)
    with pytest.raises(ValidationError, match="either a customer or a company"):
        a_membership(plan, customer=customer, company=company)
    with pytest.raises(ValidationError, match="after the start"):
        a_membership(plan, customer=customer, ends_at=AT - DAY)
    with pytest.raises(IntegrityError):
        operations.add_memberships([Membership(plan=plan, starts_at=AT)])
    assert Kind.MEMBERSHIP not in kinds()


def test_many_are_added_a_thousand_at_a_time() -> None:
    people = operations.add_customers(Customer(name=f"Person {number}") for number in range(2_500))
    operations.issue_cards(people)
    assert kinds() == {Kind.CUSTOMER: 2_500, Kind.CARD: 2_500}
    assert_exact()


def test_status_is_computed() -> None:
    customer = a_customer()
    plan = a_plan()
    a_membership(plan, customer=customer, ends_at=AT)
    customer = queries.customers_with_memberships().get(pk=customer.pk)
    standings = [queries.standing_of(customer, AT + offset) for offset in (-2 * DAY, -DAY, timedelta(0))]
    assert [standing and standing.status.state.value for standing in standings] == [
        "inactive",
        "active",
        "expired",
    ]
