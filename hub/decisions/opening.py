"""When a schedule holds at a site: what held on a day and why, and when it opens next, in words. Pure."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Final, NamedTuple

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from contract.calendar import instant_of, zone_of
from contract.hours import ExceptionDay, Schedule, Site, is_open, windows_on
from hub import instants
from hub.fleet import hours_words

SEARCHED_DAYS: Final = 14
_DAY: Final = timedelta(days=1)

_ON_WEEKDAYS: Final = (
    gettext_lazy("%(said)s on Mondays"),
    gettext_lazy("%(said)s on Tuesdays"),
    gettext_lazy("%(said)s on Wednesdays"),
    gettext_lazy("%(said)s on Thursdays"),
    gettext_lazy("%(said)s on Fridays"),
    gettext_lazy("%(said)s on Saturdays"),
    gettext_lazy("%(said)s on Sundays"),
)

Names = Mapping[tuple[int, int, int | None], str]
"""By month, day and year (None: every year)."""


class Special(NamedTuple):
    """A day that has other hours than its weekday: an exception of the schedule, or the site's holiday."""

    day: ExceptionDay
    is_holiday: bool


class Named(NamedTuple):
    """`site`: its name. `holidays` and `exceptions`: what people call these days."""

    site: str | None
    holidays: Names
    exceptions: Names


def special_on(schedule: Schedule, site: Site, day: date) -> Special | None:
    """The one that windows_on goes by; None: the weekday's hours hold."""
    holidays = site.holidays if schedule.observes_holidays else ()
    for days, is_holiday in ((schedule.exceptions, False), (holidays, True)):
        found = [each for each in days if each.is_on(day)]
        if found:
            return Special(min(found, key=lambda each: (each.year is None, each.windows)), is_holiday)
    return None


def special_text(special: Special, named: Named) -> str:
    """As in `a holiday at clubhouse (Christmas Day)`."""
    names = named.holidays if special.is_holiday else named.exceptions
    name = names.get((special.day.month, special.day.day, special.day.year))
    kind = _("a holiday at %(site)s") % {"site": named.site} if special.is_holiday else _("an exceptional day")
    return f"{kind} ({name})" if name else kind


def hours_text_of(schedule: Schedule, site: Site, at: datetime, named: Named) -> str:
    """As in `closed on Sundays`, or `open 10:00-12:00 on 24 December, a holiday at clubhouse`."""
    day = local_day(site, at)
    windows = windows_on(schedule, site, day)
    said = pgettext("hours", "closed")
    if windows:
        said = _("open %(hours)s") % {"hours": hours_words.said(windows)}
    special = special_on(schedule, site, day)
    if special is None:
        return str(_ON_WEEKDAYS[day.weekday()]) % {"said": said}
    return _("%(said)s on %(day)s, %(special)s") % {
        "said": said,
        "day": instants.day_of_year(datetime.combine(day, datetime.min.time())),
        "special": special_text(special, named),
    }


def next_opening(schedule: Schedule, site: Site, at: datetime) -> datetime | None:
    """The next instant after `at` at which a window begins, within 14 days; None: there is none."""
    today, zone = local_day(site, at), zone_of(site.calendar.zone)
    for number in range(-1, SEARCHED_DAYS + 1):
        day = today + number * _DAY
        midnight = datetime.combine(day, datetime.min.time())
        starts = (
            instant_of(midnight + timedelta(minutes=window.start_minute), zone)
            for window in windows_on(schedule, site, day)
        )
        found = [start for start in starts if start > at and is_open(schedule, site, start)]
        if found:
            return min(found)
    return None


def local_day(site: Site, at: datetime) -> date:
    return at.astimezone(zone_of(site.calendar.zone)).date()
