"""A member's own pages: what they hold and pay, changed by themselves, through the provider or by asking staff."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from contract.membership import AtEnd, Detail
from hub.accounts.models import MemberRequest
from hub.accounts.request_operations import open_requests
from hub.audit.models import Entry
from hub.billing.hand_operations import mark_paid, open_renewals
from hub.billing.joining_operations import take_plan
from hub.billing.models import Checkout, Payment, Subscription
from hub.billing.offers import Way
from hub.billing.own_operations import cancel
from hub.billing.seen import SubscriptionState
from hub.cards.models import CardLink
from hub.members import operations
from hub.members.models import Company, Customer, Link, Membership
from hub.members.status_operations import uncancel
from hub.organization.models import Signup
from hub.organization.operations import save_signup
from tests.hub.card_page import phone, phone_of
from tests.hub.fake_provider import FakeProvider
from tests.hub.followed import assert_exact
from tests.hub.own_pages import ACCOUNT, done, page, press, proved_phone, said
from tests.hub.people import DAY
from tests.hub.provider_club import UTC_ZONE, ProviderClub, a_priced_plan, now, status

pytestmark = [pytest.mark.usefixtures("database"), pytest.mark.any_database]


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
    membership = club.joins(a_priced_plan(), ann)
    club.pays(membership)
    club.hears()
    return now(membership)


def by_hand(ann: Customer, **fields: object) -> Membership:
    at = timezone.now()
    plan = a_priced_plan(by_invoice=True, **fields)
    membership = take_plan(plan, ann, None, Way.BY_HAND, at, UTC_ZONE)
    mark_paid(Payment.objects.get(), "cash", at, UTC_ZONE)
    return now(membership)


def test_what_they_hold_costs_and_comes_next(club: ProviderClub, ann: Customer) -> None:
    paying(club, ann)
    company = operations.save_company(Company(name="Cooper Ltd"))
    operations.save_link(Link(company=company, customer=ann))
    team = a_priced_plan("Team", for_companies=True)
    club.joins(team, company)
    operations.save_membership(
        Membership(plan=team, customer=ann, starts_at=club.at - 9 * DAY, ends_at=club.at - DAY)
    )
    text = page(phone_of(ann))
    for each in ("Gold", "29.00 EUR every month", "Active", "It renews on", "through Cooper Ltd", "Cancel"):
        assert each in text, each
    assert "It begins as soon as it is paid." in text and "What is over" in text
    # What a company pays is its admins' to know.
    assert "for each seat" not in text.partition("What is over")[0]


def test_cancelled_and_taken_back_with_the_provider(club: ProviderClub, ann: Customer) -> None:
    membership, client = paying(club, ann), proved_phone(ann)
    path = f"memberships/{membership.pk}"
    text = page(client, f"{path}/cancel")
    assert "You keep Gold until" in text and "you can take it back" in text
    assert done(press(client, f"{path}/cancel")) == "cancelled"
    held = now(membership)
    assert (held.at_end, status(held, club.at).detail) == (AtEnd.CANCELLED, Detail.CANCELLING)
    assert_exact()
    text = page(client, "?done=cancelled")
    assert "It is cancelled: you keep it until" in text and "Take the cancellation back" in text
    assert "Change plan" not in text
    assert press(client, f"{path}/cancel").status_code == 409
    assert done(press(client, f"{path}/keep")) == "kept"
    assert now(membership).at_end == AtEnd.RENEWS
    assert Entry.objects.filter(actor_kind="member", thing_kind="membership").exists()
    assert_exact()


def test_a_plan_is_changed_and_what_it_costs_is_what_was_shown(club: ProviderClub, ann: Customer) -> None:
    membership, client = paying(club, ann), proved_phone(ann)
    silver = a_priced_plan("Silver", price_cents=1_500)
    a_priced_plan("Dollars", currency="USD")
    a_priced_plan("Once", billed_every=None)
    a_priced_plan("Hidden", is_public=False)
    a_priced_plan("Team", for_companies=True)
    text = page(client, f"memberships/{membership.pk}/plan")
    assert "Change to Silver" in text
    assert not [each for each in ("Dollars", "Once", "Hidden", "Team") if each in text]
    path = f"memberships/{membership.pk}/plan/{silver.public_id}"
    assert "15.00 EUR every month" in page(client, path) and "Fake counts against the new price" in page(
        client, path
    )
    shown = client.get(ACCOUNT + path).context_data["asked"].shown
    silver.price_cents = 1_900
    operations.save_plan(silver)
    stale = client.post(ACCOUNT + path, {"shown": shown})
    assert stale.status_code == 409 and "Something was changed meanwhile" in said(stale) and "19.00" in said(stale)
    assert now(membership).plan != silver
    assert done(press(client, path)) == "plan"
    assert (now(membership).plan, Subscription.objects.get().cents) == (silver, 1_900)
    assert_exact()
    assert client.get(f"{ACCOUNT}memberships/{membership.pk}/plan/nothing").status_code == 404


def test_in_a_trial_a_change_takes_no_money(club: ProviderClub, ann: Customer) -> None:
    membership, silver = club.joins(a_priced_plan(trial_days=14), ann), a_priced_plan("Silver", price_cents=900)
    club.pays(membership)
    club.hears()
    client, path = proved_phone(ann), f"memberships/{membership.pk}/plan/{silver.public_id}"
    text = page(client, path)
    assert "Nothing is taken before your trial ends" in text and "and pay" not in text
    assert done(press(client, path)) == "plan"
    assert status(membership, club.at).detail is Detail.TRIAL and not Payment.objects.exists()


def test_what_nobody_has_paid_for_ends_at_once(club: ProviderClub, ann: Customer) -> None:
    membership, client = paying(club, ann), proved_phone(ann)
    [number] = club.provider.subscriptions
    club.provider.becomes(
        number,
        state=SubscriptionState.PAST_DUE,
        paid_until=club.at - timedelta(minutes=5),
        retry_at=club.at + 3 * DAY,
    )
    club.hears()
    assert "It is tried again on" in page(client)
    assert "ends at once" in page(client, f"memberships/{membership.pk}/cancel")
    assert done(press(client, f"memberships/{membership.pk}/cancel")) == "cancelled"
    assert ("cancel_now" in dict(club.provider.calls)) and not Subscription.objects.get().is_open


def test_away_or_refusing_the_provider_changes_nothing_and_is_said(club: ProviderClub, ann: Customer) -> None:
    membership, client = paying(club, ann), proved_phone(ann)
    path = f"memberships/{membership.pk}/cancel"
    shown = client.get(ACCOUNT + path).context_data["asked"].shown
    club.provider.away = True
    answer = client.post(ACCOUNT + path, {"shown": shown})
    assert answer.status_code == 409 and "it does not answer" in said(answer)
    assert "does not answer at the moment" in page(client, "invoices")
    assert now(membership).at_end == AtEnd.RENEWS


def test_by_hand_it_is_cancelled_here_and_the_rest_is_asked_of_staff(ann: Customer) -> None:
    membership, client = by_hand(ann), proved_phone(ann)
    silver = a_priced_plan("Silver")
    path = f"memberships/{membership.pk}"
    text = page(client, f"{path}/plan/{silver.public_id}")
    assert "Your club sees to it" in text
    assert done(press(client, f"{path}/plan/{silver.public_id}")) == "asked"
    assert done(press(client, f"{path}/plan/{silver.public_id}")) == "asked"
    asked = MemberRequest.objects.get()
    assert (asked.what, asked.plan, asked.asked_by) == ("plan", silver, ann)
    assert "You have asked for Silver" in page(client)
    assert done(press(client, f"{path}/cancel")) == "cancelled"
    assert (now(membership).at_end, Subscription.objects.get().is_open) == (AtEnd.CANCELLED, False)
    assert done(press(client, f"{path}/keep")) == "asked"
    assert now(membership).at_end == AtEnd.CANCELLED
    assert "You have asked to go on" in page(client)
    uncancel(membership, timezone.now())
    assert "You have asked to go on" not in page(client)
    assert [each.what for each in open_requests()] == ["plan"]
    assert_exact()


def test_a_trial_that_is_paid_says_until_when(ann: Customer) -> None:
    plan = a_priced_plan(by_invoice=True, trial_days=14)
    take_plan(plan, ann, None, Way.BY_HAND, timezone.now(), UTC_ZONE)
    client = phone_of(ann)
    assert "Then it is to be paid." in page(client)
    mark_paid(Payment.objects.get(), "cash", timezone.now(), UTC_ZONE)
    text = page(client)
    assert "Your trial runs until" in text and "It is paid until" in text and "to be paid" not in text


def test_what_is_free_and_has_no_end_is_cancelled_at_once(ann: Customer) -> None:
    free, client = a_priced_plan("Free", price_cents=None, billed_every=None), proved_phone(ann)
    membership = take_plan(free, ann, None, Way.FREE, timezone.now(), UTC_ZONE)
    path = f"memberships/{membership.pk}/cancel"
    assert "Free is free and has no end, so it is over at once." in page(client, path)
    assert done(press(client, path)) == "cancelled"
    assert status(membership, timezone.now()).detail is Detail.CANCELLED
    assert_exact()
    bought = a_priced_plan("For good", billed_every=None)
    for_good = Membership(plan=bought, customer=ann, starts_at=timezone.now() - DAY)
    kept = operations.save_membership(for_good)
    assert press(client, f"memberships/{kept.pk}/cancel").status_code == 409


def test_cancelled_by_hand_nothing_more_is_owed(ann: Customer) -> None:
    membership = by_hand(ann)
    held = now(membership)
    assert held.ends_at is not None
    open_renewals(held.ends_at - DAY, UTC_ZONE)
    owed = Payment.objects.get(state="open")
    assert "are due on" in page(proved_phone(ann))
    cancel(held, held.ends_at - DAY)
    owed.refresh_from_db()
    assert owed.state == "written_off"


def test_what_waits_is_paid_on_the_providers_page(club: ProviderClub, ann: Customer) -> None:
    membership = club.joins(a_priced_plan(setup_fee_cents=500, trial_days=7), ann)
    client, path = proved_phone(ann), f"memberships/{membership.pk}/pay"
    assert "Pay now" in page(client)
    text = page(client, path)
    assert (
        "Once, now: 5.00 EUR. The rest is due when the free days are over." in text
        and "The first 7 days are free." in text
    )
    answer = press(client, path)
    assert answer.status_code == 200 and "https://pay.example/cs_1" in answer.content.decode()
    checkout = Checkout.objects.get()
    assert checkout.asked["success"].endswith(f"/card/account/memberships/{membership.pk}/paid")
    assert "is on its way" in page(client, f"memberships/{membership.pk}/paid")
    club.provider.pay(checkout.reference)
    Checkout.objects.update(looked_at=None)
    assert done(client.get(f"{ACCOUNT}memberships/{membership.pk}/paid")) == "paid"
    assert status(membership, timezone.now()).detail is Detail.TRIAL
    assert_exact()


def test_invoices_and_the_providers_page_for_how_to_pay(club: ProviderClub, ann: Customer) -> None:
    client = proved_phone(ann)
    assert "Nothing was to be paid so far." in page(client, "invoices")
    assert client.get(f"{ACCOUNT}paying").context_data["asked"].is_offered is False
    assert client.post(f"{ACCOUNT}paying").status_code == 409
    paying(club, ann)
    assert "Invoice 1" in page(client, "invoices") and "29.00 EUR" in page(client, "invoices")
    assert "https://pay.example/portal/" in press(client, "paying").content.decode()


def test_what_is_open_by_hand_says_how_to_pay(ann: Customer) -> None:
    save_signup(Signup(how_to_pay="IBAN DE00 1234\nor at the desk"))
    take_plan(a_priced_plan(by_invoice=True), ann, None, Way.BY_HAND, timezone.now(), UTC_ZONE)
    client = proved_phone(ann)
    assert "How to pay what is open IBAN DE00 1234 or at the desk" in page(client, "invoices")
    mark_paid(Payment.objects.get(), "cash", timezone.now(), UTC_ZONE)
    assert "IBAN" not in page(client, "invoices")


def test_what_is_paid_by_hand_is_listed_too(ann: Customer) -> None:
    by_hand(ann)
    text = page(proved_phone(ann), "invoices")
    assert "Gold" in text and "29.00 EUR" in text and "paid" in text and "Change how to pay" not in text


SENSITIVE = (
    "memberships/{held}/cancel",
    "memberships/{held}/keep",
    "memberships/{held}/end",
    "memberships/{held}/plan",
    "memberships/{held}/plan/x",
    "memberships/{held}/seats",
    "memberships/{held}/pay",
    "invoices",
    "paying",
    "profile",
    "profile/photo",
    "profile/email",
    "profile/email/code",
    "data",
    "data/delete",
    "companies/{company}",
    "companies/{company}/leave",
    "companies/{company}/people/{link}/remove",
    "companies/{company}/people/{link}/admin",
    "companies/{company}/invite",
    "companies/{company}/invitations/1/revoke",
    "companies/{company}/invoices",
    "companies/{company}/paying",
)


@pytest.fixture
def addresses(ann: Customer) -> list[str]:
    """Ann's, and her company's."""
    company = operations.save_company(Company(name="Cooper Ltd"))
    operations.save_link(Link(company=company, customer=ann, is_admin=True))
    bert = operations.save_customer(Customer(name="Bert"))
    link = operations.save_link(Link(company=company, customer=bert))
    held = operations.save_membership(
        Membership(plan=a_priced_plan(), customer=ann, starts_at=timezone.now() - DAY)
    )
    return [each.format(held=held.pk, company=company.pk, link=link.pk) for each in SENSITIVE]


def test_whoever_merely_holds_the_phone_is_asked_first(ann: Customer, addresses: list[str]) -> None:
    before = Entry.objects.count()
    old = proved_phone(ann)
    CardLink.objects.update(proved_at=timezone.now() - timedelta(minutes=16))
    for client in (phone_of(ann), old):
        for path in addresses:
            for answer in (client.get(ACCOUNT + path), client.post(ACCOUNT + path, {"sure": "on"})):
                assert answer.status_code == 302, path
                assert answer["Location"].startswith("/card/login?next=%2Fcard%2Faccount%2F"), path
    stranger = phone()
    for path in ["", *addresses]:
        answer = stranger.get(ACCOUNT + path)
        assert "Sign in" in said(answer) and "Ann" not in said(answer)
    assert set(Entry.objects.order_by("pk")[before:].values_list("thing_kind", flat=True)) <= {"cardlink"}


def test_nobody_elses(ann: Customer, addresses: list[str]) -> None:
    """Neither a stranger's nor, of a company, those of one who is no admin of it."""
    other = operations.save_customer(Customer(name="Other"))
    bert = Customer.objects.get(name="Bert")
    theirs = [each for each in addresses if each.startswith(("memberships", "companies"))]
    for each, may in ((other, ()), (bert, ("companies/", "leave"))):
        client = proved_phone(each)
        for path in theirs:
            is_open = bool(may) and (path.endswith("leave") or path.count("/") == 1)
            assert (client.get(ACCOUNT + path).status_code == 404) is not is_open, path
            if not is_open:
                assert client.post(ACCOUNT + path).status_code == 404, path


def test_a_companys_membership_is_its_admins_to_cancel(club: ProviderClub, ann: Customer) -> None:
    company = operations.save_company(Company(name="Cooper Ltd", email="pay@cooper.example"))
    link = operations.save_link(Link(company=company, customer=ann, is_admin=True))
    membership = club.joins(a_priced_plan("Team", for_companies=True, seats_max=10), company, seats=3)
    club.pays(membership)
    club.hears()
    client = proved_phone(ann)
    path = f"memberships/{membership.pk}"
    text = page(client, f"companies/{company.pk}")
    assert "29.00 EUR for each seat every month" in text and "1 of 3 seats taken." in text
    for wrong in ("0", "11", "x", "", "-1", "9" * 30, "\u0663"):
        answer = press(client, f"{path}/seats", seats=wrong)
        assert answer.status_code == 409 and "from 1 to 10" in said(answer)
    big = a_priced_plan("Big", for_companies=True, price_cents=5_000)
    assert "3 seats: 150.00 EUR." in page(client, f"{path}/plan/{big.public_id}")
    assert done(press(client, f"{path}/seats", seats="5")) == "seats"
    assert (now(membership).seats, Subscription.objects.get().seats) == (5, 5)
    assert done(press(client, f"{path}/cancel")) == "cancelled"
    link.is_admin = False
    operations.save_link(link)
    assert client.post(f"{ACCOUNT}{path}/keep").status_code == 404


def test_who_presses_without_end_is_stopped(ann: Customer) -> None:
    client: Client = proved_phone(ann)
    answers = [client.post(f"{ACCOUNT}profile", {"name": "Ann"}).status_code for _ in range(61)]
    assert answers[:60] == [302] * 60 and answers[60] == 429
