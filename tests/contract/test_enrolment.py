"""Enrolment: who listens learns nothing, who changes anything is refused, and each refusal has its word."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import cbor2
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace as replace_fields

from contract.enrolment import (
    ANSWER_BYTES_MAX,
    REQUEST_BYTES_MAX,
    Accepted,
    Asked,
    Delivered,
    EnrolAnswer,
    EnrolRequest,
    Issued,
    Pending,
    accept,
    answer,
    ask,
    code_asked,
    enrolment_topic,
    open_answer,
)
from contract.enrolment_code import EnrolError, EnrolWhy, make_code
from contract.keys import OpeningKey, SigningKey, Trusted, VerifyingKey, encrypted_to
from contract.messages import decode, encode
from contract.seal import seal

GOLDEN: dict[str, Any] = json.loads((Path(__file__).parents[1] / "golden" / "seals.json").read_text("utf-8"))
NOON = datetime(2026, 3, 14, 12, tzinfo=UTC)
HUB, EDGE, OTHER = (SigningKey(bytes([number]) * 32) for number in range(3))
OPENING, OTHER_OPENING = (OpeningKey(bytes([number]) * 32) for number in range(2))
CODE = make_code(b"a secret..", HUB.verifying.public)
ASKED = Asked(
    edge="pi-1",
    nonce=b"0123456789abcdef",
    signing_key=EDGE.verifying.public,
    opening_key=OPENING.public,
    certificate_request=b"a request, in DER",
)
DELIVERED = Delivered(
    broker_host="hub.club.example",
    broker_port=8883,
    authority=[b"an authority, in DER"],
    certificate=[b"a certificate, in DER"],
    organization_key=b"the organization key of 32 bytes",
    feed="everyone",
    epoch=1_770_000_000_000,
    orders_epoch=1_773_000_000_000,
    generation=3,
    at_us=1_773_489_600_000_000,
)
ISSUED = Issued(CODE, "pi-1", NOON + timedelta(minutes=15))
PENDING = ask(CODE, ASKED)
ACCEPTED = accept(ISSUED, PENDING.request, NOON)
ANSWER = answer(ACCEPTED, DELIVERED, HUB)


def refused(request: bytes, issued: Issued = ISSUED, at: datetime = NOON) -> EnrolWhy:
    with pytest.raises(EnrolError) as caught:
        accept(issued, request, at)
    return caught.value.why


def not_opened(data: bytes, pending: Pending = PENDING, key: OpeningKey = OPENING) -> EnrolWhy:
    with pytest.raises(EnrolError) as caught:
        open_answer(data, pending, key)
    return caught.value.why


def sealed_reply(reply: bytes, key: SigningKey = HUB, edge: str = "pi-1") -> bytes:
    sealed = seal(reply, key, enrolment_topic(edge))
    return encode(EnrolAnswer(hub_key=key.verifying.public, sealed=sealed))


def test_an_edge_enrols() -> None:
    assert code_asked(PENDING.request) == CODE.id
    assert ACCEPTED.asked == ASKED
    assert ACCEPTED.issued == replace(ISSUED, used_by=PENDING.digest)
    enrolled = open_answer(ANSWER, PENDING, OPENING)
    assert enrolled.delivered == DELIVERED
    assert enrolled.trusted == Trusted(HUB.verifying, 3)


@pytest.mark.parametrize("edge", ["a", "counter-2", "x" * 32])
def test_an_edge_of_any_name_enrols(edge: str) -> None:
    pending = ask(CODE, replace_fields(ASKED, edge=edge))
    accepted = accept(replace(ISSUED, edge=edge), pending.request, NOON)
    assert open_answer(answer(accepted, DELIVERED, HUB), pending, OPENING).delivered == DELIVERED


def test_golden_enrolment() -> None:
    golden = GOLDEN["enrolment"]
    code = make_code(bytes.fromhex(GOLDEN["code"]["secret"]), bytes.fromhex(GOLDEN["seal"]["public"]))
    asked = Asked(**{k: v if k == "edge" else bytes.fromhex(v) for k, v in golden["asked"].items()})
    pending = ask(code, asked)
    assert pending.request.hex() == golden["request"]
    assert accept(Issued(code, "pi-1", NOON), pending.request, NOON - timedelta(seconds=1)).asked == asked
    opening = OpeningKey(bytes.fromhex(golden["opening_seed"]))
    enrolled = open_answer(bytes.fromhex(golden["answer"]), pending, opening)
    delivered = golden["delivered"] | {"organization_key": bytes.fromhex(golden["delivered"]["organization_key"])}
    for chain in ("authority", "certificate"):
        delivered[chain] = [bytes.fromhex(der) for der in delivered[chain]]
    assert enrolled.delivered == Delivered(**delivered)
    assert enrolled.trusted == Trusted(VerifyingKey(bytes.fromhex(GOLDEN["seal"]["public"])), 1)


def test_a_listener_reads_no_secret() -> None:
    seen = PENDING.request + ANSWER
    for hidden in (DELIVERED.organization_key, DELIVERED.certificate[0], CODE.secret, CODE.mac_key):
        assert hidden not in seen
    for shown in (DELIVERED, PENDING, ISSUED, ACCEPTED, open_answer(ANSWER, PENDING, OPENING)):
        for hidden in (DELIVERED.organization_key, CODE.secret):
            assert repr(hidden) not in repr(shown)
            assert hidden.hex() not in repr(shown)


# The request


def test_a_lost_answer_is_given_again_to_the_same_request_and_to_no_other() -> None:
    used = ACCEPTED.issued
    assert accept(used, PENDING.request, NOON).issued == used
    anew = ask(CODE, replace_fields(ASKED, nonce=b"another nonce of")).request
    assert refused(anew, used) is EnrolWhy.USED


def test_a_map_written_another_way_is_the_same_request() -> None:
    fields = cbor2.loads(PENDING.request)
    other = cbor2.dumps({"more": 1} | dict(reversed(fields.items())))
    assert accept(ISSUED, other, NOON).digest == PENDING.digest


def test_a_code_lapses_at_its_instant() -> None:
    assert refused(PENDING.request, at=ISSUED.until) is EnrolWhy.EXPIRED
    assert refused(PENDING.request, ACCEPTED.issued, ISSUED.until) is EnrolWhy.EXPIRED
    accept(ISSUED, PENDING.request, ISSUED.until - timedelta(microseconds=1))


@pytest.mark.parametrize(
    "changed",
    [
        {"edge": "pi-2"},
        {"nonce": b"another nonce of"},
        {"signing_key": OTHER.verifying.public},
        {"opening_key": OTHER_OPENING.public},
        {"certificate_request": b"another request"},
    ],
    ids=lambda changed: next(iter(changed)),
)
def test_nothing_of_a_request_can_be_changed_without_the_secret(changed: dict[str, Any]) -> None:
    outer = decode(PENDING.request, EnrolRequest)
    other = replace_fields(outer, asked=encode(replace_fields(ASKED, **changed)))
    assert refused(encode(other)) is EnrolWhy.WRONG_SECRET


def test_other_codes() -> None:
    other = make_code(b"9876543210", HUB.verifying.public)
    assert refused(ask(other, ASKED).request) is EnrolWhy.UNKNOWN_CODE
    claimed = replace_fields(decode(ask(other, ASKED).request, EnrolRequest), code=CODE.id)
    assert refused(encode(claimed)) is EnrolWhy.WRONG_SECRET
    # The same secret for another hub: what was asked of that one is nothing here.
    assert refused(ask(make_code(CODE.secret, bytes(32)), ASKED).request) is EnrolWhy.WRONG_SECRET


def test_a_code_is_for_one_edge() -> None:
    assert refused(ask(CODE, replace_fields(ASKED, edge="pi-2")).request) is EnrolWhy.WRONG_NAME
    for name in ("", "PI 1", "pi/1", "+"):
        with pytest.raises(EnrolError) as caught:
            ask(CODE, replace_fields(ASKED, edge=name))
        assert caught.value.why is EnrolWhy.WRONG_NAME


@pytest.mark.parametrize("public", [bytes(32), b"\x01" + bytes(31), b"\xff" * 32])
def test_keys_that_are_none(public: bytes) -> None:
    assert refused(ask(CODE, replace_fields(ASKED, signing_key=public)).request) is EnrolWhy.BAD_KEY


def test_nothing_is_encrypted_to_a_key_of_small_order() -> None:
    accepted = accept(ISSUED, ask(CODE, replace_fields(ASKED, opening_key=bytes(32))).request, NOON)
    with pytest.raises(EnrolError) as caught:
        answer(accepted, DELIVERED, HUB)
    assert caught.value.why is EnrolWhy.BAD_KEY


def test_requests_that_are_none() -> None:
    assert refused(b"") is EnrolWhy.WRONG_SIZE
    assert refused(bytes(REQUEST_BYTES_MAX + 1)) is EnrolWhy.WRONG_SIZE
    assert refused(b"\xa0") is EnrolWhy.MALFORMED
    with pytest.raises(EnrolError) as caught:
        code_asked(b"\xa0")
    assert caught.value.why is EnrolWhy.MALFORMED
    with pytest.raises(EnrolError) as caught:
        ask(CODE, replace_fields(ASKED, nonce=b"short"))
    assert caught.value.why is EnrolWhy.MALFORMED
    with pytest.raises(EnrolError) as caught:
        ask(CODE, replace_fields(ASKED, certificate_request=bytes(REQUEST_BYTES_MAX)))
    assert caught.value.why is EnrolWhy.WRONG_SIZE


@pytest.mark.parametrize("length", range(1, len(PENDING.request)))
def test_a_part_of_a_request_is_refused(length: int) -> None:
    assert refused(PENDING.request[:length]) is EnrolWhy.MALFORMED


@given(st.integers(0, len(PENDING.request) - 1), st.integers(0, 7))
def test_a_flipped_bit_of_a_request_changes_nothing(place: int, bit: int) -> None:
    changed = bytearray(PENDING.request)
    changed[place] ^= 1 << bit
    assert refused(bytes(changed)) in {EnrolWhy.MALFORMED, EnrolWhy.UNKNOWN_CODE, EnrolWhy.WRONG_SECRET}


# The answer


def test_an_answer_of_another_hub() -> None:
    assert not_opened(answer(ACCEPTED, DELIVERED, OTHER)) is EnrolWhy.WRONG_FINGERPRINT
    # One in the middle shows the right key, and seals with its own.
    outer = decode(answer(ACCEPTED, DELIVERED, OTHER), EnrolAnswer)
    posing = encode(replace_fields(outer, hub_key=HUB.verifying.public))
    assert not_opened(posing) is EnrolWhy.BAD_SEAL


def test_a_fingerprint_of_a_key_that_is_none() -> None:
    pending = replace(PENDING, code=make_code(CODE.secret, bytes(32)))
    outer = replace_fields(decode(ANSWER, EnrolAnswer), hub_key=bytes(32))
    assert not_opened(encode(outer), pending) is EnrolWhy.BAD_KEY


def test_an_answer_to_another_edge() -> None:
    accepted = Accepted(replace_fields(ASKED, edge="pi-2"), PENDING.digest, ISSUED)
    assert not_opened(answer(accepted, DELIVERED, HUB)) is EnrolWhy.BAD_SEAL


def test_an_earlier_answer_to_the_same_edge() -> None:
    later = ask(CODE, replace_fields(ASKED, nonce=b"another nonce of"))
    assert not_opened(ANSWER, later) is EnrolWhy.OTHER_REQUEST


def test_an_answer_encrypted_to_another_key_or_moved() -> None:
    assert not_opened(ANSWER, key=OTHER_OPENING) is EnrolWhy.CANNOT_OPEN
    elsewhere = encrypted_to(OPENING.public, encode(DELIVERED), b"doorward/1 enrolment answer" + bytes(32))
    reply = cbor2.dumps({"request": PENDING.digest, "encrypted": elsewhere})
    assert not_opened(sealed_reply(reply)) is EnrolWhy.CANNOT_OPEN


def test_answers_that_are_none() -> None:
    assert not_opened(b"") is EnrolWhy.WRONG_SIZE
    assert not_opened(bytes(ANSWER_BYTES_MAX + 1)) is EnrolWhy.WRONG_SIZE
    assert not_opened(b"\xa0") is EnrolWhy.MALFORMED
    assert not_opened(sealed_reply(b"\xa0")) is EnrolWhy.MALFORMED
    for plain, why in ((b"\xa0", EnrolWhy.MALFORMED), (b"", EnrolWhy.WRONG_SIZE)):
        encrypted = encrypted_to(OPENING.public, plain, b"doorward/1 enrolment answer" + PENDING.digest)
        reply = cbor2.dumps({"request": PENDING.digest, "encrypted": encrypted})
        assert not_opened(sealed_reply(reply)) is why


@pytest.mark.parametrize("length", range(1, len(ANSWER)))
def test_a_part_of_an_answer_is_refused(length: int) -> None:
    assert not_opened(ANSWER[:length]) is EnrolWhy.MALFORMED


@given(st.integers(0, len(ANSWER) - 1), st.integers(0, 7))
def test_a_flipped_bit_of_an_answer_is_refused(place: int, bit: int) -> None:
    changed = bytearray(ANSWER)
    changed[place] ^= 1 << bit
    assert not_opened(bytes(changed)) in {EnrolWhy.MALFORMED, EnrolWhy.WRONG_FINGERPRINT, EnrolWhy.BAD_SEAL}


@pytest.mark.parametrize(
    "changed",
    [
        {"broker_host": ""},
        {"broker_port": 0},
        {"broker_port": 65_536},
        {"authority": []},
        {"certificate": [b"x"] * 5},
        {"organization_key": bytes(31)},
        {"generation": 0},
        {"epoch": 0},
    ],
    ids=str,
)
def test_what_is_delivered_is_whole(changed: dict[str, Any]) -> None:
    assert not_opened(answer(ACCEPTED, replace_fields(DELIVERED, **changed), HUB)) is EnrolWhy.MALFORMED


def test_the_largest_delivery_fits() -> None:
    chain = [bytes(4_096)] * 4
    largest = replace_fields(DELIVERED, broker_host="h" * 253, authority=chain, certificate=chain, feed="f" * 64)
    assert open_answer(answer(ACCEPTED, largest, HUB), PENDING, OPENING).delivered == largest
