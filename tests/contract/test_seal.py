"""Seals: interoperable, bound to sender and address, one way to write each; whatever was changed is refused."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import cbor2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from contract.cbor import dump
from contract.keys import SigningKey, Trusted, VerifyingKey
from contract.messages import MESSAGE_BYTES_MAX, encode
from contract.seal import (
    OVERHEAD_BYTES_MAX,
    SEALED_BYTES_MAX,
    Rotation,
    SealError,
    SealWhy,
    rotated,
    seal,
    to_be_signed,
    unseal,
    unseal_by,
)

GOLDEN: dict[str, Any] = json.loads((Path(__file__).parents[1] / "golden" / "seals.json").read_text("utf-8"))
NOON = datetime(2026, 3, 14, 12, tzinfo=UTC)
NOON_US = int(NOON.timestamp()) * 1_000_000
TOPIC = "dw/1/down/pi-1/page"
HUB, NEXT, OTHER = (SigningKey(bytes([number]) * 32) for number in range(3))
TRUSTED = Trusted(HUB.verifying)
PAYLOAD = cbor2.dumps({"nonce": b"0123456789abcdef", "rows": [[1, 2, b"key"]]})
SEALED = seal(PAYLOAD, HUB, TOPIC)

payloads = st.binary(min_size=1, max_size=300)
topics = st.sampled_from(
    [TOPIC, "dw/1/down/pi-2/page", "dw/1/down/pi-1/ack", "dw/1/feed/everyone/head", "dw/1/down/pi-1/pag", ""]
)


def why(sealed: bytes, trusted: Trusted = TRUSTED, topic: str = TOPIC, at: datetime = NOON) -> SealWhy:
    with pytest.raises(SealError) as caught:
        unseal(sealed, trusted, topic, at)
    assert PAYLOAD.hex() not in str(caught.value)
    return caught.value.why


def signed(protected: bytes, unprotected: Any = None, payload: Any = PAYLOAD, key: SigningKey = HUB) -> list[Any]:
    """A COSE_Sign1 that is rightly signed, whatever its header says."""
    signature = key.sign(to_be_signed(protected, TOPIC.encode(), payload))
    return [protected, {} if unprotected is None else unprotected, payload, signature]


def header(alg: int = -19, kid: bytes = HUB.id) -> bytes:
    return cbor2.dumps({1: alg, 4: kid})


# Others' bytes


def test_what_is_signed_is_what_cose_signs() -> None:
    # cose-wg/Examples, eddsa-examples/eddsa-sig-01: its header is another than ours, what is signed is made alike.
    example = cbor2.loads(
        bytes.fromhex(
            "d28445a201270300a10442313154546869732069732074686520636f6e74656e742e58407142fd2ff96d56db85bee905a76ba1d0"
            "b7321a95c8c4d3607c5781932b7afb8711497dfa751bf40b58b3bcc32300b1487f3db34085eef013bf08f4a44d6fef0d"
        )
    )
    protected, _, payload, signature = example.value
    key = SigningKey(bytes.fromhex("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60"))
    assert example.tag == 18
    assert payload == b"This is the content."
    assert key.verifying.verifies(signature, to_be_signed(protected, b"", payload))
    assert key.sign(to_be_signed(protected, b"", payload)) == signature
    assert not key.verifying.verifies(signature, to_be_signed(protected, b"\0", payload))


def test_a_seal_is_what_any_cose_would_write() -> None:
    protected, unprotected, payload, signature = cbor2.loads(SEALED)
    assert cbor2.loads(protected) == {1: -19, 4: HUB.id}
    assert unprotected == {}
    assert payload == PAYLOAD
    structure = cbor2.dumps(["Signature1", protected, TOPIC.encode(), payload])
    assert HUB.verifying.verifies(signature, structure)
    assert cbor2.dumps([protected, unprotected, payload, signature]) == SEALED


def test_golden_seal() -> None:
    golden = GOLDEN["seal"]
    key = SigningKey(bytes.fromhex(golden["seed"]))
    sealed, payload = bytes.fromhex(golden["sealed"]), bytes.fromhex(golden["payload"])
    assert key.verifying.public.hex() == golden["public"]
    assert key.id.hex() == golden["kid"]
    assert seal(payload, key, golden["topic"]) == sealed
    trusted = Trusted(VerifyingKey(bytes.fromhex(golden["public"])))
    assert unseal(sealed, trusted, golden["topic"], NOON) == payload


# What is taken and what is not


@given(payloads, topics)
def test_what_is_sealed_for_a_topic_is_unsealed_on_it(payload: bytes, topic: str) -> None:
    sealed = seal(payload, HUB, topic)
    assert unseal(sealed, TRUSTED, topic, NOON) == payload
    assert unseal_by(sealed, HUB.verifying, topic) == payload
    assert seal(payload, HUB, topic) == sealed
    assert len(sealed) <= len(payload) + OVERHEAD_BYTES_MAX


@given(payloads, topics, topics)
def test_what_is_said_to_one_address_is_nothing_to_another(payload: bytes, topic: str, other: str) -> None:
    if topic != other:
        assert why(seal(payload, HUB, topic), topic=other) is SealWhy.BAD_SIGNATURE


@pytest.mark.parametrize("place", range(len(SEALED)))
def test_a_flipped_bit_is_refused_wherever_it_is(place: int) -> None:
    for bit in range(8):
        changed = bytearray(SEALED)
        changed[place] ^= 1 << bit
        assert why(bytes(changed)) in set(SealWhy) - {SealWhy.STALE, SealWhy.WRONG_SIZE}


@given(payloads, st.data())
def test_a_flipped_bit_is_refused_in_any_message(payload: bytes, data: st.DataObject) -> None:
    sealed = bytearray(seal(payload, HUB, TOPIC))
    sealed[data.draw(st.integers(0, len(sealed) - 1))] ^= 1 << data.draw(st.integers(0, 7))
    why(bytes(sealed))


@given(st.binary(max_size=200))
def test_other_bytes_are_refused_and_do_nothing_else(data: bytes) -> None:
    why(data)


@pytest.mark.parametrize("length", range(1, len(SEALED)))
def test_a_part_of_it_is_refused(length: int) -> None:
    assert why(SEALED[:length]) is SealWhy.MALFORMED


def test_sizes() -> None:
    largest = seal(bytes(MESSAGE_BYTES_MAX), HUB, TOPIC)
    assert len(largest) == SEALED_BYTES_MAX
    assert unseal(largest, TRUSTED, TOPIC, NOON) == bytes(MESSAGE_BYTES_MAX)
    assert why(largest + b"\0") is SealWhy.WRONG_SIZE
    assert why(b"") is SealWhy.WRONG_SIZE
    for payload in (b"", bytes(MESSAGE_BYTES_MAX + 1)):
        with pytest.raises(SealError) as caught:
            seal(payload, HUB, TOPIC)
        assert caught.value.why is SealWhy.WRONG_SIZE


@pytest.mark.parametrize("bare", [PAYLOAD, b"\xa0", cbor2.dumps({"a": 1})])
def test_a_bare_message_is_unsealed(bare: bytes) -> None:
    assert why(bare) is SealWhy.UNSEALED


ENVELOPE = signed(header())
MALFORMED = {
    "tagged": cbor2.dumps(cbor2.CBORTag(18, ENVELOPE)),
    "another tag": cbor2.dumps(cbor2.CBORTag(98, ENVELOPE)),
    "three parts": cbor2.dumps(ENVELOPE[:3]),
    "five parts": cbor2.dumps([*ENVELOPE, b""]),
    "something behind it": SEALED + b"\0",
    "twice": SEALED + SEALED,
    "payload detached": cbor2.dumps([ENVELOPE[0], {}, None, ENVELOPE[3]]),
    "payload empty": cbor2.dumps(signed(header(), payload=b"")),
    "payload a text": cbor2.dumps([ENVELOPE[0], {}, "payload", ENVELOPE[3]]),
    "header unprotected": cbor2.dumps(signed(header(), {4: HUB.id})),
    "header unprotected, by name": cbor2.dumps(signed(header(), {"kid": 1})),
    "no header": cbor2.dumps(signed(b"")),
    "header of an empty map": cbor2.dumps(signed(b"\xa0")),
    "header without a kid": cbor2.dumps(signed(cbor2.dumps({1: -19}))),
    "header with more": cbor2.dumps(signed(cbor2.dumps({1: -19, 4: HUB.id, 3: 0}))),
    "header the other way about": cbor2.dumps(signed(cbor2.dumps({4: HUB.id, 1: -19}))),
    "header not in the shortest form": cbor2.dumps(signed(bytes.fromhex("a2013812044a") + HUB.id)),
    "EdDSA": cbor2.dumps(signed(header(-8))),
    "ES256": cbor2.dumps(signed(header(-7))),
    "Ed448": cbor2.dumps(signed(header(-53))),
    "kid too short": cbor2.dumps(signed(header(kid=HUB.id[:9]))),
    "kid too long": cbor2.dumps(signed(header(kid=HUB.id + b"\0"))),
    "signature too short": cbor2.dumps([*ENVELOPE[:3], ENVELOPE[3][:63]]),
    "signature too long": cbor2.dumps([*ENVELOPE[:3], ENVELOPE[3] + b"\0"]),
    "length not in the shortest form": SEALED[:1] + b"\x58\x0f" + SEALED[2:],
    "array not in the shortest form": b"\x98\x04" + SEALED[1:],
    "array without a length": b"\x9f" + SEALED[1:] + b"\xff",
    "a map not in the shortest form": SEALED[:17] + b"\xb8\x00" + SEALED[18:],
    "deep": b"\x81" * 100_000 + b"\x80",
    "a text": b"\x64dw/1",
}


@pytest.mark.parametrize("sealed", MALFORMED.values(), ids=MALFORMED)
def test_there_is_one_way_to_write_it(sealed: bytes) -> None:
    assert why(sealed) is SealWhy.MALFORMED


def test_the_envelopes_above_are_wrong_in_nothing_else() -> None:
    assert cbor2.dumps(ENVELOPE) == SEALED
    assert header() == bytes.fromhex("a20132044a") + HUB.id
    assert SEALED[1:2] == b"\x4f"
    assert SEALED[17:18] == b"\xa0"


def test_a_signature_has_one_spelling() -> None:
    order = 2**252 + 27742317777372353535851937790883648493
    s = int.from_bytes(SEALED[-32:], "little")
    for times in range(1, 15):
        assert why(SEALED[:-32] + (s + times * order).to_bytes(32, "little")) is SealWhy.BAD_SIGNATURE


def test_another_key_under_this_ones_name() -> None:
    assert why(cbor2.dumps(signed(header(), key=OTHER))) is SealWhy.BAD_SIGNATURE


def test_keys_that_are_not_trusted() -> None:
    assert why(seal(PAYLOAD, OTHER, TOPIC)) is SealWhy.UNKNOWN_KEY
    with pytest.raises(SealError) as caught:
        unseal_by(SEALED, OTHER.verifying, TOPIC)
    assert caught.value.why is SealWhy.UNKNOWN_KEY


# Rotation

KEYS = "dw/1/keys/2"


def rotation(key: SigningKey = NEXT, generation: int = 2, old_until_us: int = NOON_US) -> bytes:
    return encode(Rotation(key=key.verifying.public, generation=generation, old_until_us=old_until_us))


def rotation_why(sealed: bytes, trusted: Trusted = TRUSTED, topic: str = KEYS) -> SealWhy:
    with pytest.raises(SealError) as caught:
        rotated(trusted, sealed, topic)
    return caught.value.why


def test_both_keys_count_until_the_old_one_ends() -> None:
    trusted = rotated(TRUSTED, seal(rotation(), HUB, KEYS), KEYS)
    assert trusted == Trusted(NEXT.verifying, 2, HUB.verifying, NOON)
    assert unseal(SEALED, trusted, TOPIC, NOON - timedelta(microseconds=1)) == PAYLOAD
    assert why(SEALED, trusted) is SealWhy.UNKNOWN_KEY
    assert unseal(seal(PAYLOAD, NEXT, TOPIC), trusted, TOPIC, NOON) == PAYLOAD


def test_golden_rotation() -> None:
    golden = GOLDEN["rotation"]
    fields = golden["fields"] | {"key": bytes.fromhex(golden["fields"]["key"])}
    hub = SigningKey(bytes.fromhex(golden["seed"]))
    sealed = seal(encode(Rotation(**fields)), hub, golden["topic"])
    assert sealed.hex() == golden["sealed"]
    after = rotated(Trusted(hub.verifying), sealed, golden["topic"])
    assert after == Trusted(VerifyingKey(fields["key"]), 2, hub.verifying, NOON)


def test_rotations_follow_each_other_and_may_leave_out_a_generation() -> None:
    second = rotated(TRUSTED, seal(rotation(), HUB, KEYS), KEYS)
    third = rotated(second, seal(rotation(OTHER, 7), NEXT, KEYS), KEYS)
    assert third == Trusted(OTHER.verifying, 7, NEXT.verifying, NOON)
    assert why(SEALED, third, at=NOON - timedelta(days=1)) is SealWhy.UNKNOWN_KEY


def test_the_old_key_names_no_next_one_even_while_it_counts() -> None:
    trusted = rotated(TRUSTED, seal(rotation(), HUB, KEYS), KEYS)
    assert rotation_why(seal(rotation(OTHER, 3), HUB, KEYS), trusted) is SealWhy.UNKNOWN_KEY


@pytest.mark.parametrize("generation", [1, 2])
def test_generations_only_rise(generation: int) -> None:
    trusted = Trusted(HUB.verifying, 2)
    assert rotation_why(seal(rotation(generation=generation), HUB, KEYS), trusted) is SealWhy.STALE


def test_rotations_that_are_none() -> None:
    assert rotation_why(rotation()) is SealWhy.UNSEALED
    assert rotation_why(seal(rotation(), OTHER, KEYS)) is SealWhy.UNKNOWN_KEY
    assert rotation_why(seal(rotation(), HUB, KEYS), topic="dw/1/keys/3") is SealWhy.BAD_SIGNATURE
    assert rotation_why(seal(rotation(HUB), HUB, KEYS)) is SealWhy.MALFORMED
    assert rotation_why(seal(PAYLOAD, HUB, KEYS)) is SealWhy.MALFORMED
    small = dump(Rotation(key=bytes(32), generation=2, old_until_us=NOON_US))
    assert rotation_why(seal(small, HUB, KEYS)) is SealWhy.MALFORMED
