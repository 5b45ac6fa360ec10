"""What catches the eye on a list of check-ins: marks beside those that something is the matter with, and times."""

from datetime import datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from hub.checkins.models import CheckIn

_MARKS: Final = {
    "over_limit": ("over the limit", Q(over_limit=True), "orange"),
    "voided": ("voided", Q(voided_at__isnull=False), "base"),
    "inside_already": ("inside already", Q(inside_already=True), "blue"),
}
_COLOURS: Final = {
    "orange": "bg-orange-100 text-orange-700 dark:bg-orange-500/20 dark:text-orange-400",
    "base": "bg-base-100 text-base-700 dark:bg-base-500/20 dark:text-base-200",
    "blue": "bg-blue-100 text-blue-700 dark:bg-blue-500/20 dark:text-blue-400",
}
_PILL: Final = '<span class="inline-block font-semibold rounded-default px-2 py-1 text-[11px] {}">{}</span>'


class MarkFilter(admin.SimpleListFilter):
    title = "mark"
    parameter_name = "mark"

    def lookups(self, *_: Any) -> list[tuple[str, str]]:
        return [(name, text) for name, (text, _, _) in _MARKS.items()]

    def queryset(self, _request: HttpRequest, queryset: QuerySet[CheckIn]) -> QuerySet[CheckIn]:
        mark = _MARKS.get(self.value() or "")
        return queryset if mark is None else queryset.filter(mark[1])


def marks_of(checkin: CheckIn) -> SafeString:
    shown = [
        (_COLOURS[colour], text)
        for name, (text, _, colour) in _MARKS.items()
        if (checkin.voided_at is not None if name == "voided" else getattr(checkin, name))
    ]
    return format_html_join(" ", _PILL, shown)


def struck_if_voided(checkin: CheckIn, text: str) -> str | SafeString:
    return text if checkin.voided_at is None else format_html("<s>{}</s>", text)


def void_text(checkin: CheckIn) -> str:
    """When, by whom and why, where it is voided."""
    if checkin.voided_at is None:
        return "no"
    by = "" if checkin.voided_by is None else f" by {checkin.voided_by}"
    return f"{instant_text(checkin, checkin.voided_at)}{by}: {checkin.void_reason}"


def instant_text(checkin: CheckIn, at: datetime) -> str:
    """By the clock on the wall where it happened."""
    return f"{at.astimezone(ZoneInfo(checkin.edge.site.time_zone)):%Y-%m-%d %H:%M:%S %Z}"
