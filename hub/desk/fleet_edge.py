"""An edge for staff: how it is and what it said, its readers' lights, how it did in the last seven days."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone

from hub.desk.fleet import live_page
from hub.desk.gate import desk
from hub.fleet.models import Edge
from hub.fleet.standing import as_of_text, elapsed_text, standing_of
from hub.watch.history import HOURS
from hub.watch.queries import edge_shown


@desk("fleet.view_edge")
def edge_page(request: HttpRequest, number: int) -> HttpResponse:
    at, name = timezone.now(), get_object_or_404(Edge, pk=number).name
    try:
        figures = edge_shown(name, at)
    except Edge.DoesNotExist as error:
        raise Http404(f"there is no edge {name}") from error
    edge, told = figures.shown.edge, figures.told
    context = {
        "edge": edge,
        "each": figures.shown,
        "facts": standing_of(edge, at).facts,
        "facts_as_of": as_of_text(edge, at),
        "lost": figures.lost,
        "told": told,
        "told_ago": "" if told is None else elapsed_text((at - told.received_at).total_seconds()),
        "up": "" if told is None else elapsed_text(told.uptime_s),
        "counters": [] if told is None else sorted(told.counters.items(), key=lambda item: (-item[1], item[0])),
        "history": figures.history,
        "hours": HOURS,
        "at": at,
    }
    return live_page(request, "desk/fleet/edge", context)
