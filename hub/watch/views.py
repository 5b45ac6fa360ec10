"""The page of the fleet, and one of each edge in figures, for staff who may view edges."""

from typing import Any, Final

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.html import format_html_join
from django.utils.safestring import SafeString

from hub.fleet.models import Edge
from hub.fleet.paging import number_of
from hub.fleet.standing import Light, elapsed_text
from hub.watch.doors import doors_shown
from hub.watch.history import HOURS
from hub.watch.judging import Judged
from hub.watch.queries import PICTURE_SLOTS, FleetShown, edge_shown, fleet_shown

DOTS_FROM: Final = 12
"""Fewer edges than that are seen without a map of them."""
MANY: Final = 200
"""Their dots are smaller."""
_WORDS: Final = {
    Light.RED: "not there or in alarm",
    Light.AMBER: "in trouble",
    Light.GREEN: "well",
    Light.GREY: "revoked",
}
"""In the order in which they are shown."""
_UNWATCHED: Final = "not known"


def fleet_page(request: HttpRequest) -> TemplateResponse:
    """Inside the admin, which has asked who it is. 403: may not view edges."""
    if not request.user.has_perm("fleet.view_edge"):
        raise PermissionDenied
    asked, at = request.GET, timezone.now()
    light = asked.get("light", "") if asked.get("light") in set(Light) else ""
    fleet = fleet_shown(at, asked.get("q", ""), light, number_of(asked.get("page", "")))
    context = {
        **admin.site.each_context(request),
        "title": "Fleet",
        "fleet": fleet,
        "chips": _chips(fleet, light),
        "dots": _dots(fleet.all) if len(fleet.all) >= DOTS_FROM else "",
        "many": len(fleet.all) > MANY,
        "light": light,
        "looked_for": asked.get("q", ""),
        "at": at,
        "picture_slots": PICTURE_SLOTS,
        "trouble": fleet.workers.trouble,
    }
    return TemplateResponse(request, "watch/fleet.html", context)


def edge_page(request: HttpRequest, name: str) -> TemplateResponse:
    """One edge in figures. 403: may not view edges. 404: there is none."""
    if not request.user.has_perm("fleet.view_edge"):
        raise PermissionDenied
    at = timezone.now()
    try:
        figures = edge_shown(name, at)
    except Edge.DoesNotExist as error:
        raise Http404(f"there is no edge {name}") from error
    told = figures.told
    context = {
        **admin.site.each_context(request),
        "title": f"Figures of {name}",
        "each": figures.shown,
        "told": told,
        "doors": doors_shown(figures.shown.edge, told),
        "told_ago": "" if told is None else elapsed_text((at - told.received_at).total_seconds()),
        "up": "" if told is None else elapsed_text(told.uptime_s),
        "counters": [] if told is None else sorted(told.counters.items(), key=lambda item: (-item[1], item[0])),
        "history": figures.history,
        "hours": HOURS,
        "at": at,
    }
    return TemplateResponse(request, "watch/edge.html", context)


def _chips(fleet: FleetShown, chosen: str) -> list[dict[str, Any]]:
    """What stands on top: how many edges have each light. Who clicks one sees these alone, or all again."""
    told = [light for light in Light if light is not Light.GREY or fleet.lights[light]]
    return [
        {
            "light": light.value,
            "count": fleet.lights[light],
            "word": _UNWATCHED if light is Light.GREY and fleet.workers.trouble else _WORDS[light],
            "chosen": light.value == chosen,
        }
        for light in sorted(told, key=list(_WORDS).index)
    ]


def _dots(fleet: list[Judged]) -> SafeString:
    """Here rather than in the template, where a thousand of them took longer than all the rest."""
    named = ((each.light.value, each.edge.name, each.standing.word) for each in fleet)
    return format_html_join("", '<i class="{}" title="{}: {}"></i>', named)
