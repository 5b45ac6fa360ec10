"""Reading the fleet: readers by name, and a schedule as a site's days show it."""

from collections.abc import Collection, Iterable
from datetime import date, datetime
from typing import NamedTuple

from django.db.models import QuerySet

from contract.ask import Codes
from contract.calendar import zone_of
from contract.hours import is_open
from hub.feed.models import Feed
from hub.fleet import rows
from hub.fleet.hours_models import ExceptionDay, Schedule
from hub.fleet.models import Reader, Site
from hub.fleet.picture import DayShown, days_shown

PICTURE_DAYS = 14


class ScheduleShown(NamedTuple):
    """A schedule at a site; `named` says of a day why its hours are others than the week's."""

    site: Site
    days: list[DayShown]
    named: dict[date, str]
    today: date
    open_now: bool


def readers_of(edges: Collection[str]) -> set[tuple[str, str]]:
    """(edge, reader) by name, of all readers that these edges have at the hub."""
    return set(Reader.objects.filter(edge__name__in=edges).values_list("edge__name", "name"))


def readers_asking_for(plan_id: int) -> int:
    """How many readers that run ask for something that this plan grants."""
    running = Reader.objects.filter(enabled=True, edge__revoked_at=None)
    return running.filter(permission__grants__plan=plan_id).count()


def readers_without_secrets() -> QuerySet[Reader]:
    """Those that ask for rotating codes of an edge whose feed does not carry the secrets."""
    asking = Reader.objects.exclude(codes=Codes.STATIC.value)
    return asking.filter(edge__feed__rotating=False).select_related("edge__feed")


def readers_asking_for_secrets(feeds: Iterable[Feed]) -> list[Reader]:
    """Those that ask for rotating codes of edges that follow these feeds."""
    asking = Reader.objects.exclude(codes=Codes.STATIC.value)
    return list(asking.filter(edge__feed__in=feeds).select_related("edge"))


def schedule_shown(schedule: Schedule, site: Site, at: datetime, first: date | None = None) -> ScheduleShown:
    """Fourteen days from `first` on, or from the site's today at `at`."""
    exceptions, holidays = list(schedule.exceptions.all()), list(site.holidays.all())
    meant, place = rows.schedule_of(schedule, exceptions), rows.site_of(site, holidays)
    today = at.astimezone(zone_of(site.time_zone)).date()
    days = days_shown(meant, place, first or today, PICTURE_DAYS)
    other_days = [exceptions, holidays if schedule.observes_holidays else []]
    named = {each.day: name for each in days if (name := _name_of(each.day, other_days))}
    return ScheduleShown(site, days, named, today, is_open(meant, place, at))


def _name_of(day: date, other_days: list[list[ExceptionDay]]) -> str | None:
    """Exceptions go before holidays, and a date before the same day of every year."""
    for days in other_days:
        found = [each for each in days if rows.exception_day(each).is_on(day)]
        if found:
            chosen = min(found, key=lambda each: each.year is None)
            return chosen.name or chosen._meta.verbose_name
    return None
