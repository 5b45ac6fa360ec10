"""One world from one seed: chaos for a while, then all is mended, then it has to come to rest and be right."""

import asyncio
import shutil
from collections.abc import Callable
from contextvars import Context
from dataclasses import dataclass
from functools import cache, partial
from random import Random
from typing import Any

from contract.keys import SigningKey
from contract.orders import Modes
from tests.enrolled import HUB_KEY, Certificate, issued
from tests.simulation import django_world, invariants
from tests.simulation.attacker import Attacker
from tests.simulation.broker import Broker
from tests.simulation.clock import MachineClock, TrueTime
from tests.simulation.club import Club
from tests.simulation.edge import EdgeMachine
from tests.simulation.faults import Faults
from tests.simulation.hub import Hub, HubWorker
from tests.simulation.loop import Killed, VirtualLoop
from tests.simulation.numbers_held import EVERY_S, HubNumbers
from tests.simulation.parts import MACHINE
from tests.simulation.readers import COUNTERS, READERS
from tests.simulation.seams import replaced
from tests.simulation.trace import Trace

CHAOS_S = 240.0
REST_S = 600.0
"""Longer than every timeout of edge and hub together; mostly a minute does."""
LOOK_S = 2.0
RESTART_S = 3.0
"""Of a broker."""
ATTACKED_SHARE = 0.4
"""Of worlds: in the others, what goes wrong is nobody's will."""


@dataclass(frozen=True)
class Outcome:
    """`faults`: in words, what broke a rule; none: the world is right."""

    seed: int
    faults: list[str]
    counts: dict[str, int]
    digest: str
    elapsed_s: float
    trace: Trace


def run_world(seed: int, chaos_s: float = CHAOS_S, keep_trace: bool = False) -> Outcome:
    """The same seed and length give the same world, event by event."""
    rng = Random(f"doorward {seed}")
    loop = VirtualLoop(Random(rng.getrandbits(64)))
    asyncio.set_event_loop(loop)
    with replaced(loop, Random(rng.getrandbits(64))):
        world = World(rng, loop, chaos_s, keep_trace)
        try:
            loop.run_until_complete(world.live())
            return Outcome(
                seed, world.trace.faults, dict(world.trace.counts), world.trace.digest(), loop.time(), world.trace
            )
        finally:
            world.trace.end()
            world.end()
            asyncio.set_event_loop(None)


class World:
    def __init__(self, rng: Random, loop: VirtualLoop, chaos_s: float, keep_trace: bool) -> None:
        def own() -> Random:
            return Random(rng.getrandbits(64))

        self.rng = own()
        self._chaos_s = chaos_s
        self.loop = loop
        self.folder = django_world.new_folder()
        self.true = TrueTime(loop)
        self.trace = Trace(loop.time, keep_trace)
        self.broker = Broker(loop, own())
        self.hub = Hub(
            self.folder / "hub", loop, self.broker, own(), self.true, self.trace, self._worker_ended, workers=2
        )
        self.edges = [self._edge(f"edge-{number}", own()) for number in range(1, self.rng.randint(2, 3) + 1)]
        self.club = Club(own(), self.true, self.trace, self.hub.keys)
        enrolled = {edge.name: SigningKey(edge.seed).verifying.public for edge in self.edges}
        self.club.found(enrolled, people=self.rng.randint(5, 9))
        lockdowns = self.club.lockdowns
        self.faults = Faults(own(), loop, self.broker, self.hub, self.edges, lockdowns, self.trace)
        for edge in self.edges:
            edge.on_modes = partial(self._modes_stand, edge.name)
        self.attacker: Attacker | None = None
        if self.rng.random() < ATTACKED_SHARE:
            keys = {edge.name: SigningKey(edge.seed) for edge in self.edges}
            self.attacker = Attacker(own(), self.broker, keys, self.trace)
        self.chaos = True
        self._numbers = HubNumbers(self.hub)

        loop.on_exception = self._nobody_handles
        loop.on_signal_handler = _note_how_to_stop

    def _edge(self, name: str, rng: Random) -> EdgeMachine:
        edge = EdgeMachine(
            name=name,
            folder=self.folder / name,
            loop=self.loop,
            broker=self.broker,
            rng=rng,
            true=self.true,
            clock=MachineClock(self.true, rate=rng.uniform(0.9995, 1.0005)),
            trace=self.trace,
            on_end=self._edge_ended,
            seed=rng.randbytes(32),
            hub_key=HUB_KEY,
            organization_key=django_world.KEY,
            epoch=django_world.EPOCH,
            certificate=_certificate(),
        )
        edge.enrol()
        return edge

    async def live(self) -> None:
        self.hub.start()
        for edge in self.edges:
            edge.start()
        actors = [
            self._now_and_then(0.3, 4.0, self._scan),
            self._now_and_then(1.0, 15.0, self._insist),
            self._now_and_then(1.0, 12.0, self.club.act),
            self._now_and_then(1.0, 12.0, self.faults.happen),
            self._now_and_then(EVERY_S, EVERY_S, self._look_at_hub),
        ]
        if self.attacker is not None:
            actors.append(self._now_and_then(0.2, 5.0, self.attacker.act))
        tasks = [asyncio.create_task(each) for each in actors]
        while self.loop.time() < self._chaos_s and not self.trace.faults:
            await asyncio.sleep(min(LOOK_S, self._chaos_s))
        self.chaos = False
        await asyncio.gather(*tasks)
        if self.trace.faults:
            return  # there is no telling what it comes to
        if self.attacker is not None:
            self.attacker.leave()
            self.broker.stop(forgets=True)  # whoever takes it back keeps nothing that was said meanwhile
            await asyncio.sleep(RESTART_S)
        self.faults.mend()
        if await self._comes_to_rest():
            invariants.judge(self)
        else:
            self.trace.fault(f"it does not come to rest: {'; '.join(invariants.unrest(self))}")

    async def _comes_to_rest(self) -> bool:
        until_s = self.loop.time() + REST_S
        while self.loop.time() < until_s:
            await asyncio.sleep(LOOK_S)
            if not invariants.unrest(self):
                return True
        return False

    async def _now_and_then(self, least_s: float, most_s: float, deed: Callable[[], object]) -> None:
        while self.chaos:
            await asyncio.sleep(self.rng.uniform(least_s, most_s))
            deed()

    def _scan(self) -> None:
        """Somebody shows a card, sometimes at two edges at once."""
        code = self.club.scan_of()
        reader = self.rng.choice(READERS)
        for edge in self.rng.sample(self.edges, self.rng.choice((1, 1, 1, 2))):
            if not edge.scan(reader, code):
                self.trace.note("scans nobody read")

    def _insist(self) -> None:
        """One member at one counter, again and again, whatever the edge does meanwhile; perhaps one is undone."""
        edge, code = self.rng.choice(self.edges), self.club.scan_of()
        reader = self.rng.choice((*COUNTERS, "bar", "bar"))
        codes = [code] * self.rng.randint(2, 5)
        if reader == "bar" and self.rng.random() < 0.5:
            codes.insert(self.rng.randint(1, len(codes)), self.rng.choice(self.club.undoing))
        longest_s = self.rng.choice((1.0, 6.0, 15.0))
        after_s = 0.0
        for each in codes:
            self.loop.call_later(after_s, edge.scan, reader, each, context=Context())
            after_s += self.rng.uniform(0.1, longest_s)

    def _look_at_hub(self) -> None:
        for fault in self._numbers.look():
            self.trace.fault(fault)

    def _nobody_handles(self, context: dict[str, Any]) -> None:
        error = context.get("exception")
        if not isinstance(error, Killed):
            self.trace.fault(f"nobody handles {context.get('message')}: {error!r}")

    def _modes_stand(self, edge: str, modes: Modes) -> None:
        for fault in self.club.lockdowns.broken_by(edge, modes):
            self.trace.fault(fault)

    def _edge_ended(self, edge: EdgeMachine) -> None:
        self.faults.may_reboot(edge)
        self.loop.call_later(self.rng.uniform(0.5, 15.0), self._start_again, edge, context=Context())

    def _start_again(self, edge: EdgeMachine) -> None:
        if not edge.runs:
            edge.start()

    def _worker_ended(self, worker: HubWorker) -> None:
        self.loop.call_later(self.rng.uniform(0.2, 10.0), self._start_worker, worker, context=Context())

    def _start_worker(self, worker: HubWorker) -> None:
        if worker.node is None:
            worker.start()

    def end(self) -> None:
        for edge in self.edges:
            if edge.node is not None and edge.disk is not None:
                self.loop.bury(edge.node)
                edge.disk.leave(None)
        for worker in self.hub.workers:
            if worker.node is not None:
                self.loop.bury(worker.node)
        self.loop.end()
        django_world.forget()
        shutil.rmtree(self.folder, ignore_errors=True)


@cache
def _certificate() -> Certificate:
    """Nobody looks at it in the clear; making one takes a while."""
    return issued("edge:simulated:1")


def _note_how_to_stop(stop: Callable[[], None]) -> None:
    MACHINE.get().stopping = stop
