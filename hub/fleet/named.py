"""Finding an edge by the name that somebody typed."""

from difflib import get_close_matches

from hub.fleet.models import Edge
from hub.fleet.operations import UnknownEdge


def edge_named(name: str) -> Edge:
    """UnknownEdge, with the nearest name."""
    edge = Edge.objects.select_related("site", "feed").filter(name=name).first()
    if edge is None:
        near = get_close_matches(name, Edge.objects.values_list("name", flat=True), 1)
        hint = f"did you mean {near[0]}?" if near else "add it on the page of edges"
        raise UnknownEdge(f"there is no edge {name!r}: {hint}")
    return edge
