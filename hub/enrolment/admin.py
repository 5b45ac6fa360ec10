"""Enrolment on the staff's pages of edges: a word in their list, a line and a way on each edge's page."""

from typing import Final

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.safestring import SafeString
from unfold.decorators import display

from hub.enrolment.states import State, state_of, state_without_code, waiting_until
from hub.fleet.admin import EdgeAdmin
from hub.fleet.models import Edge
from hub.fleet.standing import instant_text

_LABELS: Final = {
    State.ENROLLED.value: "success",
    State.CODE_WAITING.value: "info",
    State.NOT_ENROLLED.value: "warning",
    State.REVOKED.value: "danger",
}


@display(description="Enrolment", label=_LABELS)
def enrolment(edge: Edge) -> str:
    return state_of(edge, timezone.now()).value


def to_enrol_part(request: HttpRequest, edge: Edge) -> SafeString:
    """Above all else while no machine is this edge: nothing else on its page does anything until then."""
    return SafeString() if _is_enrolled(edge) else _part(request, edge)


def enrolled_part(request: HttpRequest, edge: Edge) -> SafeString:
    return _part(request, edge) if _is_enrolled(edge) else SafeString()


def _is_enrolled(edge: Edge) -> bool:
    return state_without_code(edge) is State.ENROLLED


def _part(request: HttpRequest, edge: Edge) -> SafeString:
    at = timezone.now()
    until = waiting_until(edge, at)
    context = {"edge": edge, "state": state_without_code(edge).value, "until": until and instant_text(edge, until)}
    context["enrolled"] = _is_enrolled(edge)
    context["may_enrol"] = request.user.has_perm("fleet.change_edge")
    return render_to_string("enrolment/edge_part.html", context, request)


EdgeAdmin.list_display = [*EdgeAdmin.list_display, enrolment]
EdgeAdmin.shown_with = [*EdgeAdmin.shown_with, "enrolment_code"]
EdgeAdmin.parts_first = [*EdgeAdmin.parts_first, to_enrol_part]
EdgeAdmin.parts = [*EdgeAdmin.parts, enrolled_part]
