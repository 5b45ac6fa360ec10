"""Renews orders.json: what the hub orders and edges say of it, each message's fields beside its bytes.

As make_messages.py does: run by hand, and only when the wire is meant to change.
"""

import json
from pathlib import Path
from typing import Final

from make_messages import EPOCH, fields_of
from msgspec import Struct
from msgspec.structs import replace

from contract.ask import Posture
from contract.messages import ReaderPresence, encode
from contract.orders import (
    LATENCY_BOUNDS_MS,
    Answered,
    Command,
    CommandKind,
    CommandWhy,
    Desired,
    DoorAlarm,
    DoorReport,
    EndedAlarm,
    Modes,
    ReaderMode,
    Refused,
    Reported,
    Telemetry,
    digest_of,
)

AT_US: Final = 1_773_489_600_000_000
DOCUMENT: Final = {
    "edge": "clubhouse",
    "feed": "everyone",
    "site": "clubhouse",
    "hardware": {"pin_factory": "lgpio"},
    "readers": [
        {
            "name": "door",
            "kind": "door",
            "permission": "front-door",
            "device": "/dev/ttyACM0",
            "relay_pin": 17,
            "pulse_seconds": 4.5,
            "enabled": True,
        }
    ],
}
STANDING: Final = Reported(
    start=2,
    n=40,
    at_us=AT_US,
    epoch=EPOCH,
    generation=4,
    mode_epoch=EPOCH,
    mode_generation=4,
    command_epoch=EPOCH,
    command=7,
)
ORDERS: Final[dict[str, Struct]] = {
    "desired": Desired(epoch=EPOCH, generation=3, document=DOCUMENT),
    "reported: nothing heard": Reported(
        start=1,
        n=1,
        at_us=AT_US,
        epoch=0,
        generation=0,
        mode_epoch=0,
        mode_generation=0,
        command_epoch=0,
        command=0,
    ),
    "reported: the newest is refused": replace(
        STANDING,
        generation=2,
        refused=Refused(
            epoch=EPOCH,
            generation=3,
            step="self_test",
            field='readers[0] ("door").device',
            why="it is not there",
            document=digest_of(DOCUMENT),
        ),
    ),
    "reported: trying": replace(STANDING, n=41, trying=True, document=digest_of(DOCUMENT)),
    "reported: what is set by hand": replace(
        STANDING,
        n=42,
        mode_generation=5,
        mode_edge=Posture.LOCKDOWN,
        mode_readers=[ReaderMode(reader="door", posture=Posture.UNLOCKED)],
    ),
    "modes: none": Modes(epoch=EPOCH, generation=1),
    "modes: an edge in lockdown, a door held open after it": Modes(
        epoch=EPOCH,
        generation=2,
        edge=Posture.LOCKDOWN,
        readers=[ReaderMode(reader="door", posture=Posture.UNLOCKED)],
    ),
    "command: unlock once": Command(
        epoch=EPOCH, number=7, kind=CommandKind.UNLOCK_ONCE, reader="door", expires_us=AT_US + 10_000_000
    ),
    "command: resync": Command(epoch=EPOCH, number=8, kind=CommandKind.RESYNC, expires_us=AT_US + 10_000_000),
    "answered: done": Answered(epoch=EPOCH, number=7, at_us=AT_US),
    "answered: not done": Answered(epoch=EPOCH, number=8, at_us=AT_US, why=CommandWhy.EXPIRED),
    "telemetry": Telemetry(
        start=2,
        n=42,
        at_us=AT_US,
        uptime_s=86_400.5,
        queue=2,
        latency_ms=[*range(len(LATENCY_BOUNDS_MS)), 0],
        counters={"granted": 120, "dropped.stale": 1},
        readers=[ReaderPresence(name="door", open=True)],
        doors=[
            DoorReport(
                name="door",
                state="forced_open",
                since_us=AT_US - 5_000_000,
                alarms=[DoorAlarm(alarm="forced_open", since_us=AT_US - 5_000_000)],
            ),
            DoorReport(
                name="bar",
                state=None,
                since_us=AT_US - 9_000_000,
                ended=[EndedAlarm(alarm="tamper", since_us=AT_US - 9_000_000, until_us=AT_US - 7_000_000)],
            ),
        ],
        temperature_c=48.5,
        disk_free_bytes=12_000_000_000,
        disk_free_share=0.75,
        memory_bytes=50_000_000,
        load=0.25,
    ),
    "telemetry of a machine that tells little": Telemetry(
        start=2,
        n=43,
        at_us=AT_US,
        uptime_s=86_460.5,
        queue=0,
        latency_ms=[0] * (len(LATENCY_BOUNDS_MS) + 1),
        counters={},
    ),
}


def golden() -> dict[str, object]:
    return {
        name: {"type": type(order).__name__, "fields": fields_of(order), "cbor": encode(order).hex()}
        for name, order in ORDERS.items()
    }


def main() -> None:
    path = Path(__file__).with_name("orders.json")
    path.write_text(json.dumps(golden(), indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
