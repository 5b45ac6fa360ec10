"""Members' passkeys: added, asked for, replayed, copied, of another, of another site; and answers made up."""

import json
from dataclasses import replace
from datetime import timedelta

import pytest
from fido2 import cbor
from fido2.utils import websafe_decode, websafe_encode

from hub.accounts.models import Account, Passkey
from hub.accounts.passkey_operations import (
    PASSKEYS_MAX,
    PasskeyRefused,
    add_passkey,
    begin_adding,
    begin_asking,
    prove_passkey,
    remove_passkey,
)
from hub.accounts.proofs import How, NotProved
from hub.members import operations
from hub.members.models import Customer
from tests.hub.people import AT, a_customer
from tests.hub.soft_passkey import ATTESTED, SoftPasskey

pytestmark = pytest.mark.usefixtures("database")


def added(customer: Customer, phone: SoftPasskey, **wrong: object) -> Passkey:
    begun = begin_adding(customer, AT)
    return add_passkey(customer, begun.state, phone.create(begun.options, **wrong), "My phone", AT)


def test_a_passkey_proves_whose_it_is_and_each_challenge_counts_once() -> None:
    ann, phone = a_customer("Ann"), SoftPasskey()
    passkey = added(ann, phone)
    assert str(passkey) == "Passkey My phone of Ann"
    begun = begin_asking(AT)
    asked = begun.options["publicKey"]
    assert asked["userVerification"] == "required" and not asked.get("allowCredentials")
    answer = phone.get(begun.options)
    proof = prove_passkey(begun.state, answer, AT)
    assert (proof.how, proof.customers, proof.email) == (How.PASSKEY, (ann.pk,), "")
    with pytest.raises(NotProved):
        prove_passkey(begun.state, answer, AT)
    with pytest.raises(NotProved):
        prove_passkey(begin_asking(AT).state, answer, AT)


def test_it_is_to_be_found_by_the_phone_and_says_nothing_of_whose_it_is() -> None:
    ann = a_customer("Ann")
    asked = begin_adding(ann, AT).options["publicKey"]
    assert asked["authenticatorSelection"]["residentKey"] == "required"
    assert asked["authenticatorSelection"]["userVerification"] == "required"
    handle = bytes(Account.objects.get().handle)
    assert len(handle) == 32 and str(ann.pk).encode() != handle


@pytest.mark.parametrize(
    "wrong",
    [
        {"origin": "https://evil.example"},
        {"origin": "http://sub.127.0.0.1:8000"},
        {"host": "evil.example"},
        {"unverified": True},
    ],
    ids=str,
)
def test_for_another_site_or_unverified_it_proves_nothing(wrong: dict[str, object]) -> None:
    ann, phone = a_customer("Ann"), SoftPasskey()
    with pytest.raises(PasskeyRefused):
        added(ann, phone, **wrong)
    added(ann, phone)
    begun = begin_asking(AT)
    with pytest.raises(NotProved):
        prove_passkey(begun.state, phone.get(begun.options, **wrong), AT)


def test_another_ones_handle_key_or_credential_proves_nothing() -> None:
    ann, bert = a_customer("Ann"), a_customer("Bert")
    anns, berts = SoftPasskey(), SoftPasskey()
    added(ann, anns)
    added(bert, berts)
    for phone, wrong in (
        (anns, {"handle": berts.handle}),
        (replace(anns, key=berts.key), {}),
        (replace(anns, credential_id=b"unknown"), {}),
        (anns, {"handle": b""}),
    ):
        begun = begin_asking(AT)
        with pytest.raises(NotProved):
            prove_passkey(begun.state, phone.get(begun.options, **wrong), AT)


def test_a_count_that_does_not_rise_is_of_a_copy() -> None:
    ann, phone = a_customer("Ann"), SoftPasskey(counts=True)
    added(ann, phone)
    begun = begin_asking(AT)
    assert prove_passkey(begun.state, phone.get(begun.options), AT).customers == (ann.pk,)
    for count in (phone.count, 1, 0):
        begun = begin_asking(AT)
        with pytest.raises(NotProved):
            prove_passkey(begun.state, phone.get(begun.options, count=count), AT)


def test_a_challenge_is_too_old_after_ten_minutes_and_is_nobody_elses() -> None:
    ann, bert, phone = a_customer("Ann"), a_customer("Bert"), SoftPasskey()
    begun = begin_adding(ann, AT)
    answer = phone.create(begun.options)
    with pytest.raises(PasskeyRefused):
        add_passkey(bert, begun.state, answer, "", AT)
    begun = begin_adding(ann, AT)
    with pytest.raises(PasskeyRefused):
        add_passkey(ann, begun.state, phone.create(begun.options), "", AT + timedelta(minutes=10))
    with pytest.raises(PasskeyRefused):
        add_passkey(ann, begin_asking(AT).state, answer, "", AT)
    assert Passkey.objects.count() == 0


def test_the_same_is_added_once_and_so_many_at_most() -> None:
    ann, bert, phone = a_customer("Ann"), a_customer("Bert"), SoftPasskey()
    added(ann, phone)
    with pytest.raises(PasskeyRefused, match="known already"):
        added(bert, phone)
    for _ in range(PASSKEYS_MAX - 1):
        added(ann, SoftPasskey())
    with pytest.raises(PasskeyRefused, match="remove one first"):
        begin_adding(ann, AT)


def test_removed_it_proves_nothing_and_nobody_removes_anothers() -> None:
    ann, bert, phone = a_customer("Ann"), a_customer("Bert"), SoftPasskey()
    number = added(ann, phone).pk
    assert not remove_passkey(bert, number)
    assert remove_passkey(ann, number) and not remove_passkey(ann, number)
    begun = begin_asking(AT)
    with pytest.raises(NotProved):
        prove_passkey(begun.state, phone.get(begun.options), AT)


def test_who_is_deleted_has_no_passkey_any_more() -> None:
    ann, phone = a_customer("Ann"), SoftPasskey()
    added(ann, phone)
    operations.delete_customers([ann])
    assert (Passkey.objects.count(), Account.objects.count()) == (0, 0)


@pytest.mark.parametrize(
    "answer",
    [
        *("", "null", "[]", "{", "1", '"x"', "{}", '{"id": 1}', "[" * 100_000, '{"response": []}', "\0"),
        '{"id": "AA", "rawId": "AA", "type": "public-key", "response": {}}',
        '{"id": "AA", "rawId": "AA", "type": "x", "response": {"clientDataJSON": "AA", "attestationObject": "oA", '
        '"authenticatorData": "AA", "signature": "AA"}}',
        '{"id": "AA", "rawId": null, "response": {"clientDataJSON": null, "authenticatorData": 7}}',
        '{"id": "é", "rawId": "é", "response": {"clientDataJSON": "é", "attestationObject": "é"}}',
    ],
)
def test_what_somebody_made_up_is_refused_and_breaks_nothing(answer: str) -> None:
    ann = a_customer("Ann")
    with pytest.raises(NotProved):
        prove_passkey(begin_asking(AT).state, answer, AT)
    with pytest.raises(PasskeyRefused):
        add_passkey(ann, begin_adding(ann, AT).state, answer, "", AT)


def test_a_good_answer_with_any_part_broken_is_refused() -> None:
    ann, phone = a_customer("Ann"), SoftPasskey()
    added(ann, phone)
    begun = begin_asking(AT)
    whole = json.loads(phone.get(begun.options))
    for name in whole["response"]:
        for bad in ("", "AAAA", None, 7, whole["response"][name][:-6]):
            begun = begin_asking(AT)
            told = json.loads(phone.get(begun.options))
            told["response"][name] = bad
            with pytest.raises(NotProved):
                prove_passkey(begun.state, json.dumps(told), AT)


@pytest.mark.parametrize("is_there", [True, False])
def test_a_key_that_nobody_can_check_or_none_at_all_is_not_added(is_there: bool) -> None:
    ann, key = a_customer("Ann"), SoftPasskey()
    begun = begin_adding(ann, AT)
    told = json.loads(key.create(begun.options))
    data = cbor.decode(websafe_decode(told["response"]["attestationObject"]))["authData"]
    if is_there:
        head, public = data[: 55 + len(key.credential_id)], cbor.decode(data[55 + len(key.credential_id) :])
        data = head + cbor.encode({**public, 3: -65_535})
    else:
        data = data[:32] + bytes([data[32] & ~ATTESTED]) + data[33:37]
    told["response"]["attestationObject"] = websafe_encode(
        cbor.encode({"fmt": "none", "authData": data, "attStmt": {}})
    )
    with pytest.raises(PasskeyRefused, match="could not be added"):
        add_passkey(ann, begun.state, json.dumps(told), "", AT)
    assert Passkey.objects.count() == 0
