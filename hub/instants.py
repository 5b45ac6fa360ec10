"""Which instants are taken from people, and how they are written in the reader's language: the forms stand here
once. Knows nothing of the domain.

What writes one takes it in the zone that it is to be told in.
"""

from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Final

from django.utils.dateformat import format as dated
from django.utils.translation import pgettext

YEARS: Final = range(1900, 3000)
"""What is asked of people lies in them: every such instant has a clock on the wall in every zone, and room for a
billing period or a freeze on either side."""


def day_form() -> str:
    """In letters of Django's date filter."""
    return pgettext("how a day is written, in letters of Django's date filter", "j M Y")


def instant_form() -> str:
    """In letters of Django's date filter."""
    return pgettext("how a day and time are written, in letters of Django's date filter", "j M Y, H:i")


def second_form() -> str:
    """In letters of Django's date filter."""
    return pgettext(
        "how a day and time to the second are written, in letters of Django's date filter", "j M Y, H:i:s"
    )


def begin_of_day(day: date, zone: tzinfo) -> datetime:
    """Its midnight; where clocks go forward then, the instant that follows; where there are two, the first."""
    return datetime.combine(day, time(), zone).astimezone(UTC).astimezone(zone)


def begins_a_day(local: datetime) -> bool:
    """`local`: of the zone that its days are of."""
    return local == begin_of_day(local.date(), local.tzinfo) and not local.fold


def last_instant(local: datetime) -> datetime:
    """Of what ends at `local`, which is excluded: the day before where that begins a day, since people read of a
    day that something holds until its end; else that time of day."""
    return local - timedelta(days=1) if begins_a_day(local) else local


def day_of_week(local: datetime) -> str:
    """As in `Sun 1 Mar 2026`."""
    return dated(
        local, pgettext("how a day of the week is written, in letters of Django's date filter", "D j M Y")
    )


def day_of_year(local: datetime) -> str:
    """As in `24 December`."""
    return dated(local, pgettext("how a day of any year is written, in letters of Django's date filter", "j F"))


def instant(local: datetime) -> str:
    """As in `1 Mar 2026, 19:30`."""
    return dated(local, instant_form())


def weekday_instant(local: datetime) -> str:
    """As in `Sun 1 Mar 2026, 19:30`."""
    return dated(
        local,
        pgettext("how a time of a day of the week is written, in letters of Django's date filter", "D j M Y, H:i"),
    )


def precise(local: datetime) -> str:
    """To the second, with the zone, as in `2026-03-01 19:30:00 CET`."""
    return dated(
        local,
        pgettext("how a second is written, in letters of Django's date filter", "Y-m-d H:i:s T"),
    )


def minute(local: datetime) -> str:
    """With the zone, as in `2026-03-01 19:30 CET`."""
    return dated(
        local,
        pgettext("how a minute is written, in letters of Django's date filter", "Y-m-d H:i T"),
    )
