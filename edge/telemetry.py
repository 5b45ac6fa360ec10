"""How the edge does, in figures: counted as its log is written, told to the hub each minute and to who asks here.

Nothing of a scan waits for it. What the figures mean is contract.orders.Telemetry's to say.
"""

import asyncio
import contextlib
import threading
from collections.abc import Callable, Sequence
from typing import Final

from contract.exposition import exposition
from contract.instants import to_us
from contract.messages import READERS_MAX, ReaderPresence
from contract.orders import DoorReport, Telemetry
from edge.core.ended_alarms import EndedAlarms
from edge.core.metrics import metrics_of
from edge.core.tally import Tallied, Tally
from edge.journal_port import CannotRecord, Journal
from edge.ports import Clock, Log, MachineState, ReaderPort, Trust

FIRST_AFTER_S: Final = 5.0
"""By then the link is up, where there is one: whoever watches need not wait for the first minute's end."""
SAY_EVERY_S: Final = 60.0
AT_ONCE_EVERY_S: Final = 1.0
"""A contact that comes and goes is told once a second at most."""


class CountedLog:
    """The log, and a tally of it. Implements `ports.Log`: called from any thread."""

    def __init__(self, log: Log) -> None:
        self._log = log
        self._tally = Tally()
        self._counting = threading.Lock()

    def __call__(self, event: str, /, **fields: object) -> None:
        with self._counting:
            self._tally.note(event, fields)
        self._log(event, **fields)

    def tallied(self) -> Tallied:
        with self._counting:
            return self._tally.as_it_stands()


class TelemetryReport:
    """`readers` and `doors` give those that there are now, `machine` may block: it is called in a thread."""

    def __init__(  # noqa: PLR0913, PLR0917 (what it looks at: wired once, in edge/app.py)
        self,
        counted: CountedLog,
        journal: Journal,
        readers: Callable[[], Sequence[ReaderPort]],
        machine: Callable[[], MachineState],
        trust: Trust,
        clock: Clock,
        doors: Callable[[], list[DoorReport]] = list,
    ) -> None:
        self._counted = counted
        self._journal = journal
        self._readers = readers
        self._machine = machine
        self._trust = trust
        self._clock = clock
        self._doors = doors
        self._at_once = asyncio.Event()
        self._ended = EndedAlarms()
        self._started_s = clock.monotonic_s()

    async def as_it_stands(self) -> Telemetry:
        """`start` and `n` are 0: whoever sends it numbers it."""
        machine = await asyncio.to_thread(self._machine)
        queue = await self._queue()
        tallied = self._counted.tallied()
        return Telemetry(
            start=0,
            n=0,
            at_us=to_us(self._trust.now()),
            uptime_s=max(0.0, round(self._clock.monotonic_s() - self._started_s, 3)),
            queue=queue,
            latency_ms=tallied.latency_ms,
            counters=tallied.counters,
            readers=self._open_readers(),
            doors=self._ended.told_of(self._look_at_doors())[:READERS_MAX],
            temperature_c=machine.temperature_c,
            disk_free_bytes=machine.disk_free_bytes,
            disk_free_share=machine.disk_free_share,
            memory_bytes=machine.memory_bytes,
            load=machine.load,
        )

    async def exposition(self) -> str:
        """The same for Prometheus, and how far the journal, the hub, the copy and the clock are known."""
        telemetry, trust = await self.as_it_stands(), self._trust
        latency_sum_ms = self._counted.tallied().latency_sum_ms
        age_s, in_contact = trust.replica_age_s(), trust.in_contact()
        fault = self._journal.fault
        return exposition(metrics_of(telemetry, latency_sum_ms, fault, trust.clock_state(), age_s, in_contact))

    async def keep_saying(self, say: Callable[[Telemetry], None]) -> None:
        """Each minute, and soon after `tell_at_once` or `doors_changed` is called, for ever."""
        await asyncio.sleep(FIRST_AFTER_S)
        while True:
            self._at_once.clear()
            say(await self.as_it_stands())
            await asyncio.sleep(AT_ONCE_EVERY_S)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._at_once.wait(), SAY_EVERY_S - AT_ONCE_EVERY_S)

    def doors_changed(self) -> None:
        """An alarm of a door began or ended: that is not kept for a minute. One that ends before it is told stays
        known."""
        self._look_at_doors()
        self.tell_at_once()

    def tell_at_once(self) -> None:
        """The hub has not heard of what is now: it can be reached again, or something happened."""
        self._at_once.set()

    def _look_at_doors(self) -> list[DoorReport]:
        doors = self._doors()
        self._ended.look(doors, to_us(self._trust.now()))
        return doors

    async def _queue(self) -> int | None:
        try:
            last, acked = await self._journal.last_sequence(), self._journal.acked
        except CannotRecord:
            return None
        return max(0, last - (0 if acked is None else acked.upto))

    def _open_readers(self) -> list[ReaderPresence]:
        readers = self._readers()[:READERS_MAX]
        return [ReaderPresence(name=reader.name, open=reader.is_open) for reader in readers]
