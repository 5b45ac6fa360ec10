"""What the desk's templates ask for beside what all faces do: the menu, lockdowns, the words of a card's state."""

from typing import Any, Final

from django import template
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy, pgettext_lazy

from hub.desk.lockdowns import banner_html
from hub.desk.menu import menu_of
from hub.members.queries import CardState
from hub.templatetags import faces

register = template.Library()
register.tags.update(faces.register.tags)
register.filters.update(faces.register.filters)
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


@register.filter
def card_colour(state: str) -> str:
    """The light of a card's state."""
    return {"live": "green", "not yet valid": "amber"}.get(state, "red")


@register.filter
def card_word(state: str) -> str | Promise:
    """What stands beside that light."""
    return _CARD_WORDS[CardState(state)]


@register.simple_tag
def zone_name() -> str:
    """As in `Europe/Berlin`."""
    return timezone.get_current_timezone_name()
