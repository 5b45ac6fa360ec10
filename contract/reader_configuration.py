"""One reader of an edge's configuration: what its section may say, and what cannot be meant together.

Pure. Knows nothing of the text it came from: contract/configuration.py says in which section a misfit stands.
"""

from collections.abc import Iterator
from enum import StrEnum
from typing import Annotated, Final

from msgspec import Meta

from contract.ask import (
    PASSBACK_SECONDS_MAX,
    REPLICA_AGE_SECONDS_MAX,
    Codes,
    Direction,
    Mode,
    Passback,
    Policy,
    Posture,
)
from contract.door_configuration import (
    A_PIN,
    ALLOWED_OF_DOOR,
    OF_A_DOOR,
    PIN_FIELDS,
    Wired,
    misfits_of_interlock,
    misfits_of_shared_door,
)
from contract.misfits import Misfit
from contract.scanner_configuration import ALLOWED_OF_SCANNER, misfits_of_scanner
from contract.topics import Slug
from contract.trust import ClockState

RESCAN_SECONDS_MAX: Final = 60
ROTATING_RESCAN_SECONDS: Final = 5.0
"""A used step is not taken again; who holds a phone there a moment longer sees the first answer once more."""
BENEFITS_MAX: Final = 20


class ReaderKind(StrEnum):
    DOOR = "door"
    COUNTER = "counter"


class ScreenName(StrEnum):
    """What a counter's screen shows of who was scanned."""

    FULL = "full"
    FIRST = "first"
    NONE = "none"


class Reader(Wired, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One scanner, what stands around it, what it serves and by which policy.

    `confirm_seconds` is how long the hub is given to confirm; `rescan_seconds` how long the same code repeats its
    first outcome (None: as its codes are best served). `unlocked_schedule` holds a door open by hours; a card with
    `undo_permission` undoes a counter's last redemption. At a counter's screen staff may choose among `benefits`
    instead of `permission`, and it shows `screen_name`. What the other words mean stands at contract.ask.Policy.
    """

    name: Slug
    kind: ReaderKind
    permission: Slug
    mode: Mode = Mode.REDEEM
    enabled: bool = True
    partner: Slug | None = None
    attended: bool = True
    codes: Codes = Codes.STATIC
    clock: ClockState = ClockState.UNKNOWN
    replica_age_seconds_max: Annotated[int, Meta(ge=1, le=REPLICA_AGE_SECONDS_MAX)] | None = None
    area: Slug | None = None
    direction: Direction = Direction.IN
    passback: Passback = Passback.OFF
    passback_seconds: Annotated[int, Meta(ge=1, le=PASSBACK_SECONDS_MAX)] | None = None
    lockdown_permission: Slug | None = None
    posture: Posture = Posture.SECURE
    unlocked_schedule: Slug | None = None
    confirm_seconds: Annotated[float, Meta(ge=0.1, le=10)] = 1.0
    rescan_seconds: Annotated[float, Meta(ge=0, le=RESCAN_SECONDS_MAX)] | None = None
    undo_permission: Slug | None = None
    benefits: Annotated[tuple[Slug, ...], Meta(max_length=BENEFITS_MAX)] = ()
    screen_name: ScreenName = ScreenName.FIRST

    @property
    def pins(self) -> dict[str, int]:
        """The pins it has, by field."""
        return {field: pin for field in PIN_FIELDS if (pin := getattr(self, field)) is not None}

    @property
    def rescan_s(self) -> float:
        if self.rescan_seconds is not None:
            return self.rescan_seconds
        return 0.0 if self.codes is Codes.STATIC else ROTATING_RESCAN_SECONDS


_A_NAME: Final = "a name: 1 to 32 of a-z, 0-9 and -, not beginning with -"
_EITHER: Final = "true or false, without quotes"

ALLOWED: Final = {
    **ALLOWED_OF_SCANNER,
    **ALLOWED_OF_DOOR,
    "name": _A_NAME,
    "permission": _A_NAME,
    "kind": '"door" or "counter"',
    "mode": '"redeem" or "identify"',
    "enabled": _EITHER,
    "partner": f"a partner's name at the hub, {_A_NAME}",
    "attended": f"{_EITHER}: whether somebody who is known stands at it",
    "codes": '"static", "rotating" or "rotating_strictly"',
    "clock": '"synced", "holdover" or "unknown": the worst state of the clock that is taken',
    "replica_age_seconds_max": f"1 to {REPLICA_AGE_SECONDS_MAX} whole seconds (366 days)",
    "area": _A_NAME,
    "direction": '"in" or "out"',
    "passback": '"off", "soft" or "hard"',
    "passback_seconds": f"1 to {PASSBACK_SECONDS_MAX} whole seconds (7 days)",
    "lockdown_permission": f"a permission, {_A_NAME}",
    "posture": '"secure", "unlocked", "free" or "lockdown"',
    "unlocked_schedule": f"a schedule's name at the hub, {_A_NAME}",
    "confirm_seconds": "0.1 to 10 seconds",
    "rescan_seconds": f"0 to {RESCAN_SECONDS_MAX} seconds",
    "undo_permission": f"a permission, {_A_NAME}",
    "benefits": f"permissions that staff may choose among, {BENEFITS_MAX} at most, each {_A_NAME}",
    "screen_name": '"full", "first" or "none": what of a name the screen shows',
}
NUMBERS: Final = (
    "baud",
    "pulse_seconds",
    "silence_seconds",
    "held_open_seconds",
    "debounce_seconds",
    *PIN_FIELDS,
    "replica_age_seconds_max",
    "passback_seconds",
    "confirm_seconds",
    "rescan_seconds",
)


def policy_of(reader: Reader, site: str | None) -> Policy:
    """What decisions go by at this reader, which stands at `site`. The reader fits (`misfits`)."""
    return Policy(
        enabled=reader.enabled,
        site=site,
        partner=reader.partner,
        signed_in=reader.attended,
        codes=reader.codes,
        clock=reader.clock,
        replica_age_seconds_max=reader.replica_age_seconds_max,
        area=reader.area,
        direction=reader.direction,
        passback=reader.passback,
        passback_seconds=reader.passback_seconds,
        lockdown_permission=reader.lockdown_permission,
    )


def misfits(reader: Reader) -> Iterator[Misfit]:
    """What does not fit together, in one reader."""
    yield from misfits_of_scanner(reader)
    yield from _misfits_of_place(reader)
    yield from _misfits_of_door(reader) if reader.kind is ReaderKind.DOOR else _misfits_of_counter(reader)


def _misfits_of_door(reader: Reader) -> Iterator[Misfit]:
    if reader.relay_pin is None and reader.door is None:
        yield Misfit("relay_pin", "is missing", f"there for a door, {A_PIN}")
    yield from misfits_of_shared_door(reader)
    if reader.door is not None and reader.posture is Posture.UNLOCKED:
        yield Misfit("posture", 'is "unlocked"', f'said at "{reader.door}", which holds the door')
    if reader.door is not None and reader.unlocked_schedule is not None:
        says = f'is "{reader.unlocked_schedule}"'
        yield Misfit("unlocked_schedule", says, f'said at "{reader.door}", which holds the door')
    if reader.interlock is not None and reader.direction is Direction.OUT:
        yield Misfit(
            "interlock", f'is "{reader.interlock}"', 'left out where direction is "out": nobody is kept in'
        )
    if reader.benefits:
        yield Misfit("benefits", f"is {list(reader.benefits)}", "left out for a door")
    yield from misfits_of_interlock(reader, reader.name)
    if reader.undo_permission is not None:
        yield Misfit(
            "undo_permission", f'is "{reader.undo_permission}"', "left out for a door: who passed, passed"
        )


def _misfits_of_counter(reader: Reader) -> Iterator[Misfit]:
    for field in OF_A_DOOR:
        if (value := getattr(reader, field)) is not None:
            yield Misfit(field, f"is {value}", "left out for a counter")
    if reader.undo_permission in reader.benefits:
        yield Misfit("undo_permission", f'is "{reader.undo_permission}"', "none of its benefits")
    if reader.posture in (Posture.UNLOCKED, Posture.FREE):
        yield Misfit("posture", f'is "{reader.posture}"', '"secure" or "lockdown" for a counter')
    if reader.unlocked_schedule is not None:
        yield Misfit("unlocked_schedule", f'is "{reader.unlocked_schedule}"', "left out for a counter")
    if reader.undo_permission == reader.permission:
        yield Misfit("undo_permission", f'is "{reader.undo_permission}"', "another than the reader's permission")


def _misfits_of_place(reader: Reader) -> Iterator[Misfit]:
    if reader.area is None and reader.passback is not Passback.OFF:
        yield Misfit("area", "is missing", f'there where passback is "{reader.passback}", {_A_NAME}')
    if reader.area is None and reader.direction is Direction.OUT:
        yield Misfit("area", "is missing", f'there where direction is "out", {_A_NAME}')
    if reader.passback is not Passback.OFF and reader.direction is Direction.OUT:
        yield Misfit("passback", f'is "{reader.passback}"', '"off" on the way out: nobody is kept in')
    if reader.passback is Passback.OFF and reader.passback_seconds is not None:
        yield Misfit(
            "passback_seconds", f"is {reader.passback_seconds}", 'left out where passback is "off" (the default)'
        )
