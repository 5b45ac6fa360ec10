"""Payments on staff's pages: marked as paid, written off, given back by owners; a provider asked for changes."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from django.conf import settings
from django.test import Client, override_settings
from django.utils import timezone

from contract.membership import Detail
from hub.access.roles import Role
from hub.billing import hand_operations, own_operations, queries
from hub.billing.joining_operations import take_plan
from hub.billing.models import Payment, Subscription
from hub.billing.offers import Way
from hub.environment import StripeWay
from hub.members.models import Membership, Plan
from tests.hub.colleagues import a_user
from tests.hub.colleagues import client_of as signed_in
from tests.hub.fake_provider import FakeProvider
from tests.hub.people import a_customer
from tests.hub.provider_club import UTC_ZONE, ProviderClub, a_priced_plan, status

pytestmark = [pytest.mark.usefixtures("database"), pytest.mark.any_database]


@pytest.fixture
def owner() -> Client:
    return signed_in(a_user("owner", Role.OWNER))


@pytest.fixture
def settings_with_stripe() -> Iterator[None]:
    with override_settings(ENVIRONMENT=replace(settings.ENVIRONMENT, stripe=StripeWay("sk_test_x", ("whsec_x",)))):
        yield


def owed() -> tuple[Membership, Payment]:
    plan = a_priced_plan(by_invoice=True)
    membership = take_plan(plan, a_customer("Ann"), None, Way.BY_HAND, timezone.now(), UTC_ZONE)
    return membership, queries.owed().get()


def billed(monkeypatch: pytest.MonkeyPatch) -> tuple[ProviderClub, Membership]:
    at = timezone.now()
    provider = FakeProvider(at)
    monkeypatch.setattr("hub.billing.choosing.provider", lambda: provider)
    club = ProviderClub(provider, at)
    membership = club.joins(a_priced_plan())
    club.pays(membership)
    club.hears()
    return club, membership


def test_staff_see_what_is_owed_and_mark_it_as_paid(owner: Client) -> None:
    membership, payment = owed()
    assert "29.00 EUR" in owner.get("/desk/payments/").text
    assert "are due on" in owner.get(f"/desk/customers/{membership.customer_id}/").text
    answer = owner.post(f"/desk/payments/{payment.pk}/paid/", {"how": "cash"})
    assert answer.status_code == 302
    assert status(membership, timezone.now()).detail is Detail.CURRENT
    assert "paid, in cash" in owner.get(f"/desk/billed/{membership.pk}/").text
    assert "Nobody owes" in owner.get("/desk/payments/").text


def test_how_it_was_paid_has_to_be_said(owner: Client) -> None:
    membership, payment = owed()
    assert owner.post(f"/desk/payments/{payment.pk}/paid/", {}).status_code == 422
    assert status(membership, timezone.now()).detail is Detail.PENDING


def test_taking_a_cancellation_back_says_what_becomes_of_billing(owner: Client) -> None:
    membership, payment = owed()
    hand_operations.mark_paid(payment, "cash", timezone.now(), UTC_ZONE)
    own_operations.cancel(membership, timezone.now())
    address = f"/desk/memberships/{membership.pk}/uncancel/"
    assert "It is billed by invoice or in cash again" in owner.get(address).text
    Subscription.objects.update(cancel_at_end=False)
    assert "Nothing is billed for it" in owner.get(address).text


def test_what_is_written_off_is_paid_no_more(owner: Client) -> None:
    membership, payment = owed()
    assert owner.post(f"/desk/payments/{payment.pk}/write-off/").status_code == 302
    assert status(membership, timezone.now()).detail is Detail.PAYMENT_FAILED
    answer = owner.post(f"/desk/payments/{payment.pk}/paid/", {"how": "cash"})
    assert answer.status_code == 409
    assert "written off" in answer.text


def test_owners_alone_give_money_back(owner: Client) -> None:
    _membership, payment = owed()
    owner.post(f"/desk/payments/{payment.pk}/paid/", {"how": "transfer"})
    staff = signed_in(a_user("staff", Role.STAFF))
    assert staff.post(f"/desk/payments/{payment.pk}/refund/", {"amount": "9.00"}).status_code == 403
    assert "Give back" not in staff.get(f"/desk/billed/{payment.membership_id}/").text
    for amount in ("x", "9.001"):
        assert owner.post(f"/desk/payments/{payment.pk}/refund/", {"amount": amount}).status_code == 422
    for amount in ("0", "29.01"):
        assert owner.post(f"/desk/payments/{payment.pk}/refund/", {"amount": amount}).status_code == 409
    assert owner.post(f"/desk/payments/{payment.pk}/refund/", {"amount": "9.00"}).status_code == 302
    assert payment.refunds.get().cents == 900
    assert "9.00 EUR given back" in owner.get(f"/desk/billed/{payment.membership_id}/").text


def test_who_only_looks_members_up_sees_no_money() -> None:
    membership, _payment = owed()
    desk = signed_in(a_user("desk", Role.FRONT_DESK))
    profile = desk.get(f"/desk/customers/{membership.customer_id}/").text
    assert "29.00" not in profile
    assert "/desk/billed/" not in profile


def test_a_standing_membership_is_billed_by_invoice_and_no_more(owner: Client) -> None:
    membership, payment = owed()
    page = f"/desk/billed/{membership.pk}/"
    assert owner.post(f"{page}by-hand/").status_code == 200  # billed already: it is said, and nothing is done
    assert owner.post(f"{page}stop-by-hand/").status_code == 302
    assert not queries.owed().exists()
    assert owner.post(f"{page}by-hand/").status_code == 302
    assert queries.owed().get() != payment
    assert owner.get(f"{page}nothing-like-it/").status_code == 404


def test_what_a_provider_bills_is_cancelled_kept_and_ended_there(
    owner: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    club, membership = billed(monkeypatch)
    page, profile = f"/desk/billed/{membership.pk}/", f"/desk/customers/{membership.customer_id}/"
    assert "Paid through Fake." in owner.get(profile).text
    assert f"/desk/memberships/{membership.pk}/cancel/" not in owner.get(profile).text
    assert "https://pay.example/staff/sub_1" in owner.get(page).text
    owner.post(f"{page}cancel/")
    assert status(membership, club.at).detail is Detail.CANCELLING
    owner.post(f"{page}keep/")
    assert status(membership, club.at).detail is Detail.CURRENT
    owner.post(f"{page}end/")
    assert status(membership, timezone.now()).detail is Detail.CANCELLED


def test_a_provider_that_does_not_answer_changes_nothing_and_staff_are_told(
    owner: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    club, membership = billed(monkeypatch)
    club.provider.away = True
    answer = owner.post(f"/desk/billed/{membership.pk}/cancel/")
    assert answer.status_code == 409
    assert "does not answer" in answer.text
    assert status(membership, club.at).detail is Detail.CURRENT


def test_disputes_and_second_payments_stand_where_staff_look(
    owner: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    billed(monkeypatch)
    Payment.objects.update(is_spare=True)
    assert "paid already" in owner.get("/desk/payments/").text


def test_a_plan_is_given_all_that_joining_needs(owner: Client) -> None:
    fields = {"name": "Team", "billed_every": "1", "billed_in": "years", "price": "290", "currency": "eur"}
    fields |= {"setup_fee": "10.50", "trial_days": "14", "tax_text": "incl. VAT", "grace_hours": "48"}
    fields |= {"is_public": "on", "for_companies": "on", "seats_max": "20", "grants": "0", "do": "look"}
    answer = owner.post("/desk/plans/new/", fields)
    assert answer.status_code == 302, answer.text
    plan = Plan.objects.get(name="Team")
    assert (plan.billing.months, plan.price_cents, plan.setup_fee_cents) == (12, 29_000, 1_050)
    assert (plan.trial_days, plan.grace_hours, plan.seats_max, plan.is_public) == (14, 48, 20, True)
    again = owner.get(f"/desk/plans/{plan.pk}/edit/").text
    assert 'value="10.50"' in again


@pytest.mark.both_databases
def test_who_never_paid_their_first_invoice_is_written_off_many_at_once(owner: Client) -> None:
    first, payment = owed()
    plan = first.plan
    others = [take_plan(plan, a_customer(name), None, Way.BY_HAND, timezone.now(), UTC_ZONE) for name in "BCD"]
    runs, waits, paid = others
    hand_operations.mark_paid(paid.payments.get(), "cash", timezone.now(), UTC_ZONE)
    listed = owner.get("/desk/payments/waiting/").text
    assert listed.index(">Ann<") < listed.index(">B<") < listed.index(">C<")
    assert ">D<" not in listed
    chosen = [each.pk for each in (payment, runs.payments.get(), paid.payments.get())]
    assert owner.post("/desk/payments/waiting/", {"payment": [*chosen, "no number", "²"]}).status_code == 302
    at = timezone.now()
    said = [status(each, at).detail for each in (first, runs, waits, paid)]
    assert said == [Detail.PAYMENT_FAILED, Detail.PAYMENT_FAILED, Detail.PENDING, Detail.CURRENT]
    assert [each.membership for each in queries.waiting()] == [waits]


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"billed_every": "4", "billed_in": "years"}, "at least every three years"),
        ({"price": "29.001", "currency": "KWD"}, "no such fractions"),
        ({"price": "2000000", "currency": "EUR"}, "as large"),
        ({"billed_every": "36", "billed_in": "months"}, ""),
    ],
)
def test_a_plan_that_stripe_could_never_bill_is_not_made(
    owner: Client, settings_with_stripe: None, fields: dict[str, str], says: str
) -> None:
    whole = {"name": "Long", "billed_every": "1", "billed_in": "years", "price": "290", "currency": "EUR"}
    answer = owner.post("/desk/plans/new/", whole | {"grants": "0", "do": "look"} | fields)
    assert says in answer.text
    assert answer.status_code == (422 if says else 302)
    assert Plan.objects.filter(name="Long").exists() is not bool(says)
