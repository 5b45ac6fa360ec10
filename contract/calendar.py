"""A site's calendar: when its days, weeks, months and years begin, over daylight saving and leap days.

A site's day begins at `day_starts_minute` of the local clock (a bar's day may begin at 6:00), its week on
`week_starts_on`. Where a local time does not exist (clocks go forward), the instant that follows the gap is meant;
where it exists twice, the earlier one. Periods are half open, [start, next).
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from functools import lru_cache
from io import BytesIO
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from contract.errors import ContractError

DAY_MINUTES = 24 * 60
_DAY = timedelta(days=1)
_NO_PLACES: Final = frozenset({"localtime", "posixrules", "Factory"})
"""In the time zone files of many systems, and something else on each."""
_COUNTS: Final = (0, 0, 0, 0, 1, 4)
_UTC_FILE: Final = (
    b"TZif" + bytes(16) + b"".join(each.to_bytes(4, "big") for each in _COUNTS) + bytes(6) + b"UTC\0"
)
_UTC: Final = "UTC"
"""Known on a machine without time zone files too: it is what counts where nothing else is said."""


class CalendarError(ContractError):
    """A time zone that is not known, or a day or week that begins at no such time."""


class Unit(StrEnum):
    """What a calendar counts in."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    YEAR = "year"


@dataclass(frozen=True, slots=True)
class Calendar:
    """`zone` is an IANA name; `week_starts_on` 0 (Monday) to 6; `day_starts_minute` 0 to 1439."""

    zone: str = "UTC"
    week_starts_on: int = 0
    day_starts_minute: int = 0

    def __post_init__(self) -> None:
        zone_of(self.zone)
        if not 0 <= self.week_starts_on <= 6:
            raise CalendarError(f"a week starts on day 0 (Monday) to 6 (Sunday), not {self.week_starts_on}")
        if not 0 <= self.day_starts_minute < DAY_MINUTES:
            raise CalendarError(f"a day starts at minute 0 to 1439, not {self.day_starts_minute}")


@lru_cache(maxsize=64)
def zone_of(name: str) -> ZoneInfo:
    """The time zone of an IANA name. CalendarError: it is none, or this machine has no file of it."""
    if name in _NO_PLACES:
        raise CalendarError(
            f"{name!r} is no time zone, but what a machine is set to: name one, like Europe/Berlin or UTC"
        )
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        if name == _UTC:
            return ZoneInfo.from_file(BytesIO(_UTC_FILE), key=_UTC)
        raise CalendarError(f"{name!r} is no time zone: names are like Europe/Berlin or UTC") from error


def instant_of(local: datetime, zone: ZoneInfo, later: bool = False) -> datetime:
    """The instant of a local time without a zone. Of two, the earlier one, or the later where `later`."""
    guess = local.replace(tzinfo=zone, fold=int(later)).astimezone(UTC)
    if guess.astimezone(zone).replace(tzinfo=None, fold=0) == local:
        return guess
    return _end_of_gap(local, zone)


def day_of(calendar: Calendar, at: datetime) -> date:
    """The site's day that `at` belongs to."""
    zone = zone_of(calendar.zone)
    day = (at.astimezone(zone).replace(tzinfo=None) - timedelta(minutes=calendar.day_starts_minute)).date()
    # A clock that was put back shows a time before the day's start once more, after the day has begun.
    return day + _DAY if at >= day_start(calendar, day + _DAY) else day


def day_start(calendar: Calendar, day: date) -> datetime:
    local = datetime.combine(day, datetime.min.time()) + timedelta(minutes=calendar.day_starts_minute)
    return instant_of(local, zone_of(calendar.zone))


def period_at(calendar: Calendar, unit: Unit, at: datetime) -> tuple[datetime, datetime]:
    """[start, next) of the day, week, month or year that `at` lies in."""
    day = day_of(calendar, at)
    match unit:
        case Unit.DAY:
            first, following = day, day + _DAY
        case Unit.WEEK:
            first = day - timedelta(days=(day.weekday() - calendar.week_starts_on) % 7)
            following = first + timedelta(days=7)
        case Unit.MONTH:
            first = day.replace(day=1)
            following = add_months(first, 1)
        case Unit.YEAR:  # pragma: no branch
            first, following = date(day.year, 1, 1), date(day.year + 1, 1, 1)
    return day_start(calendar, first), day_start(calendar, following)


def add_months(day: date, months: int) -> date:
    """The same day of the month, or that month's last day where it has no such day (January 31st -> February)."""
    years, month = divmod(day.month - 1 + months, 12)
    year, month = day.year + years, month + 1
    return date(year, month, min(day.day, _days_in(year, month)))


def _days_in(year: int, month: int) -> int:
    following = date(year + month // 12, month % 12 + 1, 1)
    return (following - date(year, month, 1)).days


def _end_of_gap(local: datetime, zone: ZoneInfo) -> datetime:
    """The instant at which the clock jumped over `local`."""
    before = local.replace(tzinfo=zone, fold=1).astimezone(UTC)
    after = local.replace(tzinfo=zone, fold=0).astimezone(UTC)
    offset_after = after.astimezone(zone).utcoffset()
    while after - before > timedelta(seconds=1):
        middle = (before + (after - before) / 2).replace(microsecond=0)
        if middle.astimezone(zone).utcoffset() == offset_after:
            after = middle
        else:
            before = middle
    return after
