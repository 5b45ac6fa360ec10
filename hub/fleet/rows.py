"""From what the database holds to what the contract means, and to rows of the feed: sites, schedules, readers."""

from collections.abc import Iterable

from contract import ask, hours, plan_rows
from contract.calendar import Calendar
from contract.feed import Change
from contract.trust import ClockState
from hub.fleet import hours_text
from hub.fleet.hours_models import WEEKDAYS, ExceptionDay, Schedule
from hub.fleet.models import Reader, Site

_HOUR_MINUTES = 60


def site_row(site: Site) -> Change:
    """Reads its holidays anew."""
    return plan_rows.site_change(site.name, site_of(site, site.holidays.order_by("month", "day", "year")))


def schedule_row(schedule: Schedule) -> Change:
    """Reads its exceptions anew."""
    exceptions = schedule.exceptions.order_by("month", "day", "year")
    return plan_rows.schedule_change(schedule.slug, schedule_of(schedule, exceptions))


def site_of(site: Site, holidays: Iterable[ExceptionDay]) -> hours.Site:
    """The site as the rules see it, with these holidays. ContractError: a zone or a day cannot be."""
    return hours.Site(calendar_of(site), tuple(map(exception_day, holidays)))


def calendar_of(site: Site) -> Calendar:
    """contract.calendar.CalendarError: its zone is none."""
    day_starts_minute = site.day_starts_at.hour * _HOUR_MINUTES + site.day_starts_at.minute
    return Calendar(site.time_zone, site.week_starts_on, day_starts_minute)


def schedule_of(schedule: Schedule, exceptions: Iterable[ExceptionDay]) -> hours.Schedule:
    """The schedule as the rules see it, with these exceptions. HoursTextError: hours are no hours."""
    weekly = tuple(
        hours.WeeklyWindow(weekday, window)
        for weekday, name in enumerate(WEEKDAYS)
        for window in hours_text.parse(getattr(schedule, name))
    )
    return hours.Schedule(weekly, tuple(map(exception_day, exceptions)), schedule.observes_holidays)


def exception_day(day: ExceptionDay) -> hours.ExceptionDay:
    return hours.ExceptionDay(day.month, day.day, day.year, hours_text.parse(day.windows))


def policy_of(reader: Reader) -> ask.Policy:
    """The policy that decisions at the reader go by: select its edge's site and its partner along with many."""
    passing = reader.lockdown_permission
    return ask.Policy(
        enabled=reader.enabled,
        site=reader.edge.site.name,
        partner=None if reader.partner is None else reader.partner.slug,
        signed_in=reader.attended,
        codes=ask.Codes(reader.codes),
        clock=ClockState(reader.clock),
        replica_age_seconds_max=reader.replica_age_seconds_max,
        area=reader.area or None,
        direction=ask.Direction(reader.direction),
        passback=ask.Passback(reader.passback),
        passback_seconds=reader.passback_seconds,
        lockdown_permission=None if passing is None else passing.slug,
    )
