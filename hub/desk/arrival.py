"""Where a change has arrived, asked for again and again by the pages that changed it (desk/arrival.html)."""

from typing import Final

from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone

from hub.desk.gate import desk
from hub.fleet.arrival import Arrival, arrival_asked

THINGS_MAX: Final = 20


def asked_of(request: HttpRequest) -> Arrival:
    """What the address asks about, as after something was deleted."""
    return arrival_asked(timezone.now(), request.GET.getlist("of")[:THINGS_MAX])


@desk("members.view_membership")
def arrival_part(request: HttpRequest) -> HttpResponse:
    """204 where nothing else is to be shown, so that nothing is read aloud again."""
    arrival = asked_of(request)
    if arrival.again_s and request.GET.get("shown") == arrival.mark:
        return HttpResponse(status=204)
    return TemplateResponse(request, "desk/arrival_lines.html", {"arrival": arrival})
