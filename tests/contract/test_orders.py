"""Orders: the bytes that are promised, which mode holds, and what is refused."""

import json
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from msgspec import Struct, to_builtins

from contract import orders
from contract.ask import Posture
from contract.cbor import dump
from contract.messages import READERS_MAX, MessageError, decode, encode
from contract.orders import (
    Answered,
    Command,
    CommandKind,
    Desired,
    Modes,
    ReaderMode,
    Reported,
    Telemetry,
    digest_of,
)

GOLDEN: dict[str, Any] = json.loads((Path(__file__).parents[1] / "golden" / "orders.json").read_text("utf-8"))
DOCUMENT_DIGEST = "fb2172eab02e6edce714c1068e518403"
LOCKDOWN, SECURE, UNLOCKED, FREE = Posture.LOCKDOWN, Posture.SECURE, Posture.UNLOCKED, Posture.FREE


@pytest.mark.parametrize("name", GOLDEN)
def test_the_bytes_that_are_promised(name: str) -> None:
    promised = GOLDEN[name]
    message = decode(bytes.fromhex(promised["cbor"]), getattr(orders, promised["type"]))
    shown = json.dumps(to_builtins(message, builtin_types=(bytes,)), default=bytes.hex)
    assert json.loads(shown) == promised["fields"]
    assert encode(message).hex() == promised["cbor"]


def test_every_order_is_promised() -> None:
    promised = {each["type"] for each in GOLDEN.values()}
    assert promised == {each.__name__ for each in (Desired, Reported, Modes, Command, Answered, Telemetry)}


@pytest.mark.parametrize(
    ("edge", "own", "holds"),
    [
        (None, None, None),
        (None, UNLOCKED, UNLOCKED),
        (SECURE, None, SECURE),
        (SECURE, FREE, FREE),
        (UNLOCKED, SECURE, SECURE),
        (UNLOCKED, LOCKDOWN, LOCKDOWN),
        (LOCKDOWN, UNLOCKED, LOCKDOWN),
        (LOCKDOWN, None, LOCKDOWN),
        (None, LOCKDOWN, LOCKDOWN),
    ],
)
def test_which_mode_holds(edge: Posture | None, own: Posture | None, holds: Posture | None) -> None:
    readers = [ReaderMode(reader="other", posture=LOCKDOWN)]
    if own is not None:
        readers.append(ReaderMode(reader="door", posture=own))
    assert Modes(epoch=1, generation=1, edge=edge, readers=readers).of("door") is holds


def test_the_digest_of_a_document_is_of_its_json_with_keys_sorted_and_no_spaces() -> None:
    said = {"site": "haus ü", "readers": [{"name": "door", "attended": True, "area": None, "pulse_seconds": 4.5}]}
    text = '{"readers":[{"area":null,"attended":true,"name":"door","pulse_seconds":4.5}],"site":"haus ü"}'
    assert digest_of(said) == sha256(text.encode()).digest()[:16] == bytes.fromhex(DOCUMENT_DIGEST)


def _changed(name: str, **fields: object) -> bytes:
    return dump(to_builtins(_golden(name), builtin_types=(bytes,)) | fields)


def _golden(name: str) -> Struct:
    return decode(bytes.fromhex(GOLDEN[name]["cbor"]), getattr(orders, GOLDEN[name]["type"]))


@pytest.mark.parametrize(
    ("name", "fields"),
    [
        ("desired", {"generation": 0}),
        ("desired", {"epoch": 0}),
        ("desired", {"document": ["edge"]}),
        ("modes: none", {"generation": 0}),
        ("modes: none", {"edge": "open"}),
        ("modes: none", {"readers": [{"reader": "door", "posture": "secure"}] * (READERS_MAX + 1)}),
        ("command: resync", {"number": 0}),
        ("command: resync", {"kind": "reboot"}),
        ("reported: nothing heard", {"generation": -1}),
        ("answered: done", {"why": ""}),
        ("telemetry", {"latency_ms": [0]}),
        ("telemetry", {"disk_free_share": 1.5}),
        ("telemetry", {"counters": {f"c{n}": n for n in range(orders.COUNTERS_MAX + 1)}}),
    ],
)
def test_what_does_not_fit_is_refused(name: str, fields: dict[str, object]) -> None:
    message = _golden(name)
    with pytest.raises(MessageError):
        decode(_changed(name, **fields), type(message))


def test_a_newer_sender_may_add_a_field() -> None:
    for name in GOLDEN:
        message = _golden(name)
        assert decode(_changed(name, later=1), type(message)) == message


def test_the_limits_that_are_promised() -> None:
    assert (orders.COMMAND_LIFE_S, orders.UNREACHABLE_S, orders.COUNTERS_MAX) == (10, 120, 100)
    assert list(CommandKind) == ["unlock_once", "identify", "resync"]
    assert orders.LATENCY_BOUNDS_MS == (1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000)
