"""The edge that is looked at: its folder, what stands in it, and the process that runs on it, if one does.

Everything is read once, when it is first asked for; nothing is changed, repaired or set aside. Owns no verdict.
"""

import os
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Final

from contract.configuration import Broker, Configuration, ConfigurationError, parse_configuration, read_document
from contract.high_water import HighWater
from edge.core.clock_trust import ClockTrust
from edge.core.configuration_events import Reach
from edge.core.saved_marks import SavedMarks
from edge.core.saved_marks import recalled as recalled_marks
from edge.core.saved_orders import SavedOrders, check_edge, configuration_for
from edge.core.saved_trust import SavedTrust, recalled
from edge.doctor import unit
from edge.doctor.running import Running, running_on
from edge.doctor.unit import Unit, unit_in
from edge.doctor.user import User
from edge.hardware.boards import BoardError
from edge.hardware.wiring import fill_in
from edge.hub_link.link_time import Known
from edge.ports import KernelClock
from edge.storage.enrolment_file import EnrolledEdge, EnrolmentFileError, look_at_enrolment
from edge.storage.orders_file import look_at_orders
from edge.storage.small_file import DamagedFile, look
from edge.storage.state_folder import STATE_DIR

CONFIGURATION_BYTES_MAX: Final = 1_000_000


@dataclass(frozen=True, slots=True)
class Places:
    """Where a machine's own files are, so that others can stand for them."""

    sys: Path = Path("/sys")
    proc: Path = Path("/proc")
    dev: Path = Path("/dev")
    units: tuple[Path, ...] = unit.FOLDERS
    defaults: Path = unit.DEFAULTS
    systemd: Path = Path("/run/systemd/system")


@dataclass(frozen=True, slots=True)
class Standing:
    """The configuration that stands, and where it is from, in words. Neither: there is none. `why`: it cannot be
    used; then there is no `configuration`."""

    origin: str | None = None
    configuration: Configuration | None = None
    why: str | None = None


class Patient:
    def __init__(self, state_dir: Path, own: Path | None, clock: KernelClock, places: Places = Places()) -> None:
        """`own`: the edge's own edge.toml, where it is known."""
        self.state_dir: Final = state_dir
        self.clock: Final = clock
        self.places: Final = places
        self._own = own

    @cached_property
    def running(self) -> Running | None:
        return running_on(self.state_dir, self.places.proc)

    @cached_property
    def unit(self) -> Unit | None:
        return unit_in(self.places.units)

    @cached_property
    def user(self) -> User:
        """Of the edge that runs; else of its unit, where this is the unit's folder; else the folder's owner."""
        seen = None if self.running is None else self.running.user()
        if seen is not None:
            return User.numbered(*seen)
        if self.unit is not None and self.state_dir == STATE_DIR and "User" in self.unit.words:
            named = User.named(self.unit.words["User"])
            if named is not None:
                return named
        return User.numbered(self.state_dir.stat().st_uid)

    @cached_property
    def enrolment(self) -> EnrolledEdge | EnrolmentFileError:
        try:
            return look_at_enrolment(self.state_dir)
        except EnrolmentFileError as error:
            return error

    @property
    def enrolled(self) -> EnrolledEdge | None:
        return None if isinstance(self.enrolment, EnrolmentFileError) else self.enrolment

    # Its configuration

    @cached_property
    def own_path(self) -> Path | None:
        """As it was named; else as the edge that runs was given it, or the unit gives it."""
        if self._own is not None:
            return self._own
        if self.running is None:
            return unit.configuration_in(self.places.defaults) if self.state_dir == STATE_DIR else None
        given = unit.configuration_of(self.running.arguments())
        return None if given is None else (self.running.folder() or Path()) / given

    @cached_property
    def kept_orders(self) -> tuple[SavedOrders, list[str]]:
        """And what is wrong with their files."""
        try:
            orders, damaged = look_at_orders(self.state_dir)
        except OSError as error:
            return SavedOrders(), [f"{error.filename} cannot be read: {error.strerror}"]
        return orders or SavedOrders(), damaged

    @cached_property
    def standing(self) -> Standing:
        """The hub's where there is one; else the edge's own. What its boards say is filled in."""
        desired = self.kept_orders[0].configuration.stands
        if desired is None:
            return self._own_standing()
        origin = f"the hub's, generation {desired.generation} of epoch {desired.epoch}"
        try:
            if self.enrolled is None:
                return Standing(origin, _filled_in(read_document(desired.document)))
            return Standing(origin, _filled_in(configuration_for(self.enrolled.edge, desired.document)))
        except ConfigurationError as error:
            return Standing(origin, why=str(error))

    def _own_standing(self) -> Standing:
        path = self.own_path
        if path is None:
            return Standing()
        origin = f"the edge's own, {path}"
        try:
            with path.open("rb") as file:
                own = parse_configuration(file.read(CONFIGURATION_BYTES_MAX).decode())
            if self.enrolled is not None:
                check_edge(self.enrolled.edge, own)
            return Standing(origin, _filled_in(own))
        except (OSError, UnicodeDecodeError, ConfigurationError) as error:
            return Standing(origin, why=getattr(error, "strerror", None) or str(error))

    @property
    def configuration(self) -> Configuration | None:
        return self.standing.configuration

    @property
    def reach(self) -> Reach | None:
        """None: it is not enrolled."""
        if self.enrolled is None:
            return None
        edge = self.enrolled
        reach = Reach(edge.feed, Broker(edge.broker_host, edge.broker_port, edge.broker_tls))
        return reach if self.configuration is None else reach.as_configured(self.configuration)

    # What it knows of time, and how far it has come

    @cached_property
    def saved_trust(self) -> SavedTrust | None:
        """DamagedFile, OSError."""
        return look(self.state_dir / "trust.json", SavedTrust)

    @cached_property
    def marks(self) -> HighWater:
        """DamagedFile, OSError."""
        kept = look(self.state_dir / "marks.json", SavedMarks)
        return HighWater() if kept is None else recalled_marks(kept)

    @cached_property
    def clock_trust(self) -> ClockTrust:
        """As an edge that starts now would see its clock; what cannot be read is not known."""
        marks, _ = recalled(self._readable_trust(), self.clock.boot_id(), self.clock.boottime_s())
        trust = ClockTrust(marks)
        trust.look(self.clock.kernel_synchronized(), self.clock.now(), self.clock.boottime_s())
        return trust

    @property
    def known(self) -> Known:
        """What time it is, and how far that is believed."""
        at, at_s = self.clock.now(), self.clock.boottime_s()
        trust = self.clock_trust
        return Known(trust.now(at, at_s), trust.floor(at_s), trust.state(at, at_s))

    @property
    def ahead_of_hub_s(self) -> float | None:
        """Seconds by which this machine's clock is ahead of the hub's, below 0 where it is behind; None: the hub
        has not told its time in this boot."""
        hub = self.clock_trust.marks().hub
        if hub is None:
            return None
        return (self.clock.now() - hub.carried_to(self.clock.boottime_s())).total_seconds()

    @property
    def replica_age_s(self) -> float | None:
        """Seconds since the hub last said that the replica is whole, as it was last written down (each minute);
        None: not known, or not in this boot."""
        at_s = self.clock.boottime_s()
        _, whole_s = recalled(self._readable_trust(), self.clock.boot_id(), at_s)
        return None if whole_s is None else max(0.0, at_s - whole_s)

    def _readable_trust(self) -> SavedTrust | None:
        try:
            return self.saved_trust
        except (DamagedFile, OSError):
            return None

    def is_readable(self) -> bool:
        """Whether this user may look into the folder at all."""
        return self.state_dir.is_dir() and os.access(self.state_dir, os.R_OK | os.X_OK)


def _filled_in(configuration: Configuration) -> Configuration:
    try:
        return fill_in(configuration)
    except BoardError:
        return configuration
