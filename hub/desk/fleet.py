"""The fleet for staff: every edge with its light, the worst first, with what is wrong and what to do about it.

The page keeps up by itself: it asks for its inside again, which `_shown` answers with.
"""

from typing import Any, Final

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from hub.desk.answers import page
from hub.desk.gate import desk
from hub.fleet.models import Edge
from hub.fleet.paging import number_of
from hub.fleet.standing import Light
from hub.watch.judging import Judged
from hub.watch.queries import NEVER, PICTURE_SLOTS, FleetShown, fleet_shown

DOTS_FROM: Final = 12
"""Fewer edges than that are seen without a map of them."""
MANY: Final = 200
"""Their dots are smaller."""
_WORDS: Final[dict[str, str | Promise]] = {
    Light.RED.value: _("not there or in alarm"),
    Light.AMBER.value: _("in trouble"),
    Light.GREEN.value: _("well"),
    Light.GREY.value: _("revoked"),
    NEVER: _("never heard of"),
}
"""In the order in which they are shown."""
_UNWATCHED: Final = _("not known")


@desk("fleet.view_edge")
def fleet_page(request: HttpRequest) -> HttpResponse:
    """`q`: part of a name; `light`: one light's alone, or those that were never heard of."""
    asked, at = request.GET, timezone.now()
    light = asked.get("light", "") if asked.get("light") in _WORDS else ""
    fleet = fleet_shown(at, asked.get("q", ""), light, number_of(asked.get("page", "")))
    context = {
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
    return live_page(request, "desk/fleet/now", context)


@desk("fleet.view_edge")
def edge_by_name(request: HttpRequest, name: str) -> HttpResponse:
    """For addresses that name an edge."""
    edge = get_object_or_404(Edge, name=name)
    return HttpResponseRedirect(reverse("desk:edge", args=[edge.pk]))


def live_page(request: HttpRequest, template: str, context: dict[str, Any], status: int = 200) -> HttpResponse:
    """The page of that name, or where it asks for itself again, its inside."""
    if request.htmx and request.method == "GET":
        return TemplateResponse(request, f"{template}_part.html", context)
    return page(request, f"{template}.html", status, **context)


def _chips(fleet: FleetShown, chosen: str) -> list[dict[str, Any]]:
    """What stands on top: how many edges have each light. Who clicks one sees these alone, or all again."""
    counts = {**fleet.lights, NEVER: fleet.never}
    told = [each for each in _WORDS if counts[each] or each not in (Light.GREY.value, NEVER)]
    unwatched = bool(fleet.workers.trouble)
    return [
        {
            "light": each,
            "count": counts[each],
            "word": _UNWATCHED if each == Light.GREY.value and unwatched else _WORDS[each],
            "chosen": each == chosen,
        }
        for each in told
    ]


def _dots(fleet: list[Judged]) -> SafeString:
    """Here rather than in the template, where a thousand of them took longer than all the rest."""
    named = ((each.light.value, each.edge.name, each.standing.word) for each in fleet)
    return format_html_join("", '<i class="{}" title="{}: {}"></i>', named)
