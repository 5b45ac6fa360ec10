"""Who deletes all that is kept of them while a payment provider has not done with them: what is billed is ended
first, pages are closed, and nobody pays for somebody who is not there any more."""

import pytest
from django.test import Client
from django.utils import timezone

from contract.membership import Detail
from hub.billing import queries
from hub.billing.models import Checkout, Payment, Subscription
from hub.billing.seen import CheckoutState, SubscriptionState
from hub.members import operations
from hub.members.models import Company, Customer, Link, Membership
from tests.hub.fake_provider import FakeProvider
from tests.hub.followed import assert_exact
from tests.hub.own_pages import ACCOUNT, done, page, press, proved_phone, said
from tests.hub.provider_club import ProviderClub, a_priced_plan, now, status

pytestmark = [pytest.mark.usefixtures("database"), pytest.mark.any_database]
SURE = {"sure": "on"}


@pytest.fixture
def club(monkeypatch: pytest.MonkeyPatch) -> ProviderClub:
    at = timezone.now()
    provider = FakeProvider(at)
    monkeypatch.setattr("hub.billing.choosing.provider", lambda: provider)
    return ProviderClub(provider, at)


@pytest.fixture
def ann(database: object) -> Customer:
    return operations.save_customer(Customer(name="Ann", email="ann@club.example"))


def paying(club: ProviderClub, ann: Customer) -> Membership:
    membership = club.joins(a_priced_plan(billed_in="years"), ann)
    club.pays(membership)
    club.hears()
    return now(membership)


def leaves(client: Client) -> int:
    return client.post(f"{ACCOUNT}data/delete", SURE).status_code


def test_what_is_cancelled_for_an_end_to_come_is_ended_now_and_they_go(club: ProviderClub, ann: Customer) -> None:
    membership, client = paying(club, ann), proved_phone(ann)
    press(client, f"memberships/{membership.pk}/cancel")
    text = page(client, "data/delete")
    assert "has not done with Gold" in text and "End Gold now" in text and "nobody can bring it back" not in text
    assert leaves(client) == 409
    text = page(client, f"memberships/{membership.pk}/end")
    assert "You lose what is left of it" in text and "Nothing is given back by this" in text
    assert done(press(client, f"memberships/{membership.pk}/end")) == "ended"
    assert club.provider.subscriptions["sub_1"].state is SubscriptionState.CANCELED
    assert (status(membership, club.at).detail, Payment.objects.get().refunds.count()) == (Detail.CANCELLED, 0)
    text = page(client, "data/delete?done=ended")
    assert "It is over." in text and "End Gold now" not in text
    assert press(client, f"memberships/{membership.pk}/end").status_code == 409
    assert leaves(client) == 302
    assert not Customer.objects.exists() and not Subscription.objects.exists()
    assert_exact()


@pytest.mark.parametrize("state", [SubscriptionState.UNPAID, SubscriptionState.PAUSED])
def test_what_the_provider_would_bill_again_is_ended_too(
    club: ProviderClub, ann: Customer, state: SubscriptionState
) -> None:
    """Nothing else could be pressed for it."""
    membership, client = paying(club, ann), proved_phone(ann)
    club.provider.becomes("sub_1", state=state)
    club.hears()
    assert done(press(client, f"memberships/{membership.pk}/end")) == "ended"
    assert leaves(client) == 302


def test_away_the_provider_ends_nothing_and_says_so(club: ProviderClub, ann: Customer) -> None:
    membership, client = paying(club, ann), proved_phone(ann)
    shown = client.get(f"{ACCOUNT}memberships/{membership.pk}/end").context_data["asked"].shown
    club.provider.away = True
    answer = client.post(f"{ACCOUNT}memberships/{membership.pk}/end", {"shown": shown})
    assert answer.status_code == 409 and "it does not answer" in said(answer)
    assert Subscription.objects.get().is_open


def test_a_companys_stays_with_its_admins(club: ProviderClub, ann: Customer) -> None:
    company = operations.save_company(Company(name="Mill"))
    operations.save_link(Link(company=company, customer=ann, is_admin=True))
    membership = club.joins(a_priced_plan("Team", for_companies=True), company, 3)
    club.pays(membership)
    club.hears()
    client = proved_phone(ann)
    assert "End Team now" not in page(client, "data/delete")
    assert press(client, f"memberships/{membership.pk}/end").status_code == 409
    assert Subscription.objects.get().is_open


def test_a_page_that_is_open_is_closed_before_they_go(club: ProviderClub, ann: Customer) -> None:
    reference = club.at_the_page(club.joins(a_priced_plan(), ann))
    assert leaves(proved_phone(ann)) == 302
    assert club.provider.checkouts[reference].state is CheckoutState.EXPIRED
    assert Checkout.objects.get().state == CheckoutState.EXPIRED


def test_who_has_just_paid_there_is_told_so_and_stays(club: ProviderClub, ann: Customer) -> None:
    club.pays(club.joins(a_priced_plan(), ann))
    answer = proved_phone(ann).post(f"{ACCOUNT}data/delete", SURE)
    assert answer.status_code == 409 and "has not done with Gold" in said(answer)
    assert Customer.objects.exists()


def test_a_provider_that_is_away_keeps_nobody_and_what_is_paid_then_is_seen(
    club: ProviderClub, ann: Customer
) -> None:
    reference = club.at_the_page(club.joins(a_priced_plan(), ann))
    club.provider.away = True
    assert leaves(proved_phone(ann)) == 302
    club.provider.away = False
    number = club.provider.pay(reference)
    club.hears()
    assert club.provider.subscriptions[number].state is SubscriptionState.CANCELED
    assert [each.membership for each in queries.to_look_at()] == [None]
