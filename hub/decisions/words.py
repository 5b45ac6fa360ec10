"""Instants, durations and things of the domain in words, for whoever reads an explanation. Pure."""

from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from typing import Final

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from contract.calendar import zone_of
from contract.hours import Schedule, Site, Window, windows_on
from contract.limits import Limit
from contract.membership import Detail
from contract.reasons import Reason
from hub import instants
from hub.contract_words import said_of
from hub.fleet import hours_words
from hub.members import limit_words

_UNITS: Final[tuple[tuple[Callable[[int], str], int], ...]] = (
    (lambda count: ngettext("%(count)s day", "%(count)s days", count), 86_400),
    (lambda count: ngettext("%(count)s hour", "%(count)s hours", count), 3_600),
    (lambda count: ngettext("%(count)s minute", "%(count)s minutes", count), 60),
    (lambda count: ngettext("%(count)s second", "%(count)s seconds", count), 1),
)


def instant(at: datetime, zone: str) -> str:
    """As in `Sun 1 Mar 2026, 19:30:00 (Europe/Berlin), 18:30:00 UTC`; the UTC day where it is another one."""
    local = at.astimezone(zone_of(zone))
    utc = at.astimezone(UTC)
    if zone == "UTC":
        return f"{instants.day_of_week(utc)}, {utc:%H:%M:%S} UTC"
    other_day = "" if utc.date() == local.date() else f"{instants.day_of_week(utc)}, "
    return f"{instants.day_of_week(local)}, {local:%H:%M:%S} ({zone}), {other_day}{utc:%H:%M:%S} UTC"


def day(at: datetime, zone: str) -> str:
    return instants.day_of_week(at.astimezone(zone_of(zone)))


def duration(elapsed: timedelta) -> str:
    """In its two largest units, as in `7 days` or `1 hour 30 minutes`."""
    seconds = int(elapsed.total_seconds())
    parts = []
    for said, size in _UNITS:
        if count := seconds // size:
            parts.append(said(count) % {"count": count})
        seconds %= size
    return " ".join(parts[:2]) or _("less than a second")


def reason(code: str) -> str:
    """Of a reason, or of the detail of a membership."""
    return said_of(Reason if code in set(Reason) else Detail, code)


def limit(limited: Limit) -> str:
    return limit_words.said([limited])


def limits(limited: Iterable[Limit]) -> str:
    return limit_words.said(limited)


def hours_on(schedule: Schedule, site: Site, at: datetime) -> str:
    """The hours of the site's day of `at`, and those of the day before where they reach into it."""
    today = at.astimezone(zone_of(site.calendar.zone)).date()
    said = hours_words.said(windows_on(schedule, site, today))
    night = [each for each in windows_on(schedule, site, today - timedelta(days=1)) if _crosses_midnight(each)]
    if not night:
        return said
    return _("%(hours)s (and from the evening before: %(night)s)") % {
        "hours": said,
        "night": hours_words.said(night),
    }


def listed(names: Iterable[str]) -> str:
    return ", ".join(sorted(names)) or _("none")


def _crosses_midnight(window: Window) -> bool:
    return window.end_minute <= window.start_minute
