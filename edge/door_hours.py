"""Keeps a door as it is set, by hand or by hours: held open while it is unlocked. One for each reader.

Implements ports.DoorPosture. The rules are in edge/core/door_posture.py, what holds a door is the signals'.
"""

import asyncio
import contextlib
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Final

from contract.ask import Posture
from contract.errors import ContractError
from contract.facts import Position
from edge.core.door_posture import (
    NOT_FOLLOWED,
    DoorSetting,
    Hours,
    Standing,
    Why,
    hours_of,
    names_missing,
    posture_of,
)
from edge.ports import CannotLookUp, HoursReader, Log, Signals, Trust

_LOOK_EVERY_S: Final = 1.0


@dataclass(slots=True, eq=False)
class DoorHours:
    """`keep` looks every second and when the replica has moved on; who asks for the posture looks too."""

    reader: str
    setting: DoorSetting
    replica: HoursReader
    trust: Trust
    signals: Signals
    log: Log
    _hours: Hours | None = None
    _read_at: Position | None = None
    _missing: tuple[str, ...] = ()
    _unreadable: str | None = None
    _is_read: bool = False
    _posture: Posture = Posture.SECURE
    _why: Why = Why.CONFIGURED
    _reading: asyncio.Lock = field(default_factory=asyncio.Lock)
    _followed: asyncio.Event = field(default_factory=asyncio.Event)

    def set_mode(self, mode: Posture | None) -> None:
        """What it is set to at the hub; the door is held or released before this returns."""
        self.setting = replace(self.setting, mode=mode)
        self.posture()

    async def follow(self, setting: Callable[[], DoorSetting]) -> None:
        """Another setting from now on. Its hours are read first, so that the door does not move in between.

        Its mode may change meanwhile: `setting` gives it as it is.
        """
        async with self._reading:
            wanted = setting()
            if (wanted.schedule, wanted.site) != (self.setting.schedule, self.setting.site):
                await self._read_for(wanted)
            self.setting = setting()
        self._followed.set()
        self.posture()

    def posture(self) -> Posture:
        """As it is now; the door is held or released before this returns."""
        clock, at = self.trust.clock_state(), self.trust.now()
        ready = self.replica.position() is not None
        self._take(*posture_of(self.setting, Standing(ready, self._hours, clock, at)))
        return self._posture

    async def keep(self) -> None:
        """Until it is cancelled; without hours it waits for a setting that has some."""
        while True:
            if self.setting.schedule is not None:
                await self._look()
            self.posture()
            await self._wait()

    async def _look(self) -> None:
        if self._posture is Posture.UNLOCKED:
            # First of all, so that a read that fails keeps no door open beyond its hours.
            self.posture()
        async with self._reading:
            if self.replica.position() != self._read_at:
                await self._read_for(self.setting)

    async def _wait(self) -> None:
        if self.setting.schedule is None:
            self._followed.clear()
            await self._followed.wait()
            return
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self.replica.changed(), _LOOK_EVERY_S)

    def _take(self, posture: Posture, why: Why) -> None:
        if posture is not self._posture:
            (self.signals.hold if posture is Posture.UNLOCKED else self.signals.release)()
            self.signals.lock_down(posture is Posture.LOCKDOWN)
            change = {"from": self._posture, "to": posture}
            self.log("posture", reader=self.reader, **change, why=why, **self._unknown(why))
        elif why is Why.HOURS_UNKNOWN and not self._is_read:
            return  # whoever asks before the first look hears nothing of what that will find
        elif why is not self._why and why in NOT_FOLLOWED:
            self.log("hours_not_followed", reader=self.reader, why=why, **self._unknown(why))
        self._posture, self._why = posture, why

    def _unknown(self, why: Why) -> dict[str, str]:
        """The names that the whole replica does not have, whatever else keeps the hours from being followed."""
        if why is Why.NOT_READY or not self._missing:
            return {}
        return {"schedule": self.setting.schedule or "", "missing": ", ".join(self._missing)}

    async def _read_for(self, setting: DoorSetting) -> None:
        """The hours of a setting; what cannot be read is none, and told once."""
        position = self.replica.position()
        self._read_at = None
        try:
            rows = await self.replica.hours_rows()
            self._missing = names_missing(rows, setting)
            self._hours, unreadable = hours_of(rows, setting), None
            self._read_at = position
        except (CannotLookUp, ContractError) as error:
            self._hours, unreadable = None, str(error)
        self._is_read = True
        if unreadable is not None and unreadable != self._unreadable:
            self.log("replica_unreadable", reader=self.reader, why=unreadable)
        self._unreadable = unreadable
