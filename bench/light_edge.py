"""Edges that only speak: a client of MQTT each, with keys of its own, that says, asks and acknowledges as an edge
does and keeps nothing but its position in the feed.

All messages are sealed and are those of the contract. What an edge does with rows, and everything at its doors, is
left out. `LightEdge` is told when what is due; bench/light_fleet.py has the time and the sockets.
"""

import hashlib
import secrets
import time
from collections.abc import Callable
from functools import lru_cache

from contract.instants import InstantUs
from contract.keys import SigningKey, VerifyingKey
from contract.messages import (
    PAGE_ROWS_MAX,
    Ack,
    CheckIn,
    CheckIns,
    Head,
    JournalRow,
    Live,
    Page,
    Presence,
    Pull,
    ReaderPresence,
    decode,
    encode,
    will_n,
)
from contract.orders import LATENCY_BOUNDS_MS, Telemetry
from contract.seal import seal, unseal_by
from contract.topics import (
    DOWN_ACK,
    DOWN_COMMAND,
    DOWN_CONFIG,
    DOWN_CONFIRMED,
    DOWN_MODE,
    DOWN_PAGE,
    FEED_HEAD,
    FEED_LIVE,
    UP_CHECKINS,
    UP_PRESENCE,
    UP_PULL,
    UP_TELEMETRY,
    down,
    feed,
    key,
    up,
)
from contract.trust import ClockState

FEED = "everyone"
_DOWN = (DOWN_MODE, DOWN_CONFIG, DOWN_COMMAND, DOWN_ACK, DOWN_PAGE, DOWN_CONFIRMED)
_MESSAGES = {DOWN_ACK: Ack, DOWN_PAGE: Page, FEED_HEAD: Head, FEED_LIVE: Live}
_COUNTERS = {f"event-{number}": number for number in range(12)}

Send = Callable[[str, bytes, bool], None]
"""Topic, payload, whether the broker keeps it."""


def name_of(number: int) -> str:
    return f"edge-{number}"


def key_of(number: int) -> SigningKey:
    """The same in every run, so that a hub's database can be made to know it."""
    return SigningKey(hashlib.sha256(name_of(number).encode()).digest())


class LightEdge:
    """`send` publishes; `acked` and `sequence` are how far its journal and its replica have come."""

    def __init__(self, number: int, hub_key: VerifyingKey, send: Send) -> None:
        self.name = name_of(number)
        self._key = key_of(number)
        self._hub_key = hub_key
        self._send = send
        self._journal = secrets.token_bytes(16)
        self._n = 0
        self._nonce = b""
        self._unacked: list[JournalRow] = []
        self._awaited: tuple[bytes, int] = (b"", 0)
        self._epoch = 0
        self.sequence = 0
        self.last = 0
        self.acked = 0
        self.rows_heard = 0

    @property
    def topics(self) -> list[str]:
        """As a real edge subscribes."""
        own = [down(self.name, what) for what in _DOWN]
        return [key("+"), *own, feed(FEED, FEED_HEAD), feed(FEED, FEED_LIVE)]

    def will(self) -> tuple[str, bytes]:
        return self._sealed(UP_PRESENCE, self._presence(will_n(0), online=False))

    # What it says

    def say_presence(self) -> None:
        self._n += 1
        self._send(*self._sealed(UP_PRESENCE, self._presence(self._n, online=True)), True)

    def say_telemetry(self) -> None:
        self._n += 1
        told = Telemetry(
            start=1,
            n=self._n,
            at_us=_now_us(),
            uptime_s=60.0,
            queue=self.last - self.acked,
            latency_ms=[0] * (len(LATENCY_BOUNDS_MS) + 1),
            counters=_COUNTERS,
            readers=[ReaderPresence(name="door", open=True)],
            temperature_c=48.5,
            disk_free_bytes=20_000_000_000,
            disk_free_share=0.7,
            memory_bytes=60_000_000,
            load=0.1,
        )
        self._send(*self._sealed(UP_TELEMETRY, told), False)

    def pull(self) -> None:
        self._nonce = secrets.token_bytes(16)
        self._ask()

    def repeat(self) -> None:
        """To be called every 5 s, after which a real edge says again what was not answered."""
        if self._nonce and self._nonce == self._awaited[0]:
            self._ask()
        if self._unacked and self._unacked[0].sequence == self._awaited[1]:
            self._send_rows(self._unacked)
        self._awaited = (self._nonce, self._unacked[0].sequence if self._unacked else 0)

    def _ask(self) -> None:
        asked = Pull(FEED, self._epoch, self.sequence, PAGE_ROWS_MAX, self._nonce)
        self._send(*self._sealed(UP_PULL, asked), False)

    def check_in(self, customer: int, membership: int) -> None:
        """One at the door, in a batch of its own."""
        self.last += 1
        row = JournalRow(self.last, encode(_checkin(customer, membership, self._epoch, self.sequence)))
        self._unacked.append(row)
        self._send_rows([row])

    # What it hears

    def hear(self, topic: str, payload: bytes) -> None:
        what = topic.rpartition("/")[2]
        if what not in _MESSAGES:
            return
        match _opened(self._hub_key, topic, payload, _MESSAGES[what]):
            case Head() as head if (head.epoch, head.sequence) > (self._epoch, self.sequence):
                self.pull()
            case Live() as live if (live.epoch, live.after) == (self._epoch, self.sequence):
                self.sequence = live.upto
                self.rows_heard += len(live.rows)
            case Page() as page if page.nonce == self._nonce:
                self._epoch, self.sequence, self._nonce = page.epoch, page.upto, b""
                self.rows_heard += len(page.rows)
                if page.upto < page.head:
                    self.pull()
            case Ack() as ack if ack.journal == self._journal:
                self.acked = max(self.acked, ack.upto)
                self._unacked = [row for row in self._unacked if row.sequence > self.acked]

    def _send_rows(self, rows: list[JournalRow]) -> None:
        self._send(*self._sealed(UP_CHECKINS, CheckIns(self._journal, rows)), False)

    def _presence(self, n: int, online: bool) -> Presence:
        return Presence(
            start=1,
            n=n,
            online=online,
            at_us=_now_us(),
            version="0.1.0",
            clock=ClockState.SYNCED,
            feed=FEED,
            epoch=self._epoch or None,
            sequence=self.sequence if self._epoch else None,
            replica_age_s=1.0 if self._epoch else None,
            journal=self._journal,
            last=self.last,
            acked=self.acked,
            readers=[ReaderPresence(name="door", open=True)],
        )

    def _sealed(self, what: str, message: Presence | Telemetry | Pull | CheckIns) -> tuple[str, bytes]:
        topic = up(self.name, what)
        return topic, seal(encode(message), self._key, topic)


@lru_cache(maxsize=100)
def _opened(hub_key: VerifyingKey, topic: str, payload: bytes, kind: type) -> Ack | Page | Head | Live:
    # What all edges hear is opened once for all of them: their own time is not what is measured.
    return decode(unseal_by(payload, hub_key, topic), kind)


def _checkin(customer: int, membership: int, epoch: int, sequence: int) -> CheckIn:
    return CheckIn(
        id=secrets.token_bytes(16),
        at_us=_now_us(),
        reader="door",
        outcome="granted",
        reason="granted",
        permission="front-door",
        mode="redeem",
        counted=False,
        code_hash=secrets.token_bytes(32),
        code_length=43,
        code_classes="letters",
        customer=customer,
        membership=membership,
        feed=FEED,
        epoch=epoch,
        sequence=sequence,
    )


def _now_us() -> InstantUs:
    return time.time_ns() // 1_000
