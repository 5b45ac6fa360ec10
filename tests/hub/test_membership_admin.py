"""Staff's page of a membership: renewal, trial, freezes and the actions, each to the feed and back in words."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from django.contrib.auth.models import Permission as Right
from django.contrib.auth.models import User
from django.test import Client

from contract.feed import Kind
from contract.membership import Detail, status_at
from contract.rows import membership_of
from hub.members import operations, status_operations
from hub.members.models import Customer, Freeze, Membership, Plan
from tests.hub.followed import assert_exact, live_rows
from tests.hub.staff_pages import address, history, inline, post

pytestmark = [pytest.mark.usefixtures("database"), pytest.mark.any_database]

AT = datetime(2026, 3, 1, 12, tzinfo=UTC)
START = datetime(2026, 1, 1, tzinfo=UTC)
END = datetime(2027, 1, 1, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.fixture
def staff(database: object) -> Iterator[Client]:
    client = Client(SERVER_NAME="localhost")
    client.force_login(User.objects.create_superuser("owner"))
    yield client
    assert_exact()


@pytest.fixture
def held(database: object) -> Membership:
    """Runs whenever the test runs."""
    plan = operations.save_plan(Plan(name="Full"))
    customer = operations.save_customer(Customer(name="Member"))
    now = datetime.now(UTC)
    return operations.save_membership(
        Membership(plan=plan, customer=customer, starts_at=now - 9 * DAY, ends_at=now + 9 * DAY)
    )


def said(at: datetime | None = None) -> Detail:
    """By what stands in the feed; now unless told otherwise."""
    [(key, ref, body)] = [row[1:] for row in live_rows() if row[0] == Kind.MEMBERSHIP]
    return status_at(membership_of(key, ref, body), at or datetime.now(UTC)).detail


def form(held: Membership, *freezes: dict[str, object], initial: int = 0, **fields: object) -> dict[str, object]:
    """The page of 2026's membership."""
    whole = {
        "plan": held.plan_id,
        "customer": held.customer_id,
        "starts_at_0": "2026-01-01",
        "ends_at_0": "2027-01-01",
        "at_end": "ends",
        "freezes_extend": "on",
    }
    return whole | inline("freezes", *freezes, initial=initial) | fields


@pytest.mark.parametrize(
    ("fields", "at", "detail"),
    [
        ({"pending": "on"}, AT, Detail.PENDING),
        ({}, AT, Detail.CURRENT),
        ({}, START - DAY, Detail.SCHEDULED),
        ({}, END, Detail.ENDED),
        ({"trial_until_0": "2026-04-01"}, AT, Detail.TRIAL),
        ({"at_end": "cancelled"}, AT, Detail.CANCELLING),
        ({"at_end": "cancelled"}, END, Detail.CANCELLED),
        ({"at_end": "payment_failed"}, END, Detail.PAYMENT_FAILED),
        ({"at_end": "renews"}, END + 2 * DAY, Detail.GRACE),
        ({"at_end": "renews", "grace_hours": "24"}, END + DAY, Detail.ENDED),
    ],
)
def test_the_page_says_every_status(
    staff: Client, held: Membership, fields: dict[str, object], at: datetime, detail: Detail
) -> None:
    post(staff, address(Membership, "change", held.pk), **form(held, **fields))
    assert said(at) is detail


def test_freezes_on_the_page(staff: Client, held: Membership) -> None:
    change = address(Membership, "change", held.pk)
    first = {"from_at_0": "2026-03-01", "until_at_0": "2026-03-11"}
    second = {"from_at_0": "2026-05-01", "until_at_0": "2026-05-11"}
    post(staff, change, **form(held, first, second))
    assert said(AT) is Detail.SUSPENDED
    assert said(END + 19 * DAY) is Detail.CURRENT
    assert said(END + 20 * DAY) is Detail.ENDED
    one, two = ({"id": freeze.pk, "membership": held.pk} for freeze in Freeze.objects.all())
    # They change places, which no order of single steps allows without an overlap on the way.
    post(staff, change, **form(held, one | second, two | first, initial=2))
    assert said(AT) is Detail.SUSPENDED
    post(staff, change, **form(held, one | second, two | first | {"DELETE": "on"}, initial=2))
    assert said(AT) is Detail.CURRENT
    assert said(END + 9 * DAY) is Detail.CURRENT
    post(staff, change, **form(held, one | second, initial=1) | {"freezes_extend": ""})
    assert said(END) is Detail.ENDED


@pytest.mark.parametrize(
    ("freezes", "fields", "says"),
    [
        ([{"from_at_0": "2026-03-01"}, {"from_at_0": "2026-04-01"}], {}, "freezes overlap"),
        ([{"from_at_0": "2026-03-01", "until_at_0": "2026-03-01"}], {}, "has to end after it begins"),
        ([], {"at_end": "renews", "grace_hours": "2161"}, "less than or equal to 2160"),
        ([], {"at_end": "renews", "grace_hours": "-1"}, "greater than or equal to 0"),
        ([], {"at_end": "cancelled", "ends_at_0": ""}, "nothing to be cancelled for"),
        ([], {"trial_until_0": "2025-01-01"}, "The trial has to end after the start."),
    ],
)
def test_what_cannot_be_is_said_on_the_page(
    staff: Client, held: Membership, freezes: list[dict[str, object]], fields: dict[str, object], says: str
) -> None:
    before = live_rows()
    page = staff.post(address(Membership, "change", held.pk), form(held, *freezes, **fields))
    assert page.status_code == 200
    assert says in page.content.decode()
    assert live_rows() == before


def test_the_page_shows_renewal_and_trial(staff: Client, held: Membership) -> None:
    status_operations.freeze_membership(held, AT, None)
    for url in (address(Membership, "add"), address(Membership, "change", held.pk)):
        assert "Renewal and trial" in staff.get(url).content.decode()
    assert "inactive (suspended)" in staff.get(address(Membership, "change", held.pk)).content.decode()
    assert "inactive (suspended)" in staff.get(address(Customer, "change", held.customer_id)).content.decode()
    assert "inactive (suspended)" in staff.get(address(Customer, "changelist")).content.decode()


def dates_as_shown(client: Client, url: str) -> dict[str, object]:
    """What a browser sends of them when nothing was typed: without parts of a second."""
    page = client.get(url).content.decode()
    fields = [field for field in re.findall(r"<input[^>]*>", page) if re.search(r'name="(starts|ends)_at_', field)]
    return {re.search(r'name="([^"]*)"', each)[1]: re.search(r'value="([^"]*)"', each)[1] for each in fields}


def test_what_a_payment_provider_bills_is_frozen_here_and_not_moved(staff: Client, held: Membership) -> None:
    Membership.objects.filter(pk=held.pk).update(billed_by="stripe")
    change, before = address(Membership, "change", held.pk), live_rows()
    shown = form(held) | dates_as_shown(staff, change)
    assert held.starts_at.microsecond and len(shown) > 6
    page = staff.post(change, shown | {"ends_at_0": "2031-01-01"}, follow=True)
    assert "is paid through Stripe" in page.content.decode()
    assert live_rows() == before
    holder = address(Customer, "change", held.customer_id)
    row = {"id": held.pk, "customer": held.customer_id, "plan": held.plan_id, "starts_at_0": "2026-01-01"}
    others = inline("links") | inline("cards") | {"name": "Member", "language": ""}
    page = staff.post(holder, others | inline("memberships", row, initial=1), follow=True)
    assert "is paid through Stripe" in page.content.decode()
    assert live_rows() == before
    post(staff, change, **shown | inline("freezes", {"from_at_0": "2026-03-01"}))
    assert said() is Detail.SUSPENDED
    assert live_rows() != before


def act(client: Client, name: str, *memberships: Membership) -> str:
    fields = {"action": name, "_selected_action": [each.pk for each in memberships]}
    return client.post(address(Membership, "changelist"), fields, follow=True).content.decode()


def test_actions(staff: Client, held: Membership) -> None:
    assert "Frozen: 1 membership." in act(staff, "freeze", held)
    assert said() is Detail.SUSPENDED
    assert "freezes overlap" in act(staff, "freeze", held)
    assert "Resumed: 1 membership." in act(staff, "resume", held)
    assert said() is Detail.CURRENT
    assert "is not frozen" in act(staff, "resume", held)
    assert "Cancelled for its end: 1 membership." in act(staff, "cancel", held)
    assert said() is Detail.CANCELLING
    assert "nothing to cancel" in act(staff, "cancel", held)
    assert history(held) == ["Frozen.", "Resumed.", "Cancelled for its end."]


@pytest.mark.both_databases
def test_one_refusal_holds_up_no_other(staff: Client, held: Membership) -> None:
    endless = operations.save_membership(Membership(plan=held.plan, customer=held.customer, starts_at=AT))
    page = act(staff, "cancel", endless, held)
    assert "has no end" in page
    assert "Cancelled for its end: 1 membership." in page
    assert history(endless) == []


def test_who_may_only_look_freezes_nothing(held: Membership) -> None:
    clerk = User.objects.create_user("clerk", is_staff=True)
    clerk.user_permissions.add(Right.objects.get(codename="view_membership"))
    client = Client(SERVER_NAME="localhost")
    client.force_login(clerk)
    assert client.get(address(Membership, "change", held.pk)).status_code == 200
    act(client, "freeze", held)
    client.post(address(Membership, "change", held.pk), form(held, {"from_at_0": "2026-03-01"}))
    assert not Freeze.objects.exists()
    clerk.user_permissions.add(Right.objects.get(codename="change_membership"))
    post(client, address(Membership, "change", held.pk), **form(held, {"from_at_0": "2026-03-01"}))
    assert Freeze.objects.exists()
