"""What a reader's door is set to now: by hand at the hub, by hand in the configuration, or unlocked by hours.

Pure. The first that applies; `mode` is what it was set to at the hub (contract.orders.Modes):

  | case                                                        | posture    | why              |
  |-------------------------------------------------------------|------------|------------------|
  | mode: lockdown                                              | lockdown   | mode             |
  | mode: anything else, and the reader is enabled              | mode       | mode             |
  | configured: lockdown                                        | lockdown   | configured       |
  | the reader is disabled                                      | secure     | reader_disabled  |
  | configured: unlocked, or no hours are configured            | configured | configured       |
  | no whole replica                                            | configured | not_ready        |
  | the clock is unknown                                        | configured | clock_unknown    |
  | no site is configured, its row or the schedule's is missing | configured | hours_unknown    |
  | within the hours                                            | unlocked   | hours            |
  | else                                                        | configured | hours            |

A counter has no door: it takes lockdown and secure as its mode, and passes over the others. So whatever is not
known leaves a door as it is without hours, nothing but a mode unlocks it in a lockdown of the configuration, and
nothing at all in one by mode.

Who opens another reader's door (`door`) is in lockdown with it, whatever says so, and holds nothing open: as its
mode it takes lockdown and secure.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from contract.ask import Posture
from contract.feed import Kind, schedule_key, site_key
from contract.gathering import StoredRow
from contract.hours import Schedule, Site, is_open
from contract.orders import Modes
from contract.plan_rows import schedule_of, site_of
from contract.reader_configuration import Reader, ReaderKind
from contract.trust import ClockState


class Why(StrEnum):
    """Why a posture is what it is."""

    MODE = "mode"
    CONFIGURED = "configured"
    READER_DISABLED = "reader_disabled"
    NOT_READY = "not_ready"
    CLOCK_UNKNOWN = "clock_unknown"
    HOURS_UNKNOWN = "hours_unknown"
    HOURS = "hours"


_STAND_OPEN: Final = (Posture.UNLOCKED, Posture.FREE)
NOT_FOLLOWED: Final = frozenset((Why.NOT_READY, Why.CLOCK_UNKNOWN, Why.HOURS_UNKNOWN))
"""There are hours, and they cannot be gone by."""


@dataclass(frozen=True, slots=True)
class DoorSetting:
    """`posture` is the configured one; `schedule` names the hours that unlock it, at `site`; `mode` goes above."""

    posture: Posture
    enabled: bool = True
    schedule: str | None = None
    site: str | None = None
    mode: Posture | None = None


@dataclass(frozen=True, slots=True)
class Hours:
    schedule: Schedule
    site: Site


@dataclass(frozen=True, slots=True)
class Standing:
    """What is known at an instant: whether there is a whole replica, and the hours in it; None: none that fit."""

    ready: bool
    hours: Hours | None
    clock: ClockState
    at: datetime


def setting_of(reader: Reader, site: str | None, mode: Posture | None) -> DoorSetting:
    """What the door of a reader at `site` is set to, `mode` at the hub."""
    passed_over = reader.kind is ReaderKind.COUNTER and mode in _STAND_OPEN
    return DoorSetting(
        reader.posture, reader.enabled, reader.unlocked_schedule, site, None if passed_over else mode
    )


def mode_of(reader: Reader, door: Reader | None, modes: Modes | None) -> Posture | None:
    """What `modes` set a reader to; None: to nothing. `door` is the one that its `door` names, if it is there."""
    own = None if modes is None else modes.of(reader.name)
    if reader.door is None:
        return own
    if door is not None and _is_locked(setting_of(door, None, None if modes is None else modes.of(door.name))):
        return Posture.LOCKDOWN
    return None if own in _STAND_OPEN else own


def hours_of(rows: Iterable[StoredRow], setting: DoorSetting) -> Hours | None:
    """The hours that `setting` names, from rows of sites and schedules; None: one is missing.

    FeedError: a row does not fit its kind.
    """
    if setting.schedule is None or setting.site is None:
        return None
    bodies = {(kind, key): body for kind, key, _, body in rows}
    schedule = bodies.get((Kind.SCHEDULE, schedule_key(setting.schedule)))
    site = bodies.get((Kind.SITE, site_key(setting.site)))
    return None if schedule is None or site is None else Hours(schedule_of(schedule), site_of(site))


def names_missing(rows: Iterable[StoredRow], setting: DoorSetting) -> tuple[str, ...]:
    """Of the site and the schedule that `setting` names, as `site NAME`, those that `rows` do not hold."""
    keys = {(kind, key) for kind, key, _, _ in rows}
    missing = []
    if setting.site is not None and (Kind.SITE, site_key(setting.site)) not in keys:
        missing.append(f"site {setting.site}")
    if setting.schedule is not None and (Kind.SCHEDULE, schedule_key(setting.schedule)) not in keys:
        missing.append(f"schedule {setting.schedule}")
    return tuple(missing)


def posture_of(setting: DoorSetting, now: Standing) -> tuple[Posture, Why]:
    """The table above."""
    if setting.mode is not None and _is_set_by_mode(setting):
        return setting.mode, Why.MODE
    configured = setting.posture
    if configured is Posture.LOCKDOWN:
        return configured, Why.CONFIGURED
    if not setting.enabled:
        return Posture.SECURE, Why.READER_DISABLED
    if configured is Posture.UNLOCKED or setting.schedule is None:
        return configured, Why.CONFIGURED
    if not now.ready:
        return configured, Why.NOT_READY
    if now.clock is ClockState.UNKNOWN:
        return configured, Why.CLOCK_UNKNOWN
    if now.hours is None:
        return configured, Why.HOURS_UNKNOWN
    unlocked = is_open(now.hours.schedule, now.hours.site, now.at)
    return Posture.UNLOCKED if unlocked else configured, Why.HOURS


def _is_locked(setting: DoorSetting) -> bool:
    return (setting.mode if _is_set_by_mode(setting) else setting.posture) is Posture.LOCKDOWN


def _is_set_by_mode(setting: DoorSetting) -> bool:
    return setting.mode is Posture.LOCKDOWN or (setting.mode is not None and setting.enabled)
