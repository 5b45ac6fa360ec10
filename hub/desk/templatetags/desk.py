"""What the desk's templates ask for: the menu, a light, instants as people read them."""

from datetime import datetime
from typing import Any, Final

from django import template
from django.utils import timezone
from django.utils.dateformat import format as dated
from django.utils.functional import Promise
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy, pgettext_lazy

from hub.desk.lockdowns import banner_html
from hub.desk.menu import menu_of
from hub.instants import day_form, instant_form, second_form
from hub.members.queries import CardState

register = template.Library()
_CARD_WORDS: Final[dict[CardState, str | Promise]] = {
    CardState.LIVE: gettext_lazy("Live"),
    CardState.NOT_YET_VALID: gettext_lazy("Not yet valid"),
    CardState.EXPIRED: gettext_lazy("Not valid any more"),
    CardState.REVOKED: pgettext_lazy("a card", "Revoked"),
}


@register.inclusion_tag("desk/menu.html", takes_context=True)
def desk_menu(context: template.Context) -> dict[str, Any]:
    request = context["request"]
    return {"groups": menu_of(request.user, request.path), "user": request.user}


@register.inclusion_tag("desk/fleet/banner.html", takes_context=True)
def desk_lockdowns(context: template.Context) -> dict[str, Any]:
    text, mark = banner_html(context["request"])
    return {"banner": text, "mark": mark}


@register.simple_tag
def light(colour: str, text: Any, kind: str = "") -> SafeString:
    """A light with its text beside it. `colour`: green, amber, red or grey; `kind`: big, or nothing."""
    return format_html(
        '<span class="light {} {}"><i aria-hidden="true"></i><span>{}</span></span>', colour, kind, text
    )


@register.filter
def card_colour(state: str) -> str:
    """The light of a card's state."""
    return {"live": "green", "not yet valid": "amber"}.get(state, "red")


@register.filter
def card_word(state: str) -> str | Promise:
    """What stands beside that light."""
    return _CARD_WORDS[CardState(state)]


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
    """As in `3 Mar 2026`; with its time of day where that is not midnight."""
    if at is None or timezone.localtime(at).time() != datetime.min.time():
        return instant(at)
    return _time(at, day_form())


def day_text(at: datetime) -> str:
    """The same without markup, for sentences."""
    local = timezone.localtime(at)
    return dated(local, day_form() if local.time() == datetime.min.time() else instant_form())


def _time(at: datetime | None, form: str) -> str | SafeString:
    if at is None:
        return "-"
    local = timezone.localtime(at)
    return format_html('<time datetime="{}">{}</time>', local.isoformat(), dated(local, form))


@register.simple_tag
def zone_name() -> str:
    """As in `Europe/Berlin`."""
    return timezone.get_current_timezone_name()
