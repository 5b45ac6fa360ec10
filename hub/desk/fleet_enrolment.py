"""Who an edge is, for staff: a code that one Pi enrols with, shown once, and taking back that it is this edge."""

from typing import Any

import segno
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from hub.desk.answers import goes_to, page
from hub.desk.gate import desk
from hub.enrolment import operations
from hub.enrolment.states import State, state_of, state_without_code, waiting_until
from hub.errors import HubError
from hub.fleet.models import Edge
from hub.fleet.standing import Light, elapsed_text, instant_text
from hub.orders.revoke_operations import revoke_edge
from hub.webhooks.addresses import is_loopback_host

_LIGHTS = {
    State.ENROLLED: Light.GREEN,
    State.CODE_WAITING: Light.AMBER,
    State.NOT_ENROLLED: Light.AMBER,
    State.REVOKED: Light.GREY,
}


@desk("fleet.change_edge")
def enrol_page(request: HttpRequest, number: int) -> HttpResponse:
    """A POST makes a code and shows it, this once."""
    edge, at = _edge(number), timezone.now()
    made = operations.make_code_for(edge.name, at) if request.method == "POST" else None
    if made is not None:
        edge = _edge(number)
    context = {
        **enrolment_context(edge),
        "edge": edge,
        "made": made,
        "is_near": is_loopback_host(settings.ENVIRONMENT.host),
        "qr": made and _drawn(made.text),
        "minutes": int(operations.CODE_LASTS.total_seconds() // 60),
        **_progress(edge, edge.enrolments),
    }
    return page(request, "desk/fleet/enrol.html", **context)


@desk("fleet.change_edge")
def enrolment_part(request: HttpRequest, number: int) -> HttpResponse:
    """Whether the code was used yet; `before`: how often the edge had been enrolled when the code was made."""
    edge, before = _edge(number), request.GET.get("before", "")
    times = int(before) if before.isdecimal() and len(before) < 10 else edge.enrolments
    return TemplateResponse(request, "desk/fleet/enrol_part.html", {"edge": edge, **_progress(edge, times)})


@desk("fleet.change_edge")
def revoke_page(request: HttpRequest, number: int) -> HttpResponse:
    """Asks once more, then does it."""
    edge = _edge(number)
    back = reverse("desk:edge", args=[edge.pk])
    if request.method == "POST":
        try:
            revoke_edge(edge.pk, timezone.now())
        except HubError as error:
            messages.error(request, _("Nothing changed: %(error)s.") % {"error": error})
        else:
            messages.success(request, _("%(edge)s is revoked: nothing from it counts any more.") % {"edge": edge})
        return goes_to(request, back)
    return page(request, "desk/fleet/revoke.html", edge=edge, back=back)


def enrolment_context(edge: Edge) -> dict[str, Any]:
    """How it stands with an edge that comes with site and enrolment_code."""
    at = timezone.now()
    until, state = waiting_until(edge, at), state_of(edge, at)
    return {
        "enrolment": state_without_code(edge).text,
        "enrolment_light": _LIGHTS[state].value,
        "code_until": until and instant_text(edge, until),
        "is_enrolled": state_without_code(edge) is State.ENROLLED,
        "is_new": state_without_code(edge) is State.NOT_ENROLLED,
    }


def _progress(edge: Edge, before: int) -> dict[str, Any]:
    at = timezone.now()
    until = waiting_until(edge, at)
    left = "" if until is None else elapsed_text((until - at).total_seconds())
    return {"before": before, "is_done": edge.enrolments > before and edge.revoked_at is None, "left": left}


def _edge(number: int) -> Edge:
    return get_object_or_404(Edge.objects.select_related("site", "enrolment_code"), pk=number)


def _drawn(text: str) -> SafeString:
    """Dark on white in dark pages too: scanners want it so."""
    svg = segno.make(text, error="m", micro=False).svg_inline(
        scale=5, border=4, light="#fff", svgclass=None, lineclass=None
    )
    return mark_safe(svg)  # noqa: S308 (made here, of squares)
