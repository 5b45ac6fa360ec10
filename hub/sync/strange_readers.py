"""Readers that check-ins name and the hub does not know: an edge.toml and the hub's pages that have grown apart.

It looks only: check-ins are taken as they are.
"""

from collections.abc import Collection
from typing import Final, NamedTuple

from hub.fleet import queries as fleet
from hub.members import queries as members

LOOK_EVERY_S: Final = 60.0
_REMEMBERED_MAX: Final = 10_000
"""Readers' names come from edges: past this many within a minute no more are looked at."""


class Scanned(NamedTuple):
    """What a check-in says of where it happened."""

    edge: str
    reader: str
    permission: str


class Strange(NamedTuple):
    scanned: Scanned
    text: str


class StrangeReaders:
    """Each reader of each edge is looked up once a minute at most, so that busy turns ask the database little."""

    def __init__(self) -> None:
        self._looked_at_s: dict[tuple[str, str], float] = {}

    def among(self, scanned: Collection[Scanned], at_s: float) -> list[Strange]:
        """Those of `scanned` with a reader or permission unknown here, unless looked at within a minute."""
        due = list({(each.edge, each.reader): each for each in scanned if self._is_due(each, at_s)}.values())
        if not due:
            return []
        self._remember(due, at_s)
        readers = fleet.readers_of({each.edge for each in due})
        permissions = members.known_permissions({each.permission for each in due})
        found = ((each, _strangeness(each, readers, permissions)) for each in due)
        return [Strange(each, text) for each, text in found if text is not None]

    def _is_due(self, scanned: Scanned, at_s: float) -> bool:
        looked_at_s = self._looked_at_s.get((scanned.edge, scanned.reader))
        return looked_at_s is None or at_s - looked_at_s >= LOOK_EVERY_S

    def _remember(self, due: list[Scanned], at_s: float) -> None:
        self._looked_at_s = {key: told for key, told in self._looked_at_s.items() if at_s - told < LOOK_EVERY_S}
        del due[max(0, _REMEMBERED_MAX - len(self._looked_at_s)) :]
        self._looked_at_s |= {(each.edge, each.reader): at_s for each in due}


def _strangeness(scanned: Scanned, readers: set[tuple[str, str]], permissions: set[str]) -> str | None:
    if (scanned.edge, scanned.reader) not in readers:
        return "the hub has no reader of this name on this edge: edge.toml and the hub should name the same"
    if scanned.permission not in permissions:
        return "the hub has no permission with this slug: edge.toml and the hub should name the same"
    return None
