"""Companies' admins: invitations within seats, accepted once, revoked; people removed; the last admin stays."""

from datetime import timedelta
from pathlib import Path
from threading import Barrier, Thread

import pytest
from django.core.exceptions import ValidationError
from django.db import connection

from contract.feed import Kind
from hub.accounts.account_operations import sign_in
from hub.accounts.addresses import NoSuchAddress
from hub.accounts.invitation_operations import (
    BY_A_COMPANY,
    LASTS,
    InvitationRefused,
    accept,
    accept_as_new,
    invite,
    revoke_invitation,
)
from hub.accounts.leaving_operations import delete_own
from hub.accounts.models import CompanyInvitation
from hub.accounts.people_operations import (
    LastAdmin,
    NotAnAdmin,
    last_admin_of,
    leave,
    open_invitations,
    remove_person,
    seats_left,
    set_admin,
)
from hub.audit.models import Entry
from hub.cards.link_operations import link_of
from hub.errors import HubError
from hub.feed import queries as feed
from hub.feed.operations import EVERYONE
from hub.letters.invitation import send_invitation
from hub.members import operations
from hub.members.models import Company, Customer, Link
from hub.members.own_names import check_own_name
from tests.hub.conftest import Database
from tests.hub.mailed import letters_in, mail_by, text_of
from tests.hub.people import AT, DAY, a_membership, a_plan

pytestmark = pytest.mark.usefixtures("database")


def a_member(name: str, email: str = "") -> Customer:
    return operations.save_customer(Customer(name=name, email=email))


def a_company(admin: Customer, seats: int | None = None) -> Company:
    company = operations.save_company(Company(name="Cooper Ltd"))
    a_membership(a_plan(), company=company, seats=seats)
    operations.save_link(Link(company=company, customer=admin, is_admin=True), AT)
    return company


def secret_of(by: Customer, company: Company, email: str) -> str:
    return invite(by, company, email, AT).address.rpartition("#")[2]


def test_invited_by_letter_and_accepted_once_by_whoever_is_new(tmp_path: Path) -> None:
    ann = a_member("Ann", "ann@club.example")
    company = a_company(ann, seats=2)
    with mail_by(f"file://{tmp_path / 'out'}"):
        invited = invite(ann, company, " Bert@Club.example", AT)
        send_invitation(invited, AT)
        [letter] = letters_in(tmp_path / "out", AT)
    text = text_of(letter)
    assert letter["to"] == "bert@club.example" and "Ann invites you to Cooper Ltd" in text
    secret = next(each for each in text.splitlines() if "/card/account/invitation#" in each).rpartition("#")[2]
    assert secret not in repr(invited) + str(list(CompanyInvitation.objects.values())) + str(
        list(Entry.objects.values())
    )
    assert (seats_left(company, AT), len(open_invitations(company, AT))) == (0, 1)
    link, proof = accept_as_new(secret, "Bert", AT + DAY)
    assert (link.company, link.customer.email, link.is_admin) == (company, "bert@club.example", False)
    assert link_of(sign_in(link.customer, proof, AT + DAY)).customer == link.customer
    assert len(feed.live_bodies(EVERYONE, Kind.LINK)) == 2
    assert feed.head(EVERYONE).digest == feed.digest_from_rows(EVERYONE)
    assert open_invitations(company, AT + DAY) == []
    for again in (lambda: accept_as_new(secret, "Bert", AT + DAY), lambda: accept(secret, ann, AT + DAY)):
        with pytest.raises(InvitationRefused):
            again()


def test_who_has_the_address_accepts_as_themselves_and_nobody_else_does() -> None:
    ann, bert, cleo = (a_member(name, f"{name.lower()}@club.example") for name in ("Ann", "Bert", "Cleo"))
    company = a_company(ann)
    secret = secret_of(ann, company, "bert@club.example")
    with pytest.raises(InvitationRefused, match="known here"):
        accept_as_new(secret, "Bert", AT)
    with pytest.raises(InvitationRefused, match="another address"):
        accept(secret, cleo, AT)
    assert accept(secret, bert, AT).customer == bert
    assert Customer.objects.count() == 3
    entry = Entry.objects.get(action="accepted")
    assert (entry.customer_id, entry.company_id) == (bert.pk, company.pk)


def test_it_ends_after_14_days_by_a_newer_one_and_when_it_is_revoked() -> None:
    ann = a_member("Ann")
    company = a_company(ann)
    old = secret_of(ann, company, "bert@club.example")
    new = secret_of(ann, company, "BERT@club.example")
    late = secret_of(ann, company, "late@club.example")
    [bert] = [each for each in open_invitations(company, AT) if each.address.startswith("bert")]
    revoke_invitation(ann, company, bert.pk, AT)
    for secret, at in ((old, AT), (new, AT), (late, AT + LASTS), ("nobody's", AT), ("", AT), ("\0", AT)):
        with pytest.raises(InvitationRefused):
            accept_as_new(secret, "Bert", at)
    assert Customer.objects.count() == 1


def test_open_invitations_hold_seats_and_a_seat_that_was_taken_is_told() -> None:
    ann, staffs = a_member("Ann"), a_member("Dora")
    company = a_company(ann, seats=3)
    first = secret_of(ann, company, "b@club.example")
    secret_of(ann, company, "c@club.example")
    with pytest.raises(InvitationRefused, match="No seat is free"):
        invite(ann, company, "d@club.example", AT)
    secret_of(ann, company, "c@club.example")
    for customer in (staffs, a_member("Emil")):
        operations.save_link(Link(company=company, customer=customer), AT)
    with pytest.raises(InvitationRefused, match="No seat is free any more"):
        accept_as_new(first, "Bert", AT)
    assert Customer.objects.filter(name="Bert").count() == 0
    assert len(open_invitations(company, AT)) == 2


@pytest.mark.parametrize("email", ["", "no address", "a@b@c", "x@club.example\r\nBcc: y@z.example", "a\0@b.de"])
def test_hostile_addresses_and_names_change_nothing(email: str) -> None:
    ann = a_member("Ann")
    company = a_company(ann)
    with pytest.raises(NoSuchAddress):
        invite(ann, company, email, AT)
    secret = secret_of(ann, company, "b@club.example")
    for name in ("", "   ", "x" * 201, "a\nb", "\0", "\u202e\x1b[31m"):
        with pytest.raises(ValidationError):
            accept_as_new(secret, name, AT)
    assert (Customer.objects.count(), len(open_invitations(company, AT))) == (1, 1)


def test_only_admins_of_that_company_see_to_it() -> None:
    ann, bert, other = a_member("Ann"), a_member("Bert", "bert@club.example"), a_member("Other")
    company, others = a_company(ann), a_company(other)
    berts = operations.save_link(Link(company=company, customer=bert), AT)
    [anns] = Link.objects.filter(customer=ann)
    invited = invite(ann, company, "c@club.example", AT).invitation
    for by in (bert, other):
        for attempt in (
            lambda by=by: invite(by, company, "x@club.example", AT),
            lambda by=by: revoke_invitation(by, company, invited.pk, AT),
            lambda by=by: remove_person(by, anns),
            lambda by=by: set_admin(by, berts, True),
        ):
            with pytest.raises(NotAnAdmin):
                attempt()
    revoke_invitation(other, others, invited.pk, AT)
    assert len(open_invitations(company, AT)) == 1
    with pytest.raises(InvitationRefused, match="belongs to this company already"):
        invite(ann, company, "bert@club.example", AT)


def test_removed_they_lose_it_at_once_and_the_last_admin_stays() -> None:
    ann, bert = a_member("Ann"), a_member("Bert")
    company = a_company(ann)
    berts = operations.save_link(Link(company=company, customer=bert), AT)
    [anns] = Link.objects.filter(customer=ann)
    for attempt in (
        lambda: leave(ann, company),
        lambda: remove_person(ann, anns),
        lambda: set_admin(ann, anns, False),
    ):
        with pytest.raises(LastAdmin):
            attempt()
    assert last_admin_of(ann) == [company]
    set_admin(ann, berts, True)
    assert last_admin_of(ann) == []
    remove_person(bert, anns)
    remove_person(bert, anns)
    assert list(company.customers.all()) == [bert]
    assert len(feed.live_bodies(EVERYONE, Kind.LINK)) == 1
    with pytest.raises(HubError):
        set_admin(bert, anns, True)


def test_so_many_invitations_a_day() -> None:
    ann = a_member("Ann")
    company = a_company(ann)
    for number in range(BY_A_COMPANY.count):
        invite(ann, company, f"x{number}@club.example", AT)
    with pytest.raises(InvitationRefused, match="Too many"):
        invite(ann, company, "more@club.example", AT)


def test_another_company_invites_no_more_people() -> None:
    ann = a_member("Ann")
    for _ in range(2):
        company = a_company(ann)
        for number in range(BY_A_COMPANY.count // 2):
            invite(ann, company, f"x{number}@club.example", AT)
    with pytest.raises(InvitationRefused, match="Too many"):
        invite(ann, a_company(ann), "more@club.example", AT)


@pytest.mark.parametrize(
    "name",
    [
        *("Win at https://evil.example", "www.evil", "evil.example now", "Ann (a@evil.example)"),
        *("Click EVIL.COM/x", "evil.co.uk", "my-evil-ltd.com", "evil.st.example"),
    ],
)
def test_a_name_of_ones_own_is_no_way_to_somewhere(name: str) -> None:
    """It stands in letters to people whom nobody has asked."""
    with pytest.raises(ValidationError, match="addresses out"):
        check_own_name(name)
    ann = a_member("Ann")
    secret = secret_of(ann, a_company(ann), "b@club.example")
    with pytest.raises(ValidationError, match="addresses out"):
        accept_as_new(secret, name, AT)


@pytest.mark.parametrize(
    "name",
    [
        *("Dr. Müller", "Dr.Meier", "Prof.Dr.Meier", "Dr.-Ing. Meier", "FC St.Pauli"),
        *("Sports Club e.V.", "A. B. Cooper", "O'Neil & Co. KG"),
    ],
)
def test_abbreviations_are_names(name: str) -> None:
    check_own_name(name)


def test_two_accept_the_last_seat_and_two_admins_remove_each_other_at_once(postgresql_database: Database) -> None:
    ann = a_member("Ann")
    company = a_company(ann, seats=3)
    secrets = [secret_of(ann, company, f"{name}@club.example") for name in "bc"]
    operations.save_link(Link(company=company, customer=a_member("Dora")), AT)
    together(*(lambda each=each: accept_as_new(each, "New", AT + timedelta(hours=1)) for each in secrets))
    assert company.links.count() == 3
    [dora] = Link.objects.filter(customer__name="Dora")
    set_admin(ann, dora, True)
    [anns] = Link.objects.filter(customer=ann)
    together(lambda: remove_person(ann, dora), lambda: remove_person(dora.customer, anns))
    assert company.links.filter(is_admin=True).count() == 1


def together(*works: object) -> None:
    begins = Barrier(len(works))

    def run(work: object) -> None:
        begins.wait()
        try:
            work()  # type: ignore[operator]
        except HubError:
            pass
        finally:
            connection.close()

    threads = [Thread(target=run, args=(each,)) for each in works]
    for each in threads:
        each.start()
    for each in threads:
        each.join()


def test_an_address_is_kept_no_longer_than_its_invitation_counts() -> None:
    ann = a_member("Ann", "ann@club.example")
    company = a_company(ann)
    secret = secret_of(ann, company, "bert@club.example")
    bert = accept_as_new(secret, "Bert", AT)[0].customer
    with pytest.raises(InvitationRefused, match="accepted already"):
        accept_as_new(secret, "Bert", AT)
    delete_own(bert, AT)
    assert not CompanyInvitation.objects.filter(address__startswith="bert").exists()
    secret_of(ann, company, "never@club.example")
    secret_of(ann, company, "late@club.example")
    invite(ann, company, "next@club.example", AT + LASTS)
    assert [each.address for each in CompanyInvitation.objects.all()] == ["next@club.example"]
