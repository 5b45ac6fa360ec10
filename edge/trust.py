"""How far this edge can believe its time and its data: clock, hub and replica brought together, kept on disk.

Implements ports.Trust for gates and ports.TrustSource for the hub link. The rules are in edge/core:
clock_trust.py, replica_age.py, contact.py. Nothing is written on a scan's way.
"""

import asyncio
import contextlib
from datetime import datetime
from typing import Final

from contract.facts import Position
from contract.instants import from_us
from contract.trust import ClockState
from edge.core.clock_trust import ClockTrust
from edge.core.contact import Contact
from edge.core.replica_age import ReplicaAge
from edge.core.saved_trust import recalled, saved
from edge.core.sync_events import Answer, State
from edge.ports import KernelClock, Log, TrustFile

_LOOK_EVERY_S: Final = 1.0
_WRITE_EVERY_S: Final = 60.0
_WRITE_AGAIN_S: Final = 5.0
"""Between two writes at least, whatever a hub that does not know the time says."""
_SILENT_S: Final = 2 * _WRITE_EVERY_S
"""The hub is asked each minute. What it says after such a silence is not left to the next minute: the doctor would
go by what was written before."""


class EdgeTrust:
    """`keep` looks at the clock and writes, until `stop`; all else returns at once. On the event loop."""

    def __init__(self, clock: KernelClock, file: TrustFile, log: Log) -> None:
        """Reads the file, before anything is served."""
        self._clock = clock
        self._file = file
        self._log = log
        self._boot = clock.boot_id()
        marks, whole_s = recalled(file.read(), self._boot, clock.boottime_s())
        if file.set_aside is not None:
            log("damaged", set_aside=file.set_aside)
        self._clock_trust = ClockTrust(marks)
        self._replica_age = ReplicaAge(whole_s)
        self._contact = Contact()
        self._state = ClockState.UNKNOWN
        self._has_news = False
        self._stopping = asyncio.Event()
        self._write_failed = False
        self._look()

    # What gates ask

    def now(self) -> datetime:
        return self._clock_trust.now(self._clock.now(), self._clock.boottime_s())

    def clock_state(self) -> ClockState:
        state = self._clock_trust.state(self._clock.now(), self._clock.boottime_s())
        if state is not self._state:
            before, self._state = self._state, state
            self._log("clock", **{"from": before, "to": state})
        return state

    def replica_age_s(self) -> float | None:
        return self._replica_age.age_s(self._clock.boottime_s())

    def in_contact(self) -> bool:
        return self._contact.in_contact(self._clock.monotonic_s())

    # What the hub link tells

    @property
    def contact(self) -> Contact:
        return self._contact

    def floor(self) -> datetime | None:
        return self._clock_trust.floor(self._clock.boottime_s())

    def note_sync(self, answer: Answer | None, position: Position | None, state: State) -> None:
        if answer is not None:
            self._hear(answer)
        before_s = self._replica_age.whole_s
        self._replica_age.stands(position, state)
        whole_s = self._replica_age.whole_s
        if whole_s is not None and (before_s is None or whole_s - before_s > _SILENT_S):
            self._has_news = True

    def _hear(self, answer: Answer) -> None:
        self._contact.answered(answer.asked_s)
        answered_s = self._clock.boottime_s()
        asked_s = answered_s - (self._clock.monotonic_s() - answer.asked_s)
        self._replica_age.answered(asked_s, answer.head)
        if answer.at_us is None:
            return
        if self._clock_trust.heard(from_us(answer.at_us), asked_s, answered_s, self._clock.now()):
            self._has_news = True
        self.clock_state()

    # What goes on by itself

    async def keep(self) -> None:
        """Look at the clock every second; write every minute, at the end, and soon after news: a floor corrected,
        a word of the hub after a silence."""
        written_s = self._clock.monotonic_s() - _WRITE_AGAIN_S
        while not self._stopping.is_set():
            self._look()
            since_s = self._clock.monotonic_s() - written_s
            if since_s >= (_WRITE_AGAIN_S if self._has_news else _WRITE_EVERY_S):
                written_s += since_s
                await self._write()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._stopping.wait(), _LOOK_EVERY_S)
        await self._write()

    def stop(self) -> None:
        self._stopping.set()

    async def _write(self) -> None:
        """For the next process. What cannot be written is told once, and tried again."""
        self._has_news = False
        at_s = self._clock.boottime_s()
        kept = saved(self._clock_trust.marks(), self._replica_age.whole_s, self._boot, at_s)
        try:
            await asyncio.to_thread(self._file.write, kept)
        except OSError as error:
            if not self._write_failed:
                self._log("trust_not_kept", why=error.strerror)
            self._write_failed = True
        else:
            self._write_failed = False

    def _look(self) -> None:
        self._clock_trust.look(self._clock.kernel_synchronized(), self._clock.now(), self._clock.boottime_s())
        self.clock_state()
