"""What catches the eye on a list of check-ins: marks beside those that something is the matter with, and times."""

from datetime import datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from django.contrib import admin
from django.db.models import F, Q, QuerySet
from django.http import HttpRequest
from django.utils.functional import Promise
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from hub import instants
from hub.checkins.models import CheckIn
from hub.checkins.places import zone_name
from hub.checkins.undoing import is_undone

_FOUND_BY: Final = {
    "over_limit": Q(over_limit=True),
    "undone": Q(undone=True),
    "voided": Q(voided_at__isnull=False, undone=False),
    "inside_already": Q(inside_already=True),
    "clock_ahead": Q(counts_at__lt=F("at")),
}
TEXTS: Final = {
    "over_limit": gettext_lazy("over the limit"),
    "undone": pgettext_lazy("a check-in", "undone"),
    "voided": pgettext_lazy("a check-in", "voided"),
    "inside_already": gettext_lazy("inside already"),
    "clock_ahead": gettext_lazy("clock ahead"),
    "undo": pgettext_lazy("a check-in", "undo"),
}
_COLOUR_OF: Final = {
    "over_limit": "orange",
    "undone": "base",
    "voided": "base",
    "inside_already": "blue",
    "clock_ahead": "orange",
    "undo": "base",
}
_COLOURS: Final = {
    "orange": "bg-orange-100 text-orange-700 dark:bg-orange-500/20 dark:text-orange-400",
    "base": "bg-base-100 text-base-700 dark:bg-base-500/20 dark:text-base-200",
    "blue": "bg-blue-100 text-blue-700 dark:bg-blue-500/20 dark:text-blue-400",
}
_PILL: Final = '<span class="inline-block font-semibold rounded-default px-2 py-1 text-[11px] {}">{}</span>'


class MarkFilter(admin.SimpleListFilter):
    title = gettext_lazy("mark")
    parameter_name = "mark"

    def lookups(self, *_args: Any) -> list[tuple[str, Promise]]:
        return [(name, TEXTS[name]) for name in _FOUND_BY]

    def queryset(self, _request: HttpRequest, queryset: QuerySet[CheckIn]) -> QuerySet[CheckIn]:
        found_by = _FOUND_BY.get(self.value() or "")
        return queryset if found_by is None else queryset.filter(found_by)


def names_of(checkin: CheckIn, undid: CheckIn | None = None) -> list[str]:
    """The marks that it has, of TEXTS; `undid`: the check-in that it undid."""
    undone = is_undone(checkin)
    has = {
        "over_limit": checkin.over_limit,
        "undone": undone,
        "voided": checkin.voided_at is not None and not undone,
        "inside_already": checkin.inside_already,
        "clock_ahead": checkin.counts_at < checkin.at,
        "undo": undid is not None,
    }
    return [name for name in TEXTS if has[name]]


def marks_of(checkin: CheckIn, undid: CheckIn | None = None) -> SafeString:
    shown = [(_COLOURS[_COLOUR_OF[name]], TEXTS[name]) for name in names_of(checkin, undid)]
    return format_html_join(" ", _PILL, shown)


def struck_if_voided(checkin: CheckIn, text: str) -> str | SafeString:
    return text if checkin.voided_at is None else format_html("<s>{}</s>", text)


def void_text(checkin: CheckIn) -> str:
    """When, by whom and why, where it is voided."""
    if checkin.voided_at is None:
        return _("no")
    told = {
        "at": instant_text(checkin, checkin.voided_at),
        "reader": checkin.reader,
        "by": checkin.voided_by,
        "why": checkin.void_reason,
    }
    if is_undone(checkin):
        return _("undone at the reader %(reader)s at %(at)s") % told
    if checkin.voided_by is None:
        return f"{told['at']}: {told['why']}"
    return _("%(at)s by %(by)s: %(why)s") % told


def instant_text(checkin: CheckIn, at: datetime) -> str:
    """By the clock on the wall where it happened."""
    return instants.precise(at.astimezone(ZoneInfo(zone_name(checkin))))
