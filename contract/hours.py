"""Hours: weekly windows with dated and yearly exceptions, in the time zone of the site where they are asked about.

A window belongs to the day it starts on and may cross midnight. Its start is included, its end is not; 24:00 is a
valid end. Where clocks change, a window begins at the earlier and ends at the later of two like local times, so
that a night of 25 hours shortens nobody's time; a time that does not exist means the end of the gap.
"""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from contract.calendar import DAY_MINUTES, Calendar, instant_of, zone_of
from contract.errors import ContractError

_DAY = timedelta(days=1)
_A_LEAP_YEAR = 2024


class HoursError(ContractError):
    """Hours that cannot be meant; the message says what is allowed."""


@dataclass(frozen=True, slots=True, order=True)
class Window:
    """From `start_minute` (0 to 1439) to `end_minute` of the local clock; an end that is not after the start lies
    on the next day. 1440 is 24:00."""

    start_minute: int
    end_minute: int

    def __post_init__(self) -> None:
        if not 0 <= self.start_minute < DAY_MINUTES:
            raise HoursError(f"a window starts at minute 0 to 1439 of the day, not {self.start_minute}")
        if not 0 <= self.end_minute <= DAY_MINUTES:
            raise HoursError(f"a window ends at minute 0 to 1440 of the day, not {self.end_minute}")
        if self.start_minute == self.end_minute:
            raise HoursError("a window that starts and ends at the same minute: the whole day is 0 to 1440")


@dataclass(frozen=True, slots=True, order=True)
class WeeklyWindow:
    """`weekday` 0 (Monday) to 6 (Sunday): the day the window starts on."""

    weekday: int
    window: Window

    def __post_init__(self) -> None:
        if not 0 <= self.weekday <= 6:
            raise HoursError(f"a weekday is 0 (Monday) to 6 (Sunday), not {self.weekday}")


@dataclass(frozen=True, slots=True)
class ExceptionDay:
    """Other hours on one day, instead of the weekly ones; no windows: closed. `year` None: every year."""

    month: int
    day: int
    year: int | None = None
    windows: tuple[Window, ...] = ()

    def __post_init__(self) -> None:
        try:
            # February 29th may be excepted every year that has one.
            date(_A_LEAP_YEAR if self.year is None else self.year, self.month, self.day)
        except ValueError as error:
            year = "every year" if self.year is None else self.year
            raise HoursError(f"there is no day {self.day} of month {self.month} ({year})") from error

    def is_on(self, day: date) -> bool:
        return (self.month, self.day) == (day.month, day.day) and self.year in (None, day.year)


@dataclass(frozen=True, slots=True)
class Site:
    """Where readers stand: the calendar by which its days count, and its holidays."""

    calendar: Calendar = field(default_factory=Calendar)
    holidays: tuple[ExceptionDay, ...] = ()


@dataclass(frozen=True, slots=True)
class Schedule:
    """Hours. An exception of one date goes before a yearly one, and both before a holiday of the site.

    `observes_holidays`: on a holiday the holiday's windows hold, mostly none.
    """

    weekly: tuple[WeeklyWindow, ...] = ()
    exceptions: tuple[ExceptionDay, ...] = ()
    observes_holidays: bool = False


def is_open(schedule: Schedule, site: Site, at: datetime) -> bool:
    """Whether `at` lies in one of the schedule's windows at `site`."""
    local_day = at.astimezone(zone_of(site.calendar.zone)).date()
    # A window that crosses midnight belongs to the day before. One of the day after may have begun where a clock
    # is put back over midnight (St. John's did so at 0:01).
    return any(
        _covers(site, day, window, at)
        for day in (local_day - _DAY, local_day, local_day + _DAY)
        for window in windows_on(schedule, site, day)
    )


def windows_on(schedule: Schedule, site: Site, day: date) -> tuple[Window, ...]:
    """The windows that start on `day`."""
    holidays = site.holidays if schedule.observes_holidays else ()
    # Two exceptions of one day: the narrower opening, whatever their order.
    for exceptions in (schedule.exceptions, holidays):
        on_day = [each for each in exceptions if each.is_on(day)]
        if on_day:
            return min(on_day, key=lambda each: (each.year is None, each.windows)).windows
    return tuple(each.window for each in schedule.weekly if each.weekday == day.weekday())


def _covers(site: Site, day: date, window: Window, at: datetime) -> bool:
    zone = zone_of(site.calendar.zone)
    midnight = datetime.combine(day, datetime.min.time())
    end_minute = window.end_minute + (DAY_MINUTES if window.end_minute <= window.start_minute else 0)
    start = instant_of(midnight + timedelta(minutes=window.start_minute), zone)
    end = instant_of(midnight + timedelta(minutes=end_minute), zone, later=True)
    return start <= at < end
