"""Finding an edge by the name that somebody typed, or that came with what it says."""

from difflib import get_close_matches

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from hub.errors import HubError
from hub.fleet.models import Edge


class UnknownEdge(HubError):
    """There is no edge of that name."""


def edge_named(name: str) -> Edge:
    """With its site and feed. UnknownEdge, with the nearest name."""
    return _found(Edge.objects.select_related("site", "feed"), name)


def hold_edge(name: str) -> Edge:
    """Its row, locked until the transaction ends. UnknownEdge."""
    return _found(Edge.objects.select_for_update(), name)


def _found(edges: QuerySet[Edge], name: str) -> Edge:
    edge = edges.filter(name=name).first()
    if edge is None:
        near = get_close_matches(name, Edge.objects.values_list("name", flat=True), 1)
        hint = _("did you mean %(near)s?") % {"near": near[0]} if near else _("add it on the page of edges")
        raise UnknownEdge(_("there is no edge %(name)s: %(hint)s") % {"name": repr(name), "hint": hint})
    return edge
