"""What is asked: a permission at a reader, the reader's policy, and the circumstances of the scan.

These travel in each check-in, with what says nothing special left out, so that its decision can be replayed.
"""

from datetime import timedelta
from enum import StrEnum
from typing import Annotated, Final

from msgspec import Meta, Struct

from contract.errors import ContractError
from contract.topics import Slug
from contract.trust import ClockState

PASSBACK_SECONDS_MAX: Final = 7 * 86_400
REPLICA_AGE_SECONDS_MAX: Final = 366 * 86_400


class PolicyError(ContractError):
    """A reader's policy that cannot be meant; the message says what is allowed."""


class Mode(StrEnum):
    """What a scan does at a reader: `identify` shows and counts nothing, `redeem` uses a limited benefit up."""

    IDENTIFY = "identify"
    REDEEM = "redeem"


class Posture(StrEnum):
    """What a door is set to, by hours or by hand."""

    SECURE = "secure"
    """Whoever may, passes."""
    UNLOCKED = "unlocked"
    """It stands open; a scan is recorded."""
    FREE = "free"
    """Any readable scan opens, and is recorded."""
    LOCKDOWN = "lockdown"
    """Only who has the permission for it passes."""


class Codes(StrEnum):
    """Which codes a reader takes."""

    STATIC = "static"
    """The card's code is enough; a rotating one's digits are passed over."""
    ROTATING = "rotating"
    """Only codes with the digits of now, and static ones while the clock is unknown."""
    ROTATING_STRICTLY = "rotating_strictly"
    """Only codes with the digits of now; none while the clock is unknown."""


class Direction(StrEnum):
    """Which way a door's reader lets through, into its area or out of it."""

    IN = "in"
    OUT = "out"


class Passback(StrEnum):
    """What happens to who comes in twice without having gone out (anti-passback)."""

    OFF = "off"
    SOFT = "soft"
    """It is granted, and flagged."""
    HARD = "hard"
    """It is denied."""


class Contact(StrEnum):
    """How the hub can be reached for this decision."""

    ONLINE = "online"
    """It answered lately, and has the whole journal: a benefit that asks for it is to be confirmed first."""
    OFFLINE = "offline"
    """It did not, or not in time: each benefit's offline rule holds."""
    CONFIRMED = "confirmed"
    """It has confirmed this redemption; at the hub itself, always."""


class Policy(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a reader is set to, the same for all its scans.

    `partner_said`: whoever scans says that they are at `partner`, and nobody knows them: it counts as that one's,
    and gives what is for approved partners only where the grant lets anybody say so.
    `signed_in`: somebody who is known stands at it; not so at a phone's scan page that anybody opened.
    `visitors_redeem`: limited benefits may be used up there nevertheless. `clock`: the worst state of the clock
    that is taken. `replica_age_seconds_max` None: however old. `passback_seconds`: after how long a forgotten way
    out counts as gone; None: never. `lockdown_permission`: who has it passes in a lockdown; None: nobody does.
    """

    enabled: bool = True
    site: Slug | None = None
    partner: Slug | None = None
    signed_in: bool = True
    visitors_redeem: bool = False
    codes: Codes = Codes.STATIC
    clock: ClockState = ClockState.UNKNOWN
    replica_age_seconds_max: Annotated[int, Meta(ge=1, le=REPLICA_AGE_SECONDS_MAX)] | None = None
    area: Slug | None = None
    direction: Direction = Direction.IN
    passback: Passback = Passback.OFF
    passback_seconds: Annotated[int, Meta(ge=1, le=PASSBACK_SECONDS_MAX)] | None = None
    lockdown_permission: Slug | None = None
    partner_said: bool = False

    def __post_init__(self) -> None:
        if self.area is None and (self.passback is not Passback.OFF or self.direction is not Direction.IN):
            raise PolicyError("anti-passback and a way out need an area that they are about")
        if self.passback is Passback.OFF and self.passback_seconds is not None:
            raise PolicyError("a time after which anti-passback is reset needs anti-passback, soft or hard")

    @property
    def passback_reset(self) -> timedelta | None:
        return None if self.passback_seconds is None else timedelta(seconds=self.passback_seconds)

    def takes_replica_of(self, age_s: float | None) -> bool:
        """`age_s` None: it cannot be known, which is older than any limit."""
        limit = self.replica_age_seconds_max
        return limit is None or (age_s is not None and age_s <= limit)


class Circumstances(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What was the case when somebody asked.

    `digits`: of a rotating code, as they were read; left out of the repr, which ends in logs. `replica_age_s`:
    elapsed time in seconds since the replica was known to be whole and up to date; None: that cannot be known.
    """

    readable: bool = True
    posture: Posture = Posture.SECURE
    digits: Annotated[str, Meta(max_length=16)] | None = None
    clock: ClockState = ClockState.SYNCED
    replica_age_s: Annotated[float, Meta(ge=0)] | None = 0.0
    contact: Contact = Contact.ONLINE

    def __repr__(self) -> str:
        said = ((name, getattr(self, name)) for name in self.__struct_fields__ if name != "digits")
        return f"Circumstances({', '.join(f'{name}={value!r}' for name, value in said)})"


class Ask(Struct, frozen=True, kw_only=True):
    """May this card have `permission`, at a reader with this policy, under these circumstances?"""

    permission: str
    mode: Mode = Mode.REDEEM
    policy: Policy = Policy()
    circumstances: Circumstances = Circumstances()
