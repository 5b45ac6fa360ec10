"""What a grant means, in sentences with dates: beside the fields that say it, and on pages.

The dates are those of hub/decisions/course.py; nothing is worked out here.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import NamedTuple

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from contract.billing import BillingInterval
from contract.hours import Site
from contract.limits import Limit
from hub.decisions.course import AT_ONCE_MAX, USES_MAX, Course, Time, course_of
from hub.fleet import rows as fleet_rows
from hub.fleet.models import Site as StoredSite
from hub.instants import weekday_instant
from hub.members import limit_words


class Means(NamedTuple):
    """`said`: the limits read back, in words."""

    said: str
    sentences: list[str]


class Ground:
    """What all grants of a page have in common: the first site's calendar, as at the desk, and the instant."""

    def __init__(self, at: datetime) -> None:
        self._at = at
        stored = StoredSite.objects.order_by("pk").prefetch_related("holidays").first()
        self._site = Site() if stored is None else fleet_rows.site_of(stored, stored.holidays.all())

    def means(self, limits: Sequence[Limit], billing: BillingInterval | None) -> Means:
        course = course_of(tuple(limits), billing, self._site, self._at)
        return Means(limit_words.said(limits) or _("as often as they like"), list(_sentences(course)))


def _sentences(course: Course) -> Iterator[str]:
    if course.left is None:
        yield _("Nothing is counted, so nothing is used up.")
        return
    yield _("Left now: %(left)s.") % {"left": course.left}
    if course.times[0].uses < AT_ONCE_MAX:
        yield _first(course)
    if len(course.times) > 2:
        yield _("After that: %(times)s.") % {"times": "; ".join(_told(each) for each in course.times[2:])}
    if len(course.times) > 1 or course.left >= AT_ONCE_MAX:
        yield _year(course)
    if course.free_at_other_partner:
        yield _("At another partner it is there at once: each one counts by itself.")
    if course.free_at_other_site:
        yield _("At another site it is there at once: each one counts by itself.")


def _first(course: Course) -> str:
    first, following = course.times[0], course.times[1:]
    told = {"count": first.uses, "at": _day_and_time(following[0].at) if following else ""}
    if not following:
        said = ngettext(
            "Used now, never again with this membership.",
            "Used %(count)s times now, never again with this membership.",
            first.uses,
        )
    else:
        said = ngettext(
            "If it is used now: again on %(at)s.",
            "If it is used %(count)s times now: again on %(at)s.",
            first.uses,
        )
    return said % told


def _year(course: Course) -> str:
    if course.is_more:
        more = _("More than %(most)s times in the year from now.")
        more_here = _("More than %(most)s times here in the year from now.")
        return (more_here if course.is_of_one_place else more) % {"most": USES_MAX}
    said = ngettext(
        "At most %(count)s time in the year from now.",
        "At most %(count)s times in the year from now.",
        course.in_year,
    )
    said_here = ngettext(
        "At most %(count)s time here in the year from now.",
        "At most %(count)s times here in the year from now.",
        course.in_year,
    )
    return (said_here if course.is_of_one_place else said) % {"count": course.in_year}


def _told(time: Time) -> str:
    if time.uses == 1:
        return _day_and_time(time.at)
    return _("%(at)s (%(count)s times)") % {"at": _day_and_time(time.at), "count": time.uses}


def _day_and_time(at: datetime) -> str:
    return weekday_instant(timezone.localtime(at))
