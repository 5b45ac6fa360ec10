"""The sync in each of its states, and the messages that a hub of a feed without meaning would send."""

from collections.abc import Callable
from typing import Any

from contract.facts import Position
from contract.feed import Row, digest_bytes
from contract.messages import Head, Live, Page
from edge.core import sync_events as sync
from edge.core.replica_sync import ReplicaSync

EPOCH = 1_000
AT = 50.0


def nonces() -> Callable[[], bytes]:
    """1, 2, 3 … as 16 bytes."""
    counter = iter(range(1, 1_000_000))
    return lambda: next(counter).to_bytes(16, "big")


def nonce(number: int) -> bytes:
    return number.to_bytes(16, "big")


def rows(*sequences: int) -> list[Row]:
    return [Row(each, 1, b"k%d" % each, b"", b"") for each in sequences]


def head(sequence: int, digest: int = 0, epoch: int = EPOCH, feed: str = "everyone") -> Head:
    return Head(feed, epoch, sequence, digest_bytes(digest), 0)


def live(after: int, upto: int, digest: int = 0, epoch: int = EPOCH, feed: str = "everyone") -> Live:
    return Live(feed, epoch, after, upto, digest_bytes(digest), rows(*range(after + 1, upto + 1)))


def page(number: int, after: int, upto: int, end: int, **others: Any) -> Page:
    """The answer to question `number`; `others` are digest, epoch and feed."""
    digest = digest_bytes(others.get("digest", 0)) if upto == end else None
    feed, epoch = others.get("feed", "everyone"), others.get("epoch", EPOCH)
    return Page(feed, epoch, after, upto, end, nonce(number), rows(*range(after + 1, upto + 1)), digest)


def empty() -> ReplicaSync:
    return ReplicaSync("everyone", None, 0, nonces())


def following(sequence: int = 10) -> ReplicaSync:
    """Connected, and proven exact at `sequence`; its next nonce is 2."""
    machine = ReplicaSync("everyone", Position("everyone", EPOCH, sequence), 0, nonces())
    machine.handle(sync.Connected(), AT)
    assert machine.handle(page(1, sequence, sequence, sequence), AT) == []
    return machine


def catching_up() -> ReplicaSync:
    """At 10 of 20; asked with nonce 2."""
    machine = following()
    machine.handle(head(20), AT)
    return machine


def loading() -> ReplicaSync:
    """A fresh replica at 5 of 20; asked with nonce 2."""
    machine = empty()
    machine.handle(sync.Connected(), AT)
    machine.handle(page(1, 0, 5, 20), AT)
    return machine


def proving() -> ReplicaSync:
    machine = loading()
    machine.handle(page(2, 5, 20, 20, digest=9), AT)
    return machine


def resting() -> ReplicaSync:
    machine = following()
    machine.handle(sync.Failed(), AT)
    return machine
