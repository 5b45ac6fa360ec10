"""Renews seals.json: sealed messages, a rotation and a whole enrolment, with every key and secret that is in them.

Run by hand (`.venv/bin/python -m tests.golden.make_seals`), and only when the wire is meant to change: the tests
hold the code to these bytes, and a second implementation can be held to them too. Bytes are hex strings. Keys of
the golden bytes are known to all, and good for nothing else.
"""

import json
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

import cbor2
from msgspec import to_builtins

from contract.enrolment import Asked, Delivered, ask, enrolment_topic
from contract.enrolment_code import make_code
from contract.instants import to_us
from contract.keys import OpeningKey, SigningKey
from contract.messages import Head, encode
from contract.seal import Rotation, seal
from contract.topics import PREFIX, feed
from tests.golden.hpke_sender import encrypted_by

HUB_SEED: Final = bytes(range(32))
NEXT_HUB_SEED: Final = bytes(range(1, 33))
EDGE_SEED: Final = bytes(range(32, 64))
OPENING_SEED: Final = bytes(range(64, 96))
EPHEMERAL_SEED: Final = bytes(range(96, 128))
SECRET: Final = bytes(range(160, 170))
NONCE: Final = bytes(range(176, 192))
AT: Final = datetime(2026, 3, 14, 12, tzinfo=UTC)
EPOCH: Final = 1_770_000_000_000
ORDERS_EPOCH: Final = 1_773_000_000_000
# Whoever takes them looks into certificates; here they are bytes that travel.
AUTHORITY: Final = b"a certificate authority, in DER"
CERTIFICATE: Final = b"an edge's certificate, in DER"
CERTIFICATE_REQUEST: Final = b"a PKCS #10 request, in DER"


def seals() -> dict[str, Any]:
    hub = SigningKey(HUB_SEED)
    return {
        "seal": _seal(hub),
        "rotation": _rotation(hub),
        "code": _code(hub),
        "enrolment": _enrolment(hub),
    }


def _seal(hub: SigningKey) -> dict[str, Any]:
    head = Head("everyone", EPOCH, 7, bytes(range(32)), to_us(AT))
    topic = feed("everyone", "head")
    return {
        "seed": HUB_SEED,
        "public": hub.verifying.public,
        "kid": hub.id,
        "topic": topic,
        "payload": encode(head),
        "sealed": seal(encode(head), hub, topic),
    }


def _rotation(hub: SigningKey) -> dict[str, Any]:
    rotation = Rotation(key=SigningKey(NEXT_HUB_SEED).verifying.public, generation=2, old_until_us=to_us(AT))
    topic = f"{PREFIX}/keys/2"
    return {
        "seed": HUB_SEED,
        "topic": topic,
        "fields": to_builtins(rotation, builtin_types=(bytes,)),
        "sealed": seal(encode(rotation), hub, topic),
    }


def _code(hub: SigningKey) -> dict[str, Any]:
    code = make_code(SECRET, hub.verifying.public)
    return {
        "secret": SECRET,
        "fingerprint": code.fingerprint,
        "text": code.text(),
        "id": code.id,
        "mac_key": code.mac_key,
    }


def _enrolment(hub: SigningKey) -> dict[str, Any]:
    asked = Asked(
        edge="pi-1",
        nonce=NONCE,
        signing_key=SigningKey(EDGE_SEED).verifying.public,
        opening_key=OpeningKey(OPENING_SEED).public,
        certificate_request=CERTIFICATE_REQUEST,
    )
    delivered = Delivered(
        broker_host="hub.club.example",
        broker_port=8883,
        authority=[AUTHORITY],
        certificate=[CERTIFICATE, AUTHORITY],
        organization_key=bytes(range(128, 160)),
        feed="everyone",
        epoch=EPOCH,
        orders_epoch=ORDERS_EPOCH,
        generation=1,
        at_us=to_us(AT),
    )
    request = ask(make_code(SECRET, hub.verifying.public), asked).request
    return {
        "edge_seed": EDGE_SEED,
        "opening_seed": OPENING_SEED,
        "ephemeral_seed": EPHEMERAL_SEED,
        "asked": to_builtins(asked, builtin_types=(bytes,)),
        "request": request,
        "delivered": to_builtins(delivered, builtin_types=(bytes,)),
        "answer": _answer(hub, request, asked, delivered),
    }


def _answer(hub: SigningKey, request: bytes, asked: Asked, delivered: Delivered) -> bytes:
    """As a hub makes it that has only docs/protocol.md to go by."""
    fields = cbor2.loads(request)
    digest = sha256(fields["mac"] + fields["asked"]).digest()
    info = b"doorward/1 enrolment answer" + digest
    encrypted = encrypted_by(EPHEMERAL_SEED, asked.opening_key, encode(delivered), info)
    reply = cbor2.dumps({"request": digest, "encrypted": encrypted})
    sealed = seal(reply, hub, enrolment_topic(asked.edge))
    return cbor2.dumps({"hub_key": hub.verifying.public, "sealed": sealed})


if __name__ == "__main__":
    text = json.dumps(seals(), indent=1, default=bytes.hex)
    (Path(__file__).parent / "seals.json").write_text(text + "\n", "utf-8")
