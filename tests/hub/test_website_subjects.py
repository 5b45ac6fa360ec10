"""Whose customer a visitor is: always the same, and never somebody who stands here by a website's word alone."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection

from hub.accounts.account_operations import sign_in
from hub.accounts.proofs import How, Proof
from hub.audit.models import Entry
from hub.cards.link_operations import link_of, live_links, make_link
from hub.members import operations as members
from hub.members.models import Customer
from hub.websites import operations
from hub.websites.models import Subject, Website
from hub.websites.queries import customer_of, subjects_of
from hub.websites.subject_operations import AddressStands, BoundOtherwise, NotProved, add_customer, bind, unbind
from hub.websites.token_operations import Visitor
from tests.hub.conftest import Database
from tests.hub.website_tokens import AT, a_website

MAIL = "ann@club.example"
AT_ONCE = 4


@pytest.fixture
def website(database: Database) -> Website:
    return a_website()


def visitor(website: Website, sub: str = "user-7", email: str = MAIL) -> Visitor:
    return Visitor(website, sub, email, "Ann")


def standing(name: str = "Ann Arbor", email: str = MAIL) -> Customer:
    return members.save_customer(Customer(name=name, email=email))


def fresh(email: str = MAIL) -> Customer:
    return Customer(name="Ann", email=email)


def test_a_new_visitor_is_a_new_customer_and_stays_that(website: Website) -> None:
    made = add_customer(visitor(website), fresh(), "", AT)
    assert customer_of(website, "user-7") == made
    assert add_customer(visitor(website), fresh("other@club.example"), "", AT) == made
    assert Customer.objects.get().email == MAIL
    assert customer_of(website, "user-8") is None
    assert customer_of(website, "USER-7") is None
    assert customer_of(a_website("Shop"), "user-7") is None


@pytest.mark.parametrize("proved", ["", "other@club.example", " "])
@pytest.mark.parametrize("email", [MAIL, "ANN@club.example"])
def test_the_websites_word_takes_no_address_that_stands(website: Website, email: str, proved: str) -> None:
    standing()
    with pytest.raises(AddressStands, match="prove that it is yours"):
        add_customer(visitor(website), fresh(email), proved, AT)
    assert (Customer.objects.count(), Subject.objects.count()) == (1, 0)


def test_with_another_address_one_goes_on(website: Website) -> None:
    standing()
    made = add_customer(visitor(website), fresh("else@club.example"), "", AT)
    assert customer_of(website, "user-7") == made != Customer.objects.get(email=MAIL)


def test_who_proved_the_address_is_bound_or_a_family_gets_one_more(website: Website) -> None:
    ann = standing()
    bound = bind(visitor(website), ann, "ANN@club.example", AT)
    assert (bound.customer, customer_of(website, "user-7")) == (ann, ann)
    assert bind(visitor(website), ann, MAIL, AT) == bound
    child = add_customer(visitor(website, "user-8"), Customer(name="Bo", email=MAIL), MAIL, AT)
    assert child != ann and customer_of(website, "user-8") == child


@pytest.mark.parametrize("proved", ["", "other@club.example", "ann@club.example.evil.example"])
def test_nobody_is_bound_to_who_stands_without_their_address(website: Website, proved: str) -> None:
    ann = standing()
    with pytest.raises(NotProved):
        bind(visitor(website), ann, proved, AT)
    assert not Subject.objects.exists()


def test_letters_that_only_look_alike_prove_nothing(website: Website) -> None:
    """U+212A is a k in small letters, and mail to it goes elsewhere."""
    kim = standing("Kim", "kim@club.example")
    with pytest.raises(NotProved):
        bind(visitor(website), kim, "\u212aim@club.example", AT)


def test_an_address_that_is_none_proves_nothing(website: Website) -> None:
    nobody = standing("No Address", "")
    with pytest.raises(NotProved):
        bind(visitor(website), nobody, "", AT)
    assert add_customer(visitor(website), fresh(""), "", AT) != nobody


def test_it_is_the_stored_address_that_counts(website: Website) -> None:
    ann = standing()
    ann.email = "mine@evil.example"
    with pytest.raises(NotProved):
        bind(visitor(website), ann, "mine@evil.example", AT)


def test_a_visitor_who_is_somebody_becomes_nobody_else(website: Website) -> None:
    made = add_customer(visitor(website), fresh("else@club.example"), "", AT)
    with pytest.raises(BoundOtherwise):
        bind(visitor(website), standing(), MAIL, AT)
    assert customer_of(website, "user-7") == made


def test_a_customer_that_cannot_be_leaves_nothing(website: Website) -> None:
    with pytest.raises(Exception, match="name"):
        add_customer(visitor(website), Customer(name="", email=MAIL), "", AT)
    assert not Subject.objects.exists() and not Customer.objects.exists()


def test_staff_part_a_visitor_from_a_customer(website: Website) -> None:
    made = add_customer(visitor(website), fresh(), "", AT)
    unbind(Subject.objects.get().pk)
    assert customer_of(website, "user-7") is None
    created, deleted = Entry.objects.filter(thing_kind="subject").order_by("number")
    assert (created.action, deleted.action, created.customer_id) == ("created", "deleted", made.pk)
    with pytest.raises(Subject.DoesNotExist):
        unbind(0)


def test_who_is_deleted_is_forgotten_here_too(website: Website) -> None:
    made = add_customer(visitor(website, "very-own-name"), fresh(), "", AT)
    assert [each.sub for each in subjects_of(made)] == ["very-own-name"]
    members.delete_customers([made])
    assert not Subject.objects.exists()
    assert "very-own-name" not in repr(list(Entry.objects.values()))


def test_without_the_website_its_customers_stay(website: Website) -> None:
    made = add_customer(visitor(website), fresh(), "", AT)
    operations.delete_website(website.pk)
    assert Customer.objects.get() == made and not Subject.objects.exists()


def test_of_several_at_once_one_customer_comes(website: Website) -> None:
    together = Barrier(AT_ONCE)

    def join(number: int) -> int:
        together.wait()
        try:
            return add_customer(visitor(website), fresh(f"{number}@club.example"), "", AT).pk
        finally:
            connection.close()

    with ThreadPoolExecutor(AT_ONCE) as threads:
        assert len(set(threads.map(join, range(AT_ONCE)))) == 1
    assert (Customer.objects.count(), Subject.objects.count()) == (1, 1)


def test_whoever_proves_an_address_parts_who_had_it_by_a_websites_word(website: Website) -> None:
    made = add_customer(visitor(website), fresh(), "", AT)
    before = make_link(made, AT)
    secret = sign_in(made, mailbox_of(made), AT)
    assert customer_of(website, "user-7") is None
    assert live_links(made) == [link_of(secret)] and before.link not in live_links(made)
    with pytest.raises(AddressStands):
        add_customer(visitor(website), fresh(), "", AT)
    assert bind(visitor(website), made, MAIL, AT).is_proved


def test_who_proved_their_address_as_they_came_stays_with_their_phones(website: Website) -> None:
    made = add_customer(visitor(website), fresh(), MAIL, AT)
    before = make_link(made, AT)
    sign_in(made, mailbox_of(made), AT)
    assert customer_of(website, "user-7") == made and before.link in live_links(made)


def test_a_proof_that_is_not_of_the_mailbox_parts_nobody(website: Website) -> None:
    made = add_customer(visitor(website), fresh(), "", AT)
    sign_in(made, Proof(How.PASSWORD, AT, (made.pk,), ""), AT)
    assert customer_of(website, "user-7") == made


def mailbox_of(customer: Customer) -> Proof:
    return Proof(How.CODE, AT, (customer.pk,), customer.email)
