"""A light with its word, and instants as people read them: for the templates of every face. Knows no domain."""

from datetime import datetime
from typing import Any

from django import template
from django.utils import timezone
from django.utils.dateformat import format as dated
from django.utils.html import format_html
from django.utils.safestring import SafeString

from hub.instants import begins_a_day, day_form, instant_form, last_instant, second_form

register = template.Library()


@register.simple_tag
def light(colour: str, text: Any, kind: str = "") -> SafeString:
    """A light with its text beside it. `colour`: green, amber, red or grey; `kind`: big, or nothing."""
    return format_html(
        '<span class="light {} {}"><i aria-hidden="true"></i><span>{}</span></span>', colour, kind, text
    )


@register.filter
def instant(at: datetime | None) -> str | SafeString:
    """As in `3 Mar 2026, 12:00`, in the zone that is set; a dash where there is none."""
    return _time(at, instant_form())


@register.filter
def second(at: datetime) -> str | SafeString:
    """As in `3 Mar 2026, 12:00:30`, in the zone that is set."""
    return _time(at, second_form())


@register.filter
def day(at: datetime | None) -> str | SafeString:
    """As in `3 Mar 2026`; with its time of day where that does not begin it."""
    return "-" if at is None else _time(at, _day_form_of(at))


@register.filter
def day_text(at: datetime) -> str:
    """The same without markup, for sentences and plain texts."""
    return dated(timezone.localtime(at), _day_form_of(at))


@register.filter
def last_day(end: datetime | None) -> str | SafeString:
    """Of what ends at `end`, which is excluded: as in `2 Mar 2026` for the midnight that begins 3 Mar."""
    if end is None:
        return "-"
    return format_html('<time datetime="{}">{}</time>', timezone.localtime(end).isoformat(), last_day_text(end))


@register.filter
def last_day_text(end: datetime) -> str:
    """The same without markup, for sentences and plain texts."""
    return dated(last_instant(timezone.localtime(end)), _day_form_of(end))


def _day_form_of(at: datetime) -> str:
    return day_form() if begins_a_day(timezone.localtime(at)) else instant_form()


def _time(at: datetime | None, form: str) -> str | SafeString:
    if at is None:
        return "-"
    local = timezone.localtime(at)
    return format_html('<time datetime="{}">{}</time>', local.isoformat(), dated(local, form))
