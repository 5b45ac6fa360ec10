"""How an instant travels: Unix microseconds, as an integer. In the rules it is an aware UTC datetime.

Integers, since a float loses microseconds and a text form has more than one spelling (the set digest needs
one). Leap seconds do not exist here, as in POSIX time.
"""

from datetime import UTC, datetime, timedelta
from typing import Annotated

from msgspec import Meta

from contract.errors import ContractError

InstantUs = Annotated[int, Meta(ge=-(2**55), le=2**57)]
"""When something happened, in Unix microseconds. The years 828 to 6536: a limit's window still fits around it."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


class InstantError(ContractError):
    """An instant without a time zone, or outside the years 1 to 9999."""


def to_us(at: datetime) -> int:
    """Unix microseconds of an aware instant, exact."""
    if at.utcoffset() is None:
        raise InstantError(f"{at.isoformat()} has no time zone: an instant is aware")
    return (at - _EPOCH) // _MICROSECOND


def from_us(us: int) -> datetime:
    """The aware UTC instant of Unix microseconds, exact."""
    try:
        return _EPOCH + timedelta(microseconds=us)
    except OverflowError as error:
        raise InstantError(f"{us} microseconds lie outside the years 1 to 9999") from error
