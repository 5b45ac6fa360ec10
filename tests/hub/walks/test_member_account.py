"""A member's own pages in a real browser, at a phone's width: changed, cancelled, taken back; a company's people;
what is kept of them, and the end. The rules of page_rules.py hold on each page."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone

from hub.accounts.invitation_operations import ACCEPT_PATH
from hub.cards.session_operations import sign_in_by
from hub.mail.models import Mail
from hub.members import operations
from hub.members.models import Company, Customer, Link, Membership
from hub.members.profile_operations import set_photo
from hub.organization.models import Organization
from hub.organization.operations import save_organization
from tests.hub.fake_provider import FakeProvider
from tests.hub.mailed import letters_in, mail_by, text_of
from tests.hub.people import DAY
from tests.hub.provider_club import ProviderClub, a_priced_plan, now
from tests.hub.walks.page_rules import keeps_the_rules
from tests.hub.walks.test_members import a_png
from tests.hub.walks.visitor import Visitor

PHONE, TALL = 390, 844


@pytest.fixture
def club(sqlite_database: object, monkeypatch: pytest.MonkeyPatch) -> ProviderClub:
    save_organization(Organization(name="Harbour Wine Club", colour="#7c2d4f", members_set_photo=True))
    provider = FakeProvider(timezone.now())
    monkeypatch.setattr("hub.billing.choosing.provider", lambda: provider)
    return ProviderClub(provider, timezone.now())


@pytest.fixture
def ann(club: ProviderClub) -> Customer:
    ann = operations.save_customer(Customer(name="Ann Miller", email="ann@club.example", phone="+49 30 1234"))
    operations.issue_card(ann)
    set_photo(ann, a_png(200))
    return ann


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return tmp_path / "out"


@pytest.fixture
def phone(chromium: Visitor, ann: Customer, out: Path) -> Iterator[Visitor]:
    with mail_by(f"file://{out}"), chromium.at_work(None) as visitor:
        visitor.wears(PHONE, height=TALL)
        yield visitor
        visitor._call("Storage.clearDataForOrigin", {"origin": visitor.hub, "storageTypes": "all"})


def signed_in(phone: Visitor, customer: Customer) -> None:
    secret = sign_in_by(customer, timezone.now(), "Chrome, Android", "code")
    said = {"name": "doorward_card", "value": secret, "url": f"{phone.hub}/card/", "path": "/card/"}
    phone._call("Network.setCookie", said)


def paid(club: ProviderClub, holder: Customer | Company, seats: int | None = None) -> Membership:
    is_company = isinstance(holder, Company)
    plan = a_priced_plan("Team" if is_company else "Gold", for_companies=is_company, tax_text="incl. 19 % VAT")
    membership = club.joins(plan, holder, seats)
    club.pays(membership)
    club.hears()
    return membership


def a_company(club: ProviderClub, ann: Customer, seats: int) -> Company:
    company = operations.save_company(Company(name="Cooper Ltd", email="pay@cooper.example"))
    operations.save_link(Link(company=company, customer=ann, is_admin=True))
    bert = operations.save_customer(Customer(name="Bert Anders", email="bert@cooper.example"))
    operations.save_link(Link(company=company, customer=bert))
    paid(club, company, seats)
    return company


def test_a_plan_is_changed_cancelled_and_taken_back(phone: Visitor, club: ProviderClub, ann: Customer) -> None:
    membership = paid(club, ann)
    silver = a_priced_plan("Silver", price_cents=1_500)
    signed_in(phone, ann)
    phone.open("/card/")
    phone.click("My account")
    phone.sees("29.00 EUR every month, incl. 19 % VAT")
    phone.click("Change plan")
    phone.click("Change to Silver")
    phone.sees("15.00 EUR every month")
    phone.keep("own_change_plan")
    phone.click("Change and pay")
    phone.sees("The plan is changed.")
    assert now(membership).plan == silver
    phone.click("Cancel")
    phone.sees("You keep Silver until")
    phone.keep("own_cancel")
    phone.click("Cancel", "form")
    phone.sees("It is cancelled: you keep it until")
    phone.keep("own_cancelled")
    phone.click("Take the cancellation back")
    phone.click("Go on with it")
    phone.sees("It renews on")
    assert now(membership).at_end == "renews"


def test_invited_accepted_and_removed_within_seats(
    phone: Visitor, club: ProviderClub, ann: Customer, out: Path
) -> None:
    company = a_company(club, ann, seats=3)
    signed_in(phone, ann)
    phone.open("/card/account/")
    phone.click("Cooper Ltd")
    phone.sees("2 of 3 seats taken.")
    phone.click("Invite people")
    phone.write("#people", "new@cooper.example\nlate@cooper.example")
    phone.click("Invite them")
    phone.sees("Invited: new@cooper.example")
    phone.sees("late@cooper.example: No seat is free")
    phone.keep("own_invited")
    Mail.objects.update(next_at=timezone.now() - DAY)
    [letter] = letters_in(out, timezone.now())
    secret = text_of(letter).partition(f"{ACCEPT_PATH}#")[2].split()[0]
    phone._call("Network.clearBrowserCookies")
    phone.requests.clear()
    phone.go(f"{phone.hub}{ACCEPT_PATH}#{secret}")
    phone.sees("You are invited to Cooper Ltd")
    phone.keep("own_invitation")
    phone.write("#name", "Cleo New")
    phone.click("Accept")
    phone.sees("through Cooper Ltd")
    assert not [each for each in phone.requests if secret in each.partition("#")[0]]
    cleo = Customer.objects.get(name="Cleo New")
    signed_in(phone, ann)
    phone.open(f"/card/account/companies/{company.pk}")
    phone.sees("3 of 3 seats taken.")
    phone.keep("own_company")
    phone.click("Remove Cleo New")
    phone.click("Remove", "form")
    phone.sees("They belong to the company no more.")
    assert not company.customers.filter(pk=cleo.pk).exists()


def test_each_page_keeps_the_rules(phone: Visitor, club: ProviderClub, ann: Customer) -> None:
    held, company = paid(club, ann), a_company(club, ann, seats=5)
    silver = a_priced_plan("Silver", price_cents=1_500)
    at = timezone.now()
    waits = club.joins(a_priced_plan("Sauna"), ann)
    old = {"starts_at": at - 90 * DAY, "ends_at": at - 60 * DAY}
    operations.save_membership(Membership(plan=silver, customer=ann, **old))
    [berts] = Link.objects.filter(customer__name="Bert Anders")
    signed_in(phone, ann)
    own, theirs = f"/card/account/memberships/{held.pk}", f"/card/account/companies/{company.pk}"
    pages = {
        "/card/account/": "Everything else",
        f"{own}/cancel": "Cancel Gold?",
        f"{own}/plan": "Change to Silver",
        f"{own}/plan/{silver.public_id}": "Change to Silver?",
        f"/card/account/memberships/{waits.pk}/pay": "Pay for Sauna",
        "/card/account/invoices": "Change how to pay",
        "/card/account/paying": "How to pay",
        "/card/account/profile": "Name and phone",
        "/card/account/data": "What is kept of me",
        "/card/account/data/delete": "These go, at once and for good:",
        theirs: "2 of 5 seats taken.",
        f"{theirs}/invite": "E-mail addresses, one a line",
        f"{theirs}/leave": "Leave Cooper Ltd?",
        f"{theirs}/people/{berts.pk}/admin": "Make Bert Anders an admin?",
        "/card/account/invitation": "Open the link in your letter",
        "/card/account/deleted": "Goodbye",
    }
    for path, says in pages.items():

        def show(path: str = path, says: str = says) -> None:
            phone.open(path)
            phone.sees(says)

        keeps_the_rules(phone, show)
        name = path.removeprefix("/card/").strip("/").replace("/", "_")
        for dark in (False, True):
            phone.wears(PHONE, dark, TALL)
            show()
            phone.fits()
            phone.keep(f"{name}_{'dark' if dark else 'light'}")


def test_deleted_the_phone_keeps_nothing(phone: Visitor, club: ProviderClub, ann: Customer) -> None:
    signed_in(phone, ann)
    phone.open("/card/")
    phone.until("navigator.serviceWorker.controller !== null")
    kept = "caches.match('/card/', {cacheName: 'card-mine'}).then(kept => kept !== undefined)"
    phone.until(kept)
    phone.open("/card/account/")
    phone.sees("Ann Miller")
    own = "caches.keys().then(all => Promise.all(all.map(name => caches.open(name).then(each => each.keys()))))"
    addresses = f"{own}.then(found => found.flat().map(each => each.url).join(' '))"
    # What says more than the card is kept on no phone.
    assert "account" not in phone.look(addresses)
    phone.open("/card/account/data/delete")
    phone.click("I know that nobody can bring it back.")
    phone.click("Delete everything")
    phone.sees("Goodbye")
    phone.until("caches.keys().then(names => !names.includes('card-mine'))")
    assert not Customer.objects.filter(pk=ann.pk).exists()
    phone.open("/card/")
    phone.sees("Open my card")


def test_after_a_quarter_of_an_hour_it_asks_who_it_is_and_leads_back(
    phone: Visitor, club: ProviderClub, ann: Customer
) -> None:
    signed_in(phone, ann)
    ann.card_links.update(proved_at=timezone.now() - timedelta(minutes=16))
    phone.go(f"{phone.hub}/card/account/profile")
    phone.sees("Is it you?")
    assert phone.look("document.querySelector('[name=next]').value") == "/card/account/profile"
