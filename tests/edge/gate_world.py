"""A world for gates: one member and readers, in fakes that implement edge/ports.py."""

import asyncio
import itertools
from collections.abc import AsyncIterator, Callable, Coroutine
from datetime import timedelta

from contract.card import SCAN_BYTES_MAX, lookup_hash, new_code
from contract.facts import Card, Customer, Position
from contract.feed import Change
from contract.gathering import StoredRow
from contract.grant import Grant
from contract.limits import Limit
from contract.membership import Holder, HolderKind, Membership, Plan
from contract.plan_rows import plan_change
from contract.reader_configuration import Reader, ReaderKind, policy_of
from contract.reasons import Reason
from contract.rows import card_change, customer_change, membership_change
from edge.core.own_uses import OwnUses
from edge.core.reading import Reading, read
from edge.core.rescans import Rescans
from edge.core.used_steps import UsedSteps
from edge.counter.screen import Screen
from edge.gate import Gate
from edge.ports import Frame
from edge.recorder import Recorder
from edge.turns import Turns
from tests.edge.fakes import (
    NOON,
    FakeClock,
    FakeConfirmer,
    FakeDoor,
    FakeJournal,
    FakeLog,
    FakeReplica,
    FakeSignals,
    FakeTrust,
)

KEY = bytes(range(32))
CODE = new_code(b"0123456789")
STRANGER = new_code(b"9876543210")
HERE = Position("everyone", 5, 42)
HOLDER = Holder(HolderKind.CUSTOMER, 7)
DOOR = Reader(name="door", kind=ReaderKind.DOOR, permission="front-door", device="/dev/a", relay_pin=17)
COUNTER = Reader(name="counter", kind=ReaderKind.COUNTER, permission="glass-of-wine", device="/dev/b")
FULL = Plan(3, "Full", (Grant("front-door"), Grant("glass-of-wine", (Limit(1, 7 * 86_400),))))


def stored(change: Change) -> StoredRow:
    assert change.body is not None
    return (change.kind, change.key, change.ref, change.body)


class World:
    """One member with the plan "Full", unless a test changes that, and gates that share all there is."""

    def __init__(self, plan: Plan = FULL) -> None:
        self.membership = Membership(11, HOLDER, plan.id, NOON - timedelta(days=1), NOON + timedelta(days=1))
        self.clock = FakeClock()
        self.log = FakeLog()
        self.replica = FakeReplica(HERE)
        self.journal = FakeJournal()
        self.own_uses = OwnUses()
        self.used_steps = UsedSteps()
        self.trust = FakeTrust(self.clock)
        self.door = FakeDoor()
        self.confirmer = FakeConfirmer()
        self.nudges = 0
        self.site: str | None = None
        self._ids = itertools.count(1)
        self.replica.rows[lookup_hash(KEY, CODE)] = [
            stored(card_change(lookup_hash(KEY, CODE), Card(HOLDER.id))),
            stored(customer_change(Customer(HOLDER.id, "Member with a full plan"))),
            stored(plan_change(plan)),
            stored(membership_change(self.membership)),
        ]

    def gate(self, reader: Reader, signals: FakeSignals, screen: Screen | None = None) -> Gate:
        screen = screen or Screen(reader, self.clock)
        return Gate(
            reader=reader,
            policy=policy_of(reader, self.site),
            organization_key=KEY,
            replica=self.replica,
            recorder=Recorder(reader, self.journal, self.own_uses, self.log, self.nudge),
            own_uses=self.own_uses,
            used_steps=self.used_steps,
            rescans=Rescans(reader.rescan_s),
            confirmer=self.confirmer,
            door=self.door,
            signals=signals,
            turns=Turns(reader.name, signals, screen, self.clock, self.log),
            clock=self.clock,
            trust=self.trust,
            log=self.log,
            new_id=lambda: next(self._ids).to_bytes(16, "big"),
            screen=screen,
        )

    def nudge(self) -> None:
        self.nudges += 1

    def frame(self, raw: bytes) -> Frame:
        return Frame(raw[: SCAN_BYTES_MAX + 1], len(raw), self.clock.elapsed_s)

    def reading(self, raw: bytes) -> Reading:
        frame = self.frame(raw)
        return read(KEY, frame.raw, frame.length, frame.arrived_s)


def run(scenario: Callable[[World], Coroutine[object, object, None]], world: World | None = None) -> World:
    world = world or World()
    asyncio.run(scenario(world))  # type: ignore[arg-type]
    return world


def scan(world: World, reader: Reader, *raws: bytes) -> FakeSignals:
    """One scan after the other at one reader, whole."""
    signals = FakeSignals()

    async def frames() -> AsyncIterator[Frame]:
        for raw in raws:
            yield world.frame(raw)

    async def scenario(world: World) -> None:
        await world.gate(reader, signals).serve(frames())

    run(scenario, world)
    return signals


def reasons(signals: FakeSignals) -> list[Reason]:
    return [decision.reason for decision in signals.shown]
