"""Journals of many edges, encoded and sealed beforehand: what is measured is who takes them in.

Each is its messages in order, as an edge sends them: some rows each, one check-in a row.
"""

import random
import secrets
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from msgspec.structs import replace

from bench.light_edge import key_of, name_of
from contract.ask import Policy
from contract.messages import CheckIn, CheckIns, JournalRow, encode
from contract.seal import seal
from contract.topics import UP_CHECKINS, up

SITE = "clubhouse"
_DOOR = CheckIn(
    id=bytes(16),
    at_us=0,
    reader="door",
    outcome="granted",
    reason="granted",
    permission="front-door",
    mode="redeem",
    counted=False,
    code_hash=bytes(32),
    code_length=43,
    code_classes="letters",
    feed="everyone",
    epoch=1,
    sequence=1,
    policy=Policy(site=SITE),
)


class Member(NamedTuple):
    customer: int
    membership: int


@dataclass(frozen=True)
class Load:
    """`redeemed`: the share of check-ins (0 to 1) that use up a limited benefit."""

    edges: int
    messages: int
    rows: int
    redeemed: float = 0.0

    @property
    def checkins(self) -> int:
        return self.edges * self.messages * self.rows


@dataclass(frozen=True)
class SealedJournal:
    """`messages`: up to which row each is, and its bytes."""

    topic: str
    messages: list[tuple[int, bytes]]


def sealed(load: Load, journal: bytes, members: Sequence[Member]) -> list[SealedJournal]:
    return [_sealed(load, number, journal, members) for number in range(load.edges)]


def _sealed(load: Load, number: int, journal: bytes, members: Sequence[Member]) -> SealedJournal:
    topic, key, messages = up(name_of(number), UP_CHECKINS), key_of(number), []
    for first in range(1, load.messages * load.rows, load.rows):
        rows = [JournalRow(first + more, encode(checkin(members, load.redeemed))) for more in range(load.rows)]
        messages.append((rows[-1].sequence, seal(encode(CheckIns(journal, rows)), key, topic)))
    return SealedJournal(topic, messages)


def checkin(members: Sequence[Member], redeemed: float) -> CheckIn:
    member = random.choice(members)
    said = {
        "id": secrets.token_bytes(16),
        "at_us": time.time_ns() // 1_000,
        "code_hash": secrets.token_bytes(32),
        "customer": member.customer,
        "membership": member.membership,
    }
    if random.random() < redeemed:
        said |= {"reader": "counter", "permission": "glass-of-wine", "counted": True, "remaining": 0}
    return replace(_DOOR, **said)
