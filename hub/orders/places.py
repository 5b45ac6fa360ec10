"""Where a mode holds: everything, a site, an edge or a reader; and what of several holds in the end. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from contract.ask import Posture

EVERYTHING: Final = "everything"


@dataclass(frozen=True, slots=True)
class Place:
    """At most one of `site` and `edge` is given, and `reader` only with `edge`; none of them: everything."""

    site: str | None = None
    edge: str | None = None
    reader: str | None = None

    @property
    def word(self) -> str:
        """As it is stored and read: "everything", "site house", "edge east", "reader east/door"."""
        if self.reader is not None:
            return f"reader {self.edge}/{self.reader}"
        if self.edge is not None:
            return f"edge {self.edge}"
        return EVERYTHING if self.site is None else f"site {self.site}"


@dataclass(frozen=True, slots=True)
class Set:
    """What an edge's readers are set to by hand."""

    edge: Posture | None
    readers: Mapping[str, Posture]

    def as_json(self) -> dict[str, object]:
        return {"edge": self.edge, "readers": dict(sorted(self.readers.items()))}


def merged(postures: Mapping[str, Posture], edge: str, site: str) -> Set:
    """Of all that is set, by its place's word, what an edge at a site hears.

    A lockdown of everything or of the site is one of the edge; else the nearest to it holds. What readers are set
    to stands beside it.
    """
    levels = [postures.get(place.word) for place in (Place(edge=edge), Place(site=site), Place())]
    own = f"reader {edge}/"
    readers = {word.removeprefix(own): posture for word, posture in postures.items() if word.startswith(own)}
    return Set(_first(levels), readers)


def _first(levels: Iterable[Posture | None]) -> Posture | None:
    there = [posture for posture in levels if posture is not None]
    return Posture.LOCKDOWN if Posture.LOCKDOWN in there else next(iter(there), None)
