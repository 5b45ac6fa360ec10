"""Members' passwords: guessed, in families, and beside those of the hub's users."""

from threading import Barrier, Thread

import pytest
from django.contrib.auth.hashers import PBKDF2PasswordHasher, check_password
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db import connection

from hub.accounts.models import Account
from hub.accounts.password_operations import (
    LETTERS_MAX,
    TooManyTries,
    has_password,
    prove_password,
    remove_password,
    set_password,
)
from hub.accounts.proofs import How, NotProved
from hub.audit.models import Entry
from hub.login.operations import ATTEMPTS_MAX_HERE, begin_attempt
from hub.members import operations
from hub.members.models import Customer
from tests.hub.conftest import Database
from tests.hub.people import AT

pytestmark = pytest.mark.usefixtures("database")
MAIL, HERE, GOOD = "ann@club.example", "192.0.2.1", "a long way round"


def a_member(name: str = "Ann Miller", email: str = MAIL) -> Customer:
    return operations.save_customer(Customer(name=name, email=email))


def test_a_password_proves_who_and_no_mailbox() -> None:
    ann = a_member()
    set_password(ann, GOOD, AT)
    proof = prove_password(" ANN@club.example", GOOD, HERE, AT)
    assert (proof.how, proof.customers, proof.email) == (How.PASSWORD, (ann.pk,), "")
    account = Account.objects.get()
    assert GOOD not in account.password
    assert account.password not in str(list(Entry.objects.values()))
    assert list(Entry.objects.filter(thing_kind="account").values_list("action", flat=True)) == ["password set"]


@pytest.mark.parametrize("email", [MAIL, "bob@club.example", "none@club.example", "no address", "a\0@x.de", ""])
def test_wrong_and_unknown_are_told_the_same(email: str) -> None:
    set_password(a_member(), GOOD, AT)
    a_member("Bob", "bob@club.example")
    with pytest.raises(NotProved, match="do not match"):
        prove_password(email, "another way", HERE, AT)
    for empty in ("", "x" * 100_000):
        with pytest.raises(NotProved):
            prove_password(email, empty, HERE, AT)


def test_guesses_are_braked_and_lock_no_user_of_the_desk_out() -> None:
    set_password(a_member(), GOOD, AT)
    for _ in range(ATTEMPTS_MAX_HERE):
        with pytest.raises(NotProved):
            prove_password(MAIL, "guess", HERE, AT)
    with pytest.raises(TooManyTries):
        prove_password(MAIL, GOOD, HERE, AT)
    assert prove_password(MAIL, GOOD, "192.0.2.2", AT).customers
    assert begin_attempt(MAIL, HERE, AT) is not None


def test_guesses_at_once_do_not_pass_the_brake_together(postgresql_database: Database) -> None:
    begins, granted = Barrier(20), []

    def tries() -> None:
        begins.wait()
        granted.append(begin_attempt(MAIL, HERE, AT) is not None)
        connection.close()

    threads = [Thread(target=tries) for _ in range(20)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert sum(granted) <= ATTEMPTS_MAX_HERE and len(granted) == 20


def test_of_a_family_those_whose_password_it_is() -> None:
    ann, bert = a_member(), a_member("Bert Miller")
    set_password(ann, GOOD, AT)
    set_password(bert, "another long way", AT)
    assert prove_password(MAIL, GOOD, HERE, AT).customers == (ann.pk,)
    assert prove_password(MAIL, "another long way", HERE, AT).customers == (bert.pk,)


def test_a_member_who_is_staff_too_has_two_passwords() -> None:
    User.objects.create_user(MAIL, MAIL, "for the desk alone", is_staff=True)
    ann = a_member()
    with pytest.raises(NotProved):
        prove_password(MAIL, "for the desk alone", HERE, AT)
    set_password(ann, GOOD, AT)
    assert not User.objects.get().check_password(GOOD)


@pytest.mark.parametrize("weak", ["", "short", "password123", "ann miller", MAIL, "x" * (LETTERS_MAX + 1)])
def test_one_that_is_easy_to_guess_is_refused_and_nothing_changes(weak: str) -> None:
    ann = a_member()
    set_password(ann, GOOD, AT)
    with pytest.raises(ValidationError):
        set_password(ann, weak, AT)
    assert prove_password(MAIL, GOOD, HERE, AT).customers == (ann.pk,)


def test_it_is_hashed_anew_when_hashers_grow_stronger() -> None:
    ann = a_member()
    set_password(ann, GOOD, AT)
    weak = PBKDF2PasswordHasher().encode(GOOD, "salt", 1000)
    Account.objects.update(password=weak)
    prove_password(MAIL, GOOD, HERE, AT)
    now = Account.objects.get().password
    assert now != weak and check_password(GOOD, now)


def test_removed_it_proves_nothing() -> None:
    ann = a_member()
    set_password(ann, GOOD, AT)
    remove_password(ann)
    remove_password(ann)
    assert not has_password(ann)
    with pytest.raises(NotProved):
        prove_password(MAIL, GOOD, HERE, AT)
    assert Entry.objects.filter(action="password removed").count() == 1
