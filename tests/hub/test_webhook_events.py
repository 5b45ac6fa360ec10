"""What is told of memberships and links, as staff change them; and what is told of check-ins."""

from datetime import UTC, datetime, timedelta

import pytest

from hub.checkins import operations as checkins
from hub.members import operations, status_operations, term_operations
from hub.members.models import Company, Customer, Link, Membership
from hub.members.periods import Period
from hub.webhooks.collecting import Collecting
from hub.webhooks.models import Delivery, Endpoint, Event, Progress
from tests.hub import people
from tests.hub.conftest import Database
from tests.hub.scans import AT, Club, batch, checkin, journal_rows, redemption, small_club
from tests.hub.webhook_queue import an_endpoint, collect, events, now, started, told

START, END = datetime(2030, 1, 1, tzinfo=UTC), datetime(2031, 1, 1, tzinfo=UTC)
JOURNAL = b"j" * 16


@pytest.fixture
def collecting(database: Database) -> Collecting:
    an_endpoint()
    return started()


def a_membership(**fields: object) -> Membership:
    ann = Customer.objects.filter(external_id="c-7").first()
    customer = ann or operations.save_customer(Customer(name="Ann", email="ann@club.example", external_id="c-7"))
    given = {"starts_at": START, "ends_at": END, "customer": customer} | fields
    return operations.save_membership(Membership(plan=people.a_plan(), **given))


def test_a_membership_from_its_beginning_to_its_revocation(collecting: Collecting) -> None:
    held = a_membership(pending=True, external_id="m-1")
    status_operations.confirm_payment(held)
    status_operations.cancel_membership(held, START)
    status_operations.uncancel(held, START)
    held = Membership.objects.get()
    held.ends_at = END + timedelta(days=365)
    operations.save_membership(held)
    operations.revoke_memberships([held], START)
    operations.delete_memberships([held])
    collect(collecting)
    assert told() == [
        ("membership.created", "created"),
        ("membership.renewed", "paid"),
        ("membership.cancelled", "cancelled"),
        ("membership.renewed", "uncancelled"),
        ("membership.renewed", "extended"),
        ("membership.cancelled", "revoked"),
        ("membership.cancelled", "deleted"),
    ]
    assert Delivery.objects.count() == 7


def test_what_is_told_of_a_membership(collecting: Collecting) -> None:
    held = a_membership(external_id="m-1")
    collect(collecting)
    [event] = events()
    assert event.data == {
        "reason": "created",
        "membership": {
            "id": held.pk,
            "external_id": "m-1",
            "plan": {"id": held.plan_id, "external_id": None},
            "starts_at": "2030-01-01T00:00:00.000000Z",
            "ends_at": "2031-01-01T00:00:00.000000Z",
            "status": "inactive",
            "detail": "scheduled",
        },
        "customer": {"id": held.customer_id, "external_id": "c-7"},
        "company": None,
    }


def test_a_payment_that_fails_and_another_plan(collecting: Collecting) -> None:
    held = a_membership()
    collect(collecting)
    Event.objects.all().delete()
    status_operations.payment_failed(held)
    held = Membership.objects.get()
    held.plan = people.a_plan("sauna")
    operations.save_membership(held)
    collect(collecting)
    assert told() == [("membership.cancelled", "payment_failed"), ("membership.renewed", "plan_changed")]


def test_another_plan_takes_the_place_of_the_one_before(collecting: Collecting) -> None:
    at = now()
    held = a_membership(starts_at=at - timedelta(days=1), at_end="cancelled")
    to_come = a_membership()
    collect(collecting)
    Event.objects.all().delete()
    plan = people.a_plan("sauna")
    new = term_operations.change_plan(held, plan, Period(at, END), at)
    term_operations.change_plan(to_come, plan, Period(at, END), at)
    collect(collecting)
    assert [(each.type, each.data["reason"], each.data["membership"]["id"]) for each in events()] == [
        ("membership.cancelled", "plan_changed", held.pk),
        ("membership.created", "created", new.pk),
        ("membership.renewed", "plan_changed", to_come.pk),
        ("membership.expired", "ended", held.pk),
    ]
    assert [each.data["membership"]["status"] for each in events()] == ["expired", "active", "inactive", "expired"]


def test_of_what_is_over_no_renewal_is_told(collecting: Collecting) -> None:
    at = now()
    past, revoked = a_membership(starts_at=at - timedelta(days=9), ends_at=at - timedelta(days=5)), a_membership()
    operations.revoke_memberships([revoked], at)
    collect(collecting)
    Event.objects.all().delete()
    for held in Membership.objects.all():
        for at_end in ("cancelled", "ends"):
            held.at_end, held.ends_at = at_end, held.ends_at + timedelta(days=1)
            operations.save_membership(held)
    collect(collecting)
    assert [(each.data["membership"]["id"], each.type) for each in events()] == [(past.pk, "membership.cancelled")]


def test_what_staff_write_down_otherwise_tells_nobody(collecting: Collecting) -> None:
    held = a_membership()
    collect(collecting)
    held.external_id = "m-2"
    operations.save_membership(held)
    status_operations.freeze_membership(held, START + timedelta(days=1), None)
    collect(collecting)
    assert told() == [("membership.created", "created")]


def test_links_are_told_of(collecting: Collecting) -> None:
    customer = operations.save_customer(Customer(name="Ann", external_id="c-7"))
    first, second = (operations.save_company(Company(name=name, external_id=name)) for name in ("one", "two"))
    link = operations.save_link(Link(customer=customer, company=first))
    link.company = second
    operations.save_link(link)
    operations.delete_links([link])
    collect(collecting)
    told_of = [(each.type, each.data["company"]["external_id"]) for each in events()]
    assert told_of == [
        ("company.linked", "one"),
        ("company.unlinked", "one"),
        ("company.linked", "two"),
        ("company.unlinked", "two"),
    ]
    assert {each.data["customer"]["external_id"] for each in events()} == {"c-7"}


def test_check_ins_are_told_of_with_their_reasons(collecting: Collecting, database: Database) -> None:
    club = small_club()
    denied = checkin(2, outcome="denied", reason="expired", customer=club.customer.pk)
    rows = journal_rows(redemption(club), denied)
    checkins.ingest([batch(JOURNAL, rows)], AT + timedelta(hours=1))
    collect(collecting)
    assert [each.type for each in events() if each.type.startswith(("checkin", "redemption"))] == [
        "checkin.granted",
        "redemption",
        "checkin.denied",
    ]
    told_of = events("checkin.denied")[0].data
    assert told_of["checkin"]["reason"] == "expired"
    assert told_of["checkin"]["id"] == denied.id.hex()
    assert told_of["customer"] == {"id": club.customer.pk, "external_id": None}


def test_no_code_and_nothing_personal_is_in_the_queue(collecting: Collecting) -> None:
    club: Club = small_club()
    a_membership()
    scan = redemption(club)
    checkins.ingest([batch(JOURNAL, journal_rows(scan))], AT + timedelta(hours=1))
    collect(collecting)
    queued = repr([each.data for each in events()])
    assert scan.code_hash.hex() not in queued
    assert "ann" not in queued.lower()
    assert "Member with" not in queued


def test_what_was_before_is_told_to_nobody(database: Database) -> None:
    small_club()
    an_endpoint()
    collect(Collecting())
    assert told() == []


def test_events_nobody_chose_are_not_queued(database: Database) -> None:
    an_endpoint(types=["membership.revoked", "company.linked"])
    collecting = started()
    a_membership()
    collect(collecting)
    assert told() == []
    assert Progress.objects.get().audit_upto > 0


def test_an_endpoint_that_is_switched_off_is_told_nothing(collecting: Collecting) -> None:
    Endpoint.objects.update(disabled_at=now())
    a_membership()
    collect(collecting)
    assert told() == []


def test_the_same_record_read_twice_is_one_event(collecting: Collecting) -> None:
    """As after a backup was put back: how far it was is forgotten, and what was told is known again by its id."""
    before = Progress.objects.get().audit_upto
    a_membership()
    collect(collecting)
    [event] = events()
    Progress.objects.update(audit_upto=before)
    collect(started())
    assert [each.event_id for each in events()] == [event.event_id]
    event.delete()
    Progress.objects.update(audit_upto=before)
    collect(started())
    assert [each.event_id for each in events()] == [event.event_id]


def test_deleting_a_customer_tells_of_what_they_held(collecting: Collecting) -> None:
    held = a_membership()
    company = operations.save_company(Company(name="one"))
    operations.save_link(Link(customer=held.customer, company=company))
    collect(collecting)
    Event.objects.all().delete()
    operations.delete_customers([held.customer])
    collect(collecting)
    assert sorted(told()) == [("company.unlinked", ""), ("membership.cancelled", "deleted")]
