"""Reading the fleet."""

from collections.abc import Collection

from hub.fleet.models import Reader


def readers_of(edges: Collection[str]) -> set[tuple[str, str]]:
    """(edge, reader) by name, of all readers that these edges have at the hub."""
    return set(Reader.objects.filter(edge__name__in=edges).values_list("edge__name", "name"))
