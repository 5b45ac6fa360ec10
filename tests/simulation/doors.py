"""What the readers of one edge showed, beside what stood there: modes, configuration, the hub's commands.

What stands is what lay on disk when the process began and what its readers were told since. A scan is held to all
that stood between its arrival and the light: what it was decided by has to be one of these, and nobody is let in
by a lockdown. How modes and configuration come together is written here once more.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from contract.ask import Posture
from contract.configuration import Configuration
from contract.instants import to_us
from contract.messages import CheckIn
from contract.orders import Command, Modes
from contract.reader_configuration import Reader, ReaderKind, policy_of
from tests.simulation.clock import MachineClock, TrueTime

EXPIRED_FOR_S = 2.0
"""A clock that is right by the hub's answers may be so much behind."""
_STANDS_OPEN = (Posture.UNLOCKED, Posture.FREE)


@dataclass(frozen=True)
class _Stands:
    """From `since_s` on. While readers change from one configuration to another, either may hold."""

    since_s: float
    modes: Modes | None
    configurations: tuple[Configuration | None, ...]

    def of(self, name: str) -> Iterator[tuple[Reader, Configuration]]:
        for configuration in self.configurations:
            for reader in () if configuration is None else configuration.readers:
                if reader.name == name:
                    yield reader, configuration

    def postures(self, name: str) -> set[Posture]:
        return {posture_of(reader, self.modes) for reader, _ in self.of(name)}


@dataclass
class Doors:
    """`tell` is called with what broke a rule, in words."""

    edge: str
    true: TrueTime
    clock: MachineClock
    tell: Callable[[str], None]
    _stood: list[_Stands] = field(default_factory=list)
    _deciding: dict[str, CheckIn] = field(default_factory=dict)

    # What stands

    def begin(self, modes: Modes | None) -> None:
        """A process begins, and `modes` lie on its disk."""
        self._stood = [_Stands(self.true.elapsed_s(), modes, (None,))]
        self._deciding = {}

    def set_modes(self, modes: Modes) -> None:
        self._note(modes, self._stood[-1].configurations)

    def change(self, *configurations: Configuration | None) -> None:
        """One holds from now on; or, for as long as readers change, the first or another."""
        self._note(self._stood[-1].modes, configurations)

    @property
    def configuration(self) -> Configuration | None:
        """The one that held first, of those that may."""
        return self._stood[-1].configurations[0]

    def _note(self, modes: Modes | None, configurations: tuple[Configuration | None, ...]) -> None:
        self._stood.append(_Stands(self.true.elapsed_s(), modes, configurations))

    # What is shown

    def held(self, held: dict[str, bool]) -> None:
        """Which relays are on without a pulse, by reader. Nothing is said of readers that change."""
        stands = self._stood[-1]
        if len(stands.configurations) > 1:
            return
        for name, is_held in held.items():
            postures = stands.postures(name)
            if postures and is_held is not (Posture.UNLOCKED in postures):
                [posture] = postures
                self._tell(name, f"{'is' if is_held else 'is not'} held open, and {posture} stands there")

    def decided(self, row: CheckIn) -> None:
        """It is on its way to the journal."""
        self._deciding[row.id.hex()] = row

    def scanned(self, said: dict[str, Any]) -> None:
        """By a line of the edge's log: `scan`, or `scan_repeated`, where an earlier light shows again."""
        name = said["reader"]
        stood = list(self._since(self.true.elapsed_s() - said.get("latency_ms", 0.0) / 1_000 * 1.01))
        if said["outcome"] == "granted" and _nothing_but(Posture.LOCKDOWN, stood, name):
            self._tell(name, "lets somebody in, and a lockdown stands there")
        row = self._deciding.pop(said["id"], None)
        if row is None:
            return
        if not any(_decides_so(row, *each, stands.modes) for stands in stood for each in stands.of(name)):
            by = f"posture {row.circumstances.posture}, passback {row.policy.passback_seconds}, …"
            self._tell(name, f"decides by {by}, which do not stand there")

    def unlocked(self, name: str) -> None:
        """By a command."""
        if self._stood[-1].postures(name) == {Posture.LOCKDOWN}:
            self._tell(name, "opens by a command, and a lockdown stands there")

    def obeyed(self, command: Command, on_disk: tuple[int, ...]) -> None:
        """Its number should be on disk before anything is done, and it may only be done in its time."""
        number = (command.epoch, command.number)
        if on_disk < number:
            self.tell(f"{self.edge} does command {number}, and {on_disk} stands on its disk")
        late_s = (to_us(self.true.now()) - command.expires_us) / 1e6
        if late_s > EXPIRED_FOR_S and not self.clock.was_ever_wrong:
            self.tell(f"{self.edge} does command {number}, which expired {late_s:.1f} s ago")

    def _since(self, at_s: float) -> Iterator[_Stands]:
        """All that stood at some time since then."""
        for stands in reversed(self._stood):
            yield stands
            if stands.since_s < at_s:
                return

    def _tell(self, reader: str, what: str) -> None:
        self.tell(f"{self.edge}/{reader} {what}")


def posture_of(reader: Reader, modes: Modes | None) -> Posture:
    """Of a reader without hours."""
    by_hand = _by_hand(reader.name, modes)
    if by_hand in _STANDS_OPEN and reader.kind is ReaderKind.COUNTER:
        by_hand = None
    if by_hand is Posture.LOCKDOWN or (by_hand is not None and reader.enabled):
        return by_hand
    if reader.posture is Posture.LOCKDOWN or reader.enabled:
        return reader.posture
    return Posture.SECURE


def _by_hand(name: str, modes: Modes | None) -> Posture | None:
    if modes is None:
        return None
    readers = {mode.reader: mode.posture for mode in modes.readers}
    if Posture.LOCKDOWN in (modes.edge, readers.get(name)):
        return Posture.LOCKDOWN
    return readers.get(name, modes.edge)


def _nothing_but(posture: Posture, stood: list[_Stands], name: str) -> bool:
    found = [stands.postures(name) for stands in stood]
    return all(each == {posture} for each in found)


def _decides_so(row: CheckIn, reader: Reader, configuration: Configuration, modes: Modes | None) -> bool:
    return row.circumstances.posture is posture_of(reader, modes) and row.policy == policy_of(
        reader, configuration.site
    )
