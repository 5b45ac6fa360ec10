"""The journal is looked after: healed where it is broken, told of what it could not keep, rid of what is old.

Nothing of a scan waits for this. It knows no SQLite: what can be done about a file is the journal's affair.
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final, Protocol

from contract.trust import ClockState
from edge.core.losses import Damage, Losses
from edge.core.used_steps import UsedSteps
from edge.journal_port import CannotRecord, Journal
from edge.ports import HoursReader, Log, Trust

LOOK_EVERY_S: Final = 1.0
HEAL_EVERY_S: Final = 5.0
"""Between two attempts: each may read the whole file."""
FORGET_EVERY_S: Final = 3_600.0


class JournalFollower(Protocol):
    """Who sends what the journal holds."""

    def journaled(self) -> None:
        """A new row stands in it."""
        ...

    async def follow_journal(self) -> None:
        """It has another id than it had, or other rows."""
        ...


class JournalCare:
    """`keep` goes on for ever. On the event loop; `sleep` waits that many seconds."""

    def __init__(  # noqa: PLR0913, PLR0917 (what it brings together: wired once, in edge/app.py)
        self,
        journal: Journal,
        losses: Losses,
        used_steps: UsedSteps,
        replica: HoursReader,
        trust: Trust,
        follower: JournalFollower,
        log: Log,
        new_id: Callable[[], bytes],
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._journal = journal
        self._losses = losses
        self._used_steps = used_steps
        self._replica = replica
        self._trust = trust
        self._follower = follower
        self._log = log
        self._new_id = new_id
        self._sleep = sleep
        self._damage: Damage | None = None
        self._fault_told: str | None = None
        self._looks_till_forgetting = 0

    async def keep(self) -> None:
        while True:
            self._tell_fault()
            self._note_damage()
            if self._journal.is_broken:
                await self._heal()
            else:
                await self._tell_losses()
                await self._forget()
            await self._sleep(HEAL_EVERY_S if self._journal.is_broken else LOOK_EVERY_S)

    def _tell_fault(self) -> None:
        fault = self._journal.fault
        if fault == self._fault_told:
            return
        self._fault_told = fault
        if fault is None:
            self._log("journal_works_again")
        else:
            self._log("journal_fails", why=fault, hint="doors go on; counters redeem nothing until it works again")

    def _note_damage(self) -> None:
        damage = self._journal.damage
        if damage is None or damage is self._damage:
            return
        self._damage = damage
        self._log("journal_damaged", set_aside=damage.set_aside, saved=damage.kept, lost=damage.lost)

    async def _heal(self) -> None:
        try:
            await self._journal.heal()
        except CannotRecord:
            return
        self._used_steps.recall(await self._journal.used_steps())
        await self._follower.follow_journal()
        self._log("journal_healed", journal=self._journal.id.hex())

    async def _tell_losses(self) -> None:
        """By a row each; what is lost meanwhile waits for the next look."""
        lost = self._losses.first(self._new_id)
        if lost is None:
            return
        try:
            await self._journal.append(lost)
        except CannotRecord:
            return
        self._losses.told(lost)
        self._follower.journaled()
        self._log("lost_told", count=lost.count, why=lost.why)

    async def _forget(self) -> None:
        """Hourly, and a step each look while there is more. By no clock that nobody knows to be right."""
        self._looks_till_forgetting -= 1
        if self._looks_till_forgetting > 0 or self._trust.clock_state() is ClockState.UNKNOWN:
            return
        try:
            dropped = await self._journal.forget(self._trust.now(), self._replica.position())
        except CannotRecord:
            dropped = 0
        if dropped == 0:
            self._looks_till_forgetting = round(FORGET_EVERY_S / LOOK_EVERY_S)
