"""An edge for staff: how it is and what it said, its readers' lights, how it did in the last seven days."""

from collections.abc import Iterator
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext as _

from hub.desk.fleet import live_page
from hub.desk.fleet_enrolment import enrolment_context
from hub.desk.gate import desk
from hub.fleet.models import Edge
from hub.fleet.standing import Light, as_of_text, elapsed_text, standing_of
from hub.orders.pages import edge_context
from hub.watch.doors import doors_shown
from hub.watch.history import HOURS
from hub.watch.models import EdgeTelemetry
from hub.watch.queries import EdgeInFigures, edge_shown


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
        **_orders(edge, figures),
        **enrolment_context(edge),
        "doors": [*_doors(edge, figures.told)],
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


def _orders(edge: Edge, figures: EdgeInFigures) -> dict[str, Any]:
    """What is set and asked of it; each reader with its port's light."""
    context = edge_context(edge)
    ports = {reader.name: reader.open for reader in figures.shown.readers}
    context["reader_lines"] = [(line, _port(ports.get(line.name))) for line in context["reader_lines"]]
    return context


def _port(is_open: bool | None) -> tuple[str, str]:
    if is_open is None:
        return Light.GREY.value, _("not heard of")
    return (Light.GREEN.value, _("port open")) if is_open else (Light.RED.value, _("port closed"))


def _doors(edge: Edge, told: EdgeTelemetry | None) -> Iterator[tuple[str, str]]:
    """As told last, each with its alarms that are over; those that stand are above, as what is wrong."""
    alarmed = {door["name"] for door in ([] if told is None else told.doors) if door["alarms"]}
    for door in doors_shown(edge, told):
        light = Light.RED if door.name in alarmed else Light.GREEN
        since = _("%(door)s: %(state)s since %(since)s") if door.since else _("%(door)s: %(state)s")
        yield light.value, since % {"door": door.name, "state": door.state, "since": door.since}
        for over in door.ended:
            yield Light.GREY.value, over
