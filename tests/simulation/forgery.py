"""Words for every topic that somebody says who knows the wire and has no key that counts there.

Well-formed, and above all marks: whatever number may only rise is FORGED. Sealed by a key of one's own, by that
under the name of the key that counts, or by another edge's.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from random import Random

from msgspec import Struct

from contract.ask import Mode, Posture
from contract.instants import to_us
from contract.keys import KEY_ID_BYTES, SigningKey
from contract.messages import (
    Ack,
    CheckIn,
    CheckIns,
    Head,
    JournalRow,
    MessageError,
    Page,
    Presence,
    Pull,
    decode,
    encode,
)
from contract.orders import Command, CommandKind, Desired, Modes, Reported
from contract.seal import Rotation, SealError, seal, unseal_by
from contract.topics import (
    DOWN_ACK,
    DOWN_COMMAND,
    DOWN_CONFIG,
    DOWN_MODE,
    DOWN_PAGE,
    FEED_HEAD,
    UP_CHECKINS,
    UP_PRESENCE,
    UP_PULL,
    UP_REPORTED,
    TopicError,
    down,
    feed,
    key,
    parse,
    up,
)
from contract.trust import ClockState
from tests.simulation.broker import Published
from tests.simulation.clock import START

FORGED = 2**50
"""No number that anybody has reason to say."""
FORGED_ID = b"nobody's checkin"
_FEED = "everyone"
_YEAR_9999_US = 253_000_000_000_000_000
_KEY_ID = slice(7, 7 + KEY_ID_BYTES)
"""Where a sealed message names its key."""


@dataclass
class Forgery:
    """`keys` are those of the edges, each to be used only where another should speak. `heard` tells it of all that
    is said: journals, open questions and the names of keys are nobody's secret."""

    rng: Random
    keys: Mapping[str, SigningKey]
    own: SigningKey
    _journals: dict[str, bytes] = field(default_factory=dict)
    _pulls: dict[str, Pull] = field(default_factory=dict)
    _key_ids: dict[str, bytes] = field(default_factory=dict)
    """By direction and, of what edges say, by edge."""

    def hear(self, published: Published) -> None:
        try:
            address = parse(published.topic)
        except TopicError:
            return
        if len(published.payload) < _KEY_ID.stop:
            return
        if address.direction != "up":
            self._key_ids["hub"] = published.payload[_KEY_ID]
        elif address.what in (UP_PRESENCE, UP_PULL) and address.name in self.keys:
            self._hear_edge(address.name, address.what, published)

    def _hear_edge(self, edge: str, what: str, published: Published) -> None:
        try:
            words = unseal_by(published.payload, self.keys[edge].verifying, published.topic)
            if what == UP_PULL:
                self._pulls[edge] = decode(words, Pull)
            else:
                self._journals[edge] = decode(words, Presence).journal
        except (SealError, MessageError):
            return

    def words(self) -> Published:
        edge = self.rng.choice(list(self.keys))
        topic, message = self.rng.choice(self._repertoire())(edge)
        return Published(topic, self._sealed(encode(message), topic), self.rng.random() < 0.5)

    def _sealed(self, words: bytes, topic: str) -> bytes:
        speaker = topic.split("/")[3] if "/up/" in topic else "hub"
        others = [each for name, each in self.keys.items() if name != speaker]
        by, named = self.rng.choice(((self.own, False), (self.own, True), (self.rng.choice(others), False)))
        sealed = seal(words, by, topic)
        assert sealed[_KEY_ID] == by.id
        right = self.keys[speaker].id if speaker in self.keys else self._key_ids.get("hub")
        return sealed[: _KEY_ID.start] + right + sealed[_KEY_ID.stop :] if named and right is not None else sealed

    # What it says

    def _repertoire(self) -> list[Callable[[str], tuple[str, Struct]]]:
        return [
            self._modes,
            self._command,
            self._desired,
            self._ack,
            self._page,
            self._head,
            self._rotation,
            self._presence,
            self._reported,
            self._check_in,
        ]

    def _modes(self, edge: str) -> tuple[str, Struct]:
        return down(edge, DOWN_MODE), Modes(epoch=FORGED, generation=1, edge=Posture.UNLOCKED)

    def _command(self, edge: str) -> tuple[str, Struct]:
        kind = self.rng.choice((CommandKind.UNLOCK_ONCE, CommandKind.RESYNC))
        reader = "door" if kind is CommandKind.UNLOCK_ONCE else None
        words = Command(epoch=FORGED, number=1, kind=kind, reader=reader, expires_us=_YEAR_9999_US)
        return down(edge, DOWN_COMMAND), words

    def _desired(self, edge: str) -> tuple[str, Struct]:
        door = {"name": "door", "kind": "door", "permission": "glass", "device": "/dev/door"}
        document = {"hardware": {"pin_factory": "mock"}, "readers": [door]}
        return down(edge, DOWN_CONFIG), Desired(epoch=FORGED, generation=1, document=document)

    def _ack(self, edge: str) -> tuple[str, Struct]:
        journal = self._journals.get(edge, bytes(16))
        return down(edge, DOWN_ACK), Ack(journal=journal, upto=2**20, epoch=FORGED, sequence=1)

    def _page(self, edge: str) -> tuple[str, Struct]:
        """The answer to what the edge asked last."""
        asked = self._pulls.get(edge, Pull(feed=_FEED, epoch=FORGED, after=0, limit=1, nonce=bytes(16)))
        page = Page(
            feed=asked.feed,
            epoch=FORGED,
            after=asked.after,
            upto=asked.after + 1,
            head=asked.after + 1,
            nonce=asked.nonce,
            rows=[],
            digest=self.rng.randbytes(32),
        )
        return down(edge, DOWN_PAGE), page

    def _head(self, _edge: str) -> tuple[str, Struct]:
        digest = self.rng.randbytes(32)
        head = Head(feed=_FEED, epoch=FORGED, sequence=1, digest=digest, at_us=to_us(START))
        return feed(_FEED, FEED_HEAD), head

    def _rotation(self, _edge: str) -> tuple[str, Struct]:
        """A key of its own, for good."""
        generation = self.rng.choice((2, 3, FORGED))
        words = Rotation(key=self.own.verifying.public, generation=generation, old_until_us=0)
        return key(generation), words

    def _presence(self, edge: str) -> tuple[str, Struct]:
        words = Presence(
            start=FORGED,
            n=1,
            online=True,
            at_us=to_us(START),
            version="forged",
            clock=ClockState.SYNCED,
            feed=_FEED,
            epoch=FORGED,
            sequence=1,
            journal=self._journals.get(edge, bytes(16)),
            last=0,
            acked=0,
        )
        return up(edge, UP_PRESENCE), words

    def _reported(self, edge: str) -> tuple[str, Struct]:
        words = Reported(
            start=FORGED,
            n=1,
            at_us=to_us(START),
            epoch=FORGED,
            generation=1,
            mode_epoch=FORGED,
            mode_generation=1,
            command_epoch=FORGED,
            command=1,
        )
        return up(edge, UP_REPORTED), words

    def _check_in(self, edge: str) -> tuple[str, Struct]:
        row = CheckIn(
            id=FORGED_ID,
            at_us=to_us(START),
            reader="bar",
            outcome="granted",
            reason="granted",
            permission="glass",
            mode=Mode.REDEEM,
            counted=True,
            code_hash=bytes(32),
            code_length=1,
            code_classes="letters",
            customer=1,
            membership=1,
        )
        rows = [JournalRow(sequence=1, body=encode(row))]
        return up(edge, UP_CHECKINS), CheckIns(journal=b"nobody's journal", rows=rows)
