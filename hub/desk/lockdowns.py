"""The red banner on every page of the desk while a lockdown is set: where, since when, by whom, and its end.

It keeps up by itself as long as it stands; where nothing has changed nothing is read aloud again.
"""

import zlib
from collections.abc import Iterator
from typing import Any, NamedTuple
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone

from hub.access.roles import is_partners
from hub.desk.gate import desk
from hub.orders.banner import Banner, banner_at
from hub.orders.mode_lines import fields_of
from hub.orders.models import ModeOrder
from hub.orders.places import Place
from hub.orders.telling import origin_text, place_text


class Lockdown(NamedTuple):
    """`origin` as in "since 2026-03-03 12:00 CET, by owner"."""

    place: str
    origin: str
    end_address: str


def banner_html(request: HttpRequest) -> tuple[str, str]:
    """The banner, and a mark of what it says; both empty for who has no role here, or works for a partner."""
    user = request.user
    if not (user.is_authenticated and user.get_all_permissions()) or is_partners(user):
        return "", ""
    found = banner_at(timezone.now())
    if not found.is_shown:
        return "", ""
    context: dict[str, Any] = {**found.words, "set": [*_shown(found)], "more": found.more, "request": request}
    context["may_end"] = request.user.has_perm("orders.set_mode")
    context["may_look"] = request.user.has_perm("fleet.view_edge")
    text = render_to_string("desk/fleet/lockdowns.html", context)
    return text, f"{zlib.crc32(text.encode()):08x}"


@desk()
def lockdowns_part(request: HttpRequest) -> HttpResponse:
    """`shown`: what is seen there now. 204: that is so still."""
    text, mark = banner_html(request)
    if mark and request.GET.get("shown") == mark:
        return HttpResponse(status=204)
    return HttpResponse(render_to_string("desk/fleet/banner.html", {"banner": text, "mark": mark}))


def _shown(found: Banner) -> Iterator[Lockdown]:
    for order in found.orders:
        fields = urlencode({"posture": "clear", **fields_of(_place_of(order))})
        yield Lockdown(place_text(order), origin_text(order), f"{reverse('desk:set_mode')}?{fields}")


def _place_of(order: ModeOrder) -> Place:
    site = None if order.site is None else order.site.name
    edge = None if order.edge is None else order.edge.name
    return Place(site=site, edge=edge, reader=order.reader or None)
