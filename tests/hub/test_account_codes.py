"""Codes by mail, and what they prove: guessed, told twice, too late, asked for by somebody else, in families."""

from datetime import timedelta
from threading import Thread

import pytest
from django.db import connection

from hub.accounts.account_operations import change_email, create_customer, prove_again, sign_in
from hub.accounts.addresses import NoSuchAddress, canonical, customers_at
from hub.accounts.code_operations import FROM_OWN_PHONE, LASTS, TO_AN_ADDRESS, TRIES_MAX, ask_code, prove_code
from hub.accounts.models import Ceremony, SignInCode
from hub.accounts.proofs import FRESH, How, NotProved, Proof, customers_of, is_fresh, keep, kept
from hub.audit.models import Entry
from hub.cards.link_operations import link_of, make_link, open_link
from hub.cards.models import CardLink
from hub.members import operations
from hub.members.models import Customer
from tests.hub.conftest import Database
from tests.hub.people import AT

pytestmark = pytest.mark.usefixtures("database")
MINUTE = timedelta(minutes=1)


def a_member(name: str = "Ann", email: str = "ann@club.example") -> Customer:
    return operations.save_customer(Customer(name=name, email=email))


def wrong(code: str | None) -> str:
    return f"{(int(code or 0) + 1) % 10**8:08}"


def test_a_code_proves_the_mailbox_once() -> None:
    ann = a_member()
    asked = ask_code(" Ann@CLUB.example ", AT, known_only=True)
    assert (asked.email, asked.customers) == ("ann@club.example", (ann,))
    assert asked.code is not None and len(asked.code) == 8 and asked.code.isdigit()
    assert asked.code not in repr(asked) and asked.state not in repr(asked)
    proof = prove_code(asked.state, f"{asked.code[:4]} {asked.code[4:]}", AT + MINUTE)
    assert proof == Proof(How.CODE, AT + MINUTE, (ann.pk,), "ann@club.example")
    with pytest.raises(NotProved):
        prove_code(asked.state, asked.code, AT + 2 * MINUTE)


def test_neither_code_nor_state_is_kept() -> None:
    a_member()
    asked = ask_code("ann@club.example", AT, known_only=True)
    [row] = SignInCode.objects.values()
    kept_text = str(row) + "".join(bytes(each).hex() for each in (row["state_hash"], row["code_hash"]))
    assert asked.code is not None and asked.code not in kept_text and asked.state not in kept_text


def test_five_tries_and_the_right_one_comes_too_late() -> None:
    a_member()
    asked = ask_code("ann@club.example", AT, known_only=True)
    for _ in range(TRIES_MAX):
        with pytest.raises(NotProved):
            prove_code(asked.state, wrong(asked.code), AT)
    with pytest.raises(NotProved):
        prove_code(asked.state, asked.code or "", AT)


@pytest.mark.parametrize("said", ["", "12", "x" * 100_000, "\uff11" * 8, "1\0", "' or 1=1 --"])
def test_what_is_no_code_is_told_the_same(said: str) -> None:
    a_member()
    asked = ask_code("ann@club.example", AT, known_only=True)
    for state in (asked.state, "", "nobody's", "x" * 100_000):
        with pytest.raises(NotProved, match="not right, or no longer valid"):
            prove_code(state, said, AT)


def test_after_ten_minutes_and_by_a_newer_one_it_counts_no_more() -> None:
    a_member()
    old = ask_code("ann@club.example", AT, known_only=True)
    with pytest.raises(NotProved):
        prove_code(old.state, old.code or "", AT + LASTS)
    newer = ask_code("ann@club.example", AT + MINUTE, known_only=True)
    for state, code in ((old.state, old.code), (old.state, newer.code), (newer.state, old.code)):
        with pytest.raises(NotProved):
            prove_code(state, code or "", AT + MINUTE)
    assert prove_code(newer.state, newer.code or "", AT + MINUTE).customers


def test_who_is_not_known_and_who_asks_too_often_get_a_state_that_proves_nothing() -> None:
    a_member()
    nobody = ask_code("bob@club.example", AT, known_only=True)
    assert (nobody.code, len(nobody.state)) == (None, 43)
    sent = [ask_code("ann@club.example", AT, known_only=True) for _ in range(TO_AN_ADDRESS.count)]
    more = ask_code("ann@club.example", AT, known_only=True)
    assert (more.code, len(more.state)) == (None, 43)
    assert SignInCode.objects.count() == 1
    assert prove_code(sent[-1].state, sent[-1].code or "", AT).customers


def test_whoever_joins_proves_an_address_that_nobody_has() -> None:
    asked = ask_code("new@club.example", AT, known_only=False)
    proof = prove_code(asked.state, asked.code or "", AT)
    assert (proof.customers, customers_of(proof)) == ((), [])
    ann = create_customer("  Ann  ", proof)
    assert (ann.name, ann.email, customers_of(proof)) == ("Ann", "new@club.example", [ann])
    assert Entry.objects.get(thing_kind="customer", action="created").actor_kind == "member"


def test_a_family_has_one_address_and_each_is_found_by_it() -> None:
    family = [a_member(name, email) for name, email in (("Ann", "a@club.example"), ("Bert", "A@Club.Example"))]
    a_member("Cleo", "c@club.example")
    assert customers_at("a@club.example") == family


def test_letters_that_only_the_database_takes_for_the_same_are_another_address() -> None:
    """A Kelvin sign becomes a k in lower case: its mail goes elsewhere."""
    ann = a_member("Ann", "kay@club.example")
    other = "\u212aay@club.example"
    try:
        address = canonical(other)
    except NoSuchAddress:
        return
    assert address != "kay@club.example" and ann not in customers_at(address)


@pytest.mark.parametrize(
    "text",
    ["", "ann", "@", "a@b@c", "a\n@club.example", "a@club.example\r\nBcc: b@x.example", "a" * 300 + "@x.de"],
)
def test_what_is_no_address_is_refused(text: str) -> None:
    with pytest.raises(NoSuchAddress):
        ask_code(text, AT, known_only=False)


def test_a_proof_is_kept_between_two_pages_and_taken_once() -> None:
    proof = Proof(How.CODE, AT, (1, 2), "ann@club.example")
    state = keep(proof, AT)
    assert state not in str(list(Ceremony.objects.values()))
    assert kept(state, AT + MINUTE) == proof
    for again in (state, "nobody's"):
        with pytest.raises(NotProved):
            kept(again, AT + MINUTE)
    late = keep(proof, AT)
    with pytest.raises(NotProved):
        kept(late, AT + 10 * MINUTE)


def test_fresh_for_a_quarter_of_an_hour() -> None:
    assert not is_fresh(None, AT)
    assert is_fresh(AT, AT) and is_fresh(AT, AT + FRESH - MINUTE)
    assert not is_fresh(AT, AT + FRESH) and not is_fresh(AT + MINUTE, AT)


def test_who_signs_in_has_a_link_of_this_phone_alone() -> None:
    ann, bert = a_member(), a_member("Bert", "bert@club.example")
    proof = Proof(How.CODE, AT, (ann.pk,), "ann@club.example")
    link = link_of(sign_in(ann, proof, AT, "Firefox, Linux"))
    assert (link.customer, link.proved_at, link.opened_at, link.label) == (ann, AT, AT, "Firefox, Linux")
    with pytest.raises(NotProved):
        sign_in(bert, proof, AT)
    assert Entry.objects.get(action="signed in").after == {"by": "code"}


def test_to_prove_again_moves_on_the_own_link_and_never_one_that_was_shown() -> None:
    ann, bert = a_member(), a_member("Bert", "bert@club.example")
    proof, later = Proof(How.PASSKEY, AT, (ann.pk,)), AT + timedelta(hours=1)
    own = link_of(sign_in(ann, proof, AT))
    assert prove_again(own, proof, later) is None
    own.refresh_from_db()
    assert own.proved_at == later
    shown = open_link(make_link(ann, AT).address.rpartition("#")[2], AT)
    secret = prove_again(shown, proof, later)
    shown.refresh_from_db()
    assert secret is not None and link_of(secret).proved_at == later and shown.proved_at is None
    for link in (own, shown):
        with pytest.raises(NotProved):
            prove_again(link, Proof(How.PASSKEY, AT, (bert.pk,)), later)


def test_an_address_is_changed_to_one_that_is_proved() -> None:
    ann = a_member()
    with pytest.raises(NotProved):
        change_email(ann, Proof(How.PASSWORD, AT, (ann.pk,)))
    change_email(ann, Proof(How.CODE, AT, (), "new@club.example"))
    ann.refresh_from_db()
    assert ann.email == "new@club.example"


def test_a_button_pressed_twice_is_one_session(postgresql_database: Database) -> None:
    ann = a_member()
    asked = ask_code("ann@club.example", AT, known_only=True)
    secrets: set[str] = set()

    def tell() -> None:
        try:
            secrets.add(sign_in(ann, prove_code(asked.state, asked.code or "", AT), AT))
        finally:
            connection.close()

    threads = [Thread(target=tell) for _ in range(4)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert (len(secrets), CardLink.objects.count(), Entry.objects.filter(action="signed in").count()) == (1, 1, 1)


def test_strangers_who_ask_use_up_nothing_of_a_phone_that_shows_its_owners_card() -> None:
    ann, bert = a_member(), a_member("Bert", "bert@club.example")
    own, others = (link_of(make_link(each, AT).address.rpartition("#")[2]) for each in (ann, bert))
    for _ in range(TO_AN_ADDRESS.count):
        ask_code("ann@club.example", AT, known_only=True)
    assert ask_code("ann@club.example", AT, known_only=True, phone=others).code is None
    asked = [ask_code("ann@club.example", AT, known_only=True, phone=own) for _ in range(FROM_OWN_PHONE.count)]
    assert prove_code(asked[-1].state, asked[-1].code or "", AT).customers == (ann.pk,)
    assert ask_code("ann@club.example", AT, known_only=True, phone=own).code is None
