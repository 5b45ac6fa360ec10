"""The sync against a hub over lines that lose, double and reorder, with disks that fail: exact in the end.

Everything is in memory and on a clock of its own; a seed replays a run.
"""

import random
from dataclasses import dataclass, field
from typing import Any

import pytest

from contract.facts import Card, Position
from contract.feed import Row, moved_digest, row_digest
from contract.messages import Pull
from contract.rows import card_change, gone
from edge.core import sync_events as sync
from edge.core.feed_order import is_in_order
from edge.core.replica_sync import ReplicaSync, State
from tests.edge.hub_model import FEED, HubModel

Rows = dict[tuple[int, bytes], Row]


@dataclass
class Edge:
    """An edge's replica in memory, and the deeds that wait for it."""

    chance: random.Random
    whole: Rows | None = None
    position: Position | None = None
    fresh: Rows = field(default_factory=dict)
    deeds: list[Any] = field(default_factory=list)
    loaded_afresh: int = 0

    def do(self, deed: sync.Action) -> sync.Event | None:
        match deed:
            case sync.Apply(news, upto):
                assert self.whole is not None
                assert self.position is not None
                put(self.whole, news)
                self.position = Position(FEED, self.position.epoch, upto)
                return sync.Applied(upto, digest(self.whole))
            case sync.StartFresh():
                self.fresh = {}
                self.loaded_afresh += 1
            case sync.Load(news, _):
                put(self.fresh, news)
                return sync.Loaded()
            case sync.FinishFresh(position, proof):
                exact = digest(self.fresh) == proof
                if exact:
                    self.whole, self.position = self.fresh, position
                return sync.Finished(exact)
        return None


def put(replica: Rows, news: list[Row]) -> None:
    for row in news:
        replica.pop((row.kind, row.key), None)
        if row.body is not None:
            replica[row.kind, row.key] = row


def digest(replica: Rows) -> int:
    return moved_digest(
        0, (), (row_digest(row.kind, row.key, row.ref, row.body or b"") for row in replica.values())
    )


class World:
    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)
        self.loss = self.chance.choice([0.0, 0.05, 0.3])
        self.hub = HubModel(page_rows=self.chance.choice([3, 10, 1_000]))
        self.backup = self.hub.backup()
        self.edge = Edge(self.chance)
        self.nonces = iter(range(1, 1_000_000))
        self.machine = ReplicaSync(FEED, None, 0, lambda: next(self.nonces).to_bytes(16, "big"))
        self.up: list[Pull] = []
        self.down: list[Any] = []
        self.at_s = 0.0
        self.bad = True

    def tell(self, event: sync.Event) -> None:
        for action in self.machine.handle(event, self.at_s):
            match action:
                case sync.SendPull(epoch, after, nonce, began):
                    self.up.append(Pull(FEED, epoch, after, 1_000, nonce, began))
                case sync.Apply() | sync.StartFresh() | sync.Load() | sync.FinishFresh():
                    self.edge.deeds.append(action)

    def change_hub(self) -> None:
        cards = [self.chance.randrange(40).to_bytes(32, "big") for _ in range(self.chance.choice([1, 1, 3, 20]))]
        changes = [card_change(card, Card(self.chance.randrange(9))) for card in dict.fromkeys(cards)]
        self.down.append(
            self.hub.change(*(gone(each) if self.chance.random() < 0.3 else each for each in changes))
        )

    def disturb(self) -> None:
        happens = self.chance.random()
        if happens < 0.02:
            self.hub = self.backup.restored()
            self.hub.epoch = self.backup.epoch = self.backup.epoch + 1
        elif happens < 0.04:
            self.backup = self.hub.backup()
        elif happens < 0.06:
            self.reconnect()
        elif happens < 0.07 and self.edge.whole:
            self.edge.whole.popitem()  # a bit rots: the next digest that is named shows it
        elif happens < 0.08:
            self.edge.whole = self.edge.position = None
            self.tell(sync.ReplicaLost())
        elif happens < 0.09:
            self.hub.forget(self.chance.randrange(self.hub.sequence + 1))
        elif happens < 0.12 and self.edge.deeds:
            self.edge.deeds.clear()
            self.tell(sync.Failed())

    def reconnect(self) -> None:
        self.tell(sync.Disconnected())
        self.up, self.down = [], self.down if self.chance.random() < 0.5 else []
        self.tell(sync.Connected())

    def carry(self) -> None:
        """One step of the line, the hub and the edge's disk."""
        if self.up:
            self.down.append(self.hub.answer(self.up.pop(0)))
        if self.down and (not self.bad or self.chance.random() < 0.7):
            message = self.down.pop(0)
            if is_in_order(message) if hasattr(message, "rows") else True:
                self.tell(message)
        if self.edge.deeds and self.chance.random() < 0.7:
            deed = self.edge.deeds.pop(0)
            if isinstance(deed, sync.Apply) and self.edge.whole is None:
                self.edge.deeds.clear()
                self.tell(sync.Failed())
                return
            event = self.edge.do(deed)
            if event is not None:
                self.tell(event)

    def jumble(self) -> None:
        for line in (self.up, self.down):
            line[:] = [each for each in line if self.chance.random() >= self.loss]
            if line and self.chance.random() < self.loss:
                line.append(self.chance.choice(line))
            if self.chance.random() < self.loss:
                self.chance.shuffle(line)


@pytest.mark.parametrize("seed", range(60))
def test_whatever_the_line_does_the_replica_is_exact_in_the_end(seed: int) -> None:
    world = World(seed)
    world.tell(sync.Connected())
    for _ in range(600):
        world.at_s += world.chance.random()
        if world.chance.random() < 0.3:
            world.change_hub()
        if world.chance.random() < 0.1:
            world.down.append(world.hub.head())
        world.disturb()
        world.jumble()
        world.carry()
        world.tell(sync.Tick())
        if world.edge.whole is not None and world.machine.state is State.FOLLOWING:
            assert world.edge.position is not None
    world.bad, world.loss = False, 0.0
    world.reconnect()
    world.change_hub()
    for step in range(900):
        world.at_s += 1.0
        if step % 50 == 0:
            world.down.append(world.hub.head())
        world.carry()
        world.tell(sync.Tick())
    for _ in range(3):  # a question that is asked every minute may be out
        world.carry()
    assert world.machine.state is State.FOLLOWING
    assert world.machine.position == Position(FEED, world.hub.epoch, world.hub.sequence) == world.edge.position
    assert world.edge.whole is not None
    assert digest(world.edge.whole) == world.hub.digest_number()
    assert world.edge.loaded_afresh >= 1


def test_a_good_line_needs_one_load_and_no_second_question_for_each_change() -> None:
    world = World(1)
    world.bad, world.loss = False, 0.0
    world.tell(sync.Connected())
    for _ in range(20):
        world.change_hub()
        for _ in range(20):
            world.carry()
    assert world.edge.loaded_afresh == 1
    assert world.edge.whole is not None
    assert digest(world.edge.whole) == world.hub.digest_number()
    assert next(world.nonces) <= 20
