"""What stands around a reader, in an edge's configuration: pins, their levels, and the times of a door.

Pure. Pins are BCM numbers. What a door does with them is edge/core/door.py's affair.
"""

from collections.abc import Iterator
from enum import StrEnum
from typing import Annotated, Final

from msgspec import Meta

from contract.misfits import Misfit
from contract.scanner_configuration import Scanner
from contract.topics import Slug

Pin = Annotated[int, Meta(ge=0, le=27)]
HELD_OPEN_SECONDS_MAX: Final = 3_600


class Level(StrEnum):
    """Of a pin: what a relay needs to be on, and what a contact reads in the state that its field names."""

    HIGH = "high"
    LOW = "low"


class Wired(Scanner, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A scanner and what is wired to pins beside it.

    Outputs: `pulse_seconds` is how long a grant holds the relay and the granted lamp; the caution lamp is lit
    where it is "not now" or "scan again" rather than no, where a grant comes with a warning, and while the hub is
    asked; `alarm_pin` is on while the door has an alarm. Each `…_active` is the level at which that output is on
    (None: as the relay board has it, for the relay and whatever is on one of its channels; else high).

    Inputs: contacts between a pin and ground, pulled up inside, so that an open circuit reads high.
    `contact_open` is what the door's own contact reads while the door is open, each `…_active` what the others
    read in the state that they are named for. `request_to_exit_pin` and `fire_pin` only sense what cut the
    lock's power in hardware. A level counts once it has stood for `debounce_seconds`; a door that was let open
    has an alarm after `held_open_seconds`; `interlock` names the door that has to be shut before this one
    opens.

    `door` names the reader whose door this one opens too, as the one on its other side: its relay for its
    `pulse_seconds`, with its contact and all that is sensed of it.
    """

    door: Slug | None = None
    pulse_seconds: Annotated[float, Meta(ge=0.1, le=60)] = 5.0
    relay_pin: Pin | None = None
    relay_active: Level | None = None
    granted_lamp_pin: Pin | None = None
    granted_lamp_active: Level | None = None
    denied_lamp_pin: Pin | None = None
    denied_lamp_active: Level | None = None
    caution_lamp_pin: Pin | None = None
    caution_lamp_active: Level | None = None
    buzzer_pin: Pin | None = None
    buzzer_active: Level | None = None
    alarm_pin: Pin | None = None
    alarm_active: Level | None = None
    contact_pin: Pin | None = None
    contact_open: Level = Level.HIGH
    request_to_exit_pin: Pin | None = None
    request_to_exit_active: Level = Level.LOW
    tamper_pin: Pin | None = None
    tamper_active: Level = Level.HIGH
    fire_pin: Pin | None = None
    fire_active: Level = Level.HIGH
    held_open_seconds: Annotated[int, Meta(ge=1, le=HELD_OPEN_SECONDS_MAX)] = 30
    debounce_seconds: Annotated[float, Meta(ge=0.005, le=1)] = 0.05
    interlock: Slug | None = None


OUTPUTS: Final = ("relay", "granted_lamp", "denied_lamp", "caution_lamp", "buzzer", "alarm")
OUTPUT_FIELDS: Final = tuple(f"{each}_pin" for each in OUTPUTS)
INPUT_FIELDS: Final = ("contact_pin", "request_to_exit_pin", "tamper_pin", "fire_pin")
PIN_FIELDS: Final = (*OUTPUT_FIELDS, *INPUT_FIELDS)
A_PIN: Final = "a GPIO number, 0 to 27 (BCM)"
_A_LEVEL: Final = '"high" or "low"'
ALLOWED_OF_DOOR: Final = {
    "pulse_seconds": "0.1 to 60 seconds",
    **dict.fromkeys(PIN_FIELDS, A_PIN),
    **{f"{each}_active": f"{_A_LEVEL}: the level at which the {each.replace('_', ' ')} is on" for each in OUTPUTS},
    "contact_open": f"{_A_LEVEL}: what the door contact reads while the door is open",
    "request_to_exit_active": f"{_A_LEVEL}: what it reads while somebody asks to go out",
    "tamper_active": f"{_A_LEVEL}: what it reads while the case is open",
    "fire_active": f"{_A_LEVEL}: what it reads while the fire release has cut the lock's power",
    "held_open_seconds": f"1 to {HELD_OPEN_SECONDS_MAX} whole seconds",
    "debounce_seconds": "0.005 to 1 seconds",
    "interlock": "the name of another door of this edge that has a contact_pin",
    "door": "the name of another reader of this edge, a door that has a relay_pin",
}
OF_A_DOOR: Final = (
    "door",
    "relay_pin",
    "relay_active",
    "alarm_pin",
    "alarm_active",
    "contact_pin",
    "request_to_exit_pin",
    "fire_pin",
    "interlock",
)


def active_field(output_field: str) -> str:
    """Which says the level at which the output of `output_field` is on."""
    return output_field.removesuffix("_pin") + "_active"


def misfits_of_shared_door(wired: Wired) -> Iterator[Misfit]:
    """What is said once, of the door itself."""
    for field in OF_A_DOOR:
        if wired.door is not None and field != "door" and (value := getattr(wired, field)) is not None:
            yield Misfit(field, f"is {value}", f'left out where door is: it is said at "{wired.door}"')


def misfits_of_interlock(wired: Wired, name: str) -> Iterator[Misfit]:
    """Of the door `name` by itself; contract/configuration.py sees the other one."""
    if wired.interlock is None:
        return
    if wired.interlock == name:
        yield Misfit("interlock", f'is "{name}"', ALLOWED_OF_DOOR["interlock"])
    if wired.contact_pin is None:
        yield Misfit("contact_pin", "is missing", f"there where interlock is, {A_PIN}")
