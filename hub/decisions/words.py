"""Instants, durations and things of the domain in words, for whoever reads an explanation. Pure."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Final

from contract.calendar import zone_of
from contract.hours import Schedule, Site, Window, windows_on
from contract.limits import Limit
from hub.fleet import hours_text
from hub.members import limits_text

_UNITS: Final = (("day", 86_400), ("hour", 3_600), ("minute", 60), ("second", 1))


def instant(at: datetime, zone: str) -> str:
    """As in `Sun 1 Mar 2026, 19:30:00 (Europe/Berlin), 18:30:00 UTC`; the UTC day where it is another one."""
    local = at.astimezone(zone_of(zone))
    utc = at.astimezone(UTC)
    if zone == "UTC":
        return f"{_day(utc)}, {utc:%H:%M:%S} UTC"
    other_day = "" if utc.date() == local.date() else f"{_day(utc)}, "
    return f"{_day(local)}, {local:%H:%M:%S} ({zone}), {other_day}{utc:%H:%M:%S} UTC"


def day(at: datetime, zone: str) -> str:
    return _day(at.astimezone(zone_of(zone)))


def duration(elapsed: timedelta) -> str:
    """In its two largest units, as in `7 days` or `1 hour 30 minutes`."""
    seconds = int(elapsed.total_seconds())
    parts = []
    for unit, size in _UNITS:
        if count := seconds // size:
            parts.append(f"{count} {unit}" + ("" if count == 1 else "s"))
        seconds %= size
    return " ".join(parts[:2]) or "less than a second"


def times(count: int) -> str:
    return "once" if count == 1 else f"{count} times"


def reason(code: str) -> str:
    return code.replace("_", " ")


def limit(limited: Limit) -> str:
    return limits_text.encode([limited])


def limits(limited: Iterable[Limit]) -> str:
    return limits_text.encode(limited)


def hours_on(schedule: Schedule, site: Site, at: datetime) -> str:
    """The hours of the site's day of `at`, and those of the day before where they reach into it."""
    today = at.astimezone(zone_of(site.calendar.zone)).date()
    said = hours_text.encode(windows_on(schedule, site, today))
    night = [each for each in windows_on(schedule, site, today - timedelta(days=1)) if _crosses_midnight(each)]
    return f"{said} (and from the evening before: {hours_text.encode(night)})" if night else said


def listed(names: Iterable[str]) -> str:
    return ", ".join(sorted(names)) or "none"


def _crosses_midnight(window: Window) -> bool:
    return window.end_minute <= window.start_minute


def _day(at: datetime) -> str:
    return f"{at:%a} {at.day} {at:%b %Y}"
