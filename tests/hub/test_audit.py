"""The audit log: what stands in it after changes of customers, companies, memberships and cards."""

from datetime import UTC, datetime

import pytest
from django.db import transaction

from hub.audit.acting import Actor, ActorKind, acting
from hub.audit.models import Entry
from hub.members import operations, status_operations
from hub.members.models import Company, Customer, Freeze, Link, Membership, Plan
from tests.hub.conftest import Database

START, END = datetime(2030, 1, 1, tzinfo=UTC), datetime(2031, 1, 1, tzinfo=UTC)
CLERK = Actor(ActorKind.COMMAND, "doorward-hub by clerk")


def entries(kind: str) -> list[Entry]:
    return list(Entry.objects.filter(thing_kind=kind).order_by("number"))


def membership_of(customer: Customer) -> Membership:
    plan = operations.save_plan(Plan(name="Gold"))
    return operations.save_membership(Membership(plan=plan, customer=customer, starts_at=START, ends_at=END))


def test_who_what_before_and_after(database: Database) -> None:
    with acting(CLERK):
        customer = operations.save_customer(Customer(name="Ann"))
        customer.name = "Anne"
        operations.save_customer(customer)
    operations.save_customer(customer)
    created, changed = entries("customer")
    assert (created.actor_kind, created.actor, created.action) == ("command", "doorward-hub by clerk", "created")
    assert created.before is None
    assert created.after is not None
    assert created.after["name"] == "Ann"
    assert (changed.action, changed.before, changed.after) == ("changed", {"name": "Ann"}, {"name": "Anne"})
    assert {created.customer_id, changed.customer_id} == {customer.pk}
    assert abs((datetime.now(UTC) - created.at).total_seconds()) < 60


def test_what_happens_by_itself_is_the_hubs(database: Database) -> None:
    operations.save_customer(Customer(name="Ann"))
    assert entries("customer")[0].actor == "the hub"


def test_a_membership_tells_in_its_own_words(database: Database) -> None:
    held = membership_of(operations.save_customer(Customer(name="Ann")))
    status_operations.cancel_membership(held, START)
    status_operations.uncancel(held, START)
    operations.revoke_memberships([held], START)
    assert [each.action for each in entries("membership")] == ["created", "cancelled", "uncancelled", "revoked"]
    assert entries("membership")[-1].after == {"revoked_at": "2030-01-01T00:00:00Z"}
    assert all(each.customer_id == held.customer_id for each in entries("membership"))


def test_a_freeze_concerns_who_holds_its_membership(database: Database) -> None:
    held = membership_of(operations.save_customer(Customer(name="Ann")))
    freeze = status_operations.freeze_membership(held, START, None)
    status_operations.save_freezes(held, [], [freeze])
    assert [each.action for each in entries("freeze")] == ["frozen", "deleted"]
    assert {each.customer_id for each in entries("freeze")} == {held.customer_id}
    assert not Freeze.objects.exists()


def test_a_link_concerns_both_and_outlives_both(database: Database) -> None:
    customer = operations.save_customer(Customer(name="Ann"))
    company = operations.save_company(Company(name="Wine Ltd"))
    link = operations.save_link(Link(customer=customer, company=company))
    operations.delete_links([link])
    operations.delete_companies([company])
    created, deleted = entries("link")
    assert (created.customer_id, created.company_id) == (customer.pk, link.company_id)
    assert deleted.before == {
        "customer": f"Ann (#{customer.pk})",
        "company": f"Wine Ltd (#{link.company_id})",
        "is_admin": False,
    }
    assert deleted.after is None
    assert entries("company")[-1].action == "deleted"


def test_no_code_and_no_hash_of_a_card_comes_in(database: Database) -> None:
    customer = operations.save_customer(Customer(name="Ann"))
    operations.import_card(customer, "4006381333931")
    (card,) = entries("card")
    assert card.after is not None
    assert card.after.keys() == {"customer", "valid_from", "valid_until", "revoked_at"}


def test_many_new_ones_have_an_entry_each(database: Database) -> None:
    operations.add_customers(Customer(name=f"Ann {number}") for number in range(3))
    assert [each.thing for each in entries("customer")] == ["Ann 0", "Ann 1", "Ann 2"]


def test_a_change_that_fails_leaves_no_entry(database: Database) -> None:
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        operations.save_customer(Customer(name="Ann"))
        _ = 1 / 0
    assert entries("customer") == []
