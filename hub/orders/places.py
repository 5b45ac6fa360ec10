"""Where a mode holds: everything, a site, an edge or a reader; and what of several holds in the end. Pure."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from django.utils.translation import gettext as _

from contract.ask import Posture
from contract.messages import READERS_MAX
from hub.errors import HubError

EVERYTHING: Final = "everything"
_READER: Final = "reader "


class NoPlace(HubError):
    """A place is everything, a site, an edge, or a reader of an edge: not two of these at once."""


@dataclass(frozen=True, slots=True)
class Place:
    """At most one of `site` and `edge` is given, `reader` only with `edge`; none of them: everything. NoPlace."""

    site: str | None = None
    edge: str | None = None
    reader: str | None = None

    def __post_init__(self) -> None:
        if self.site is not None and (self.edge, self.reader) != (None, None):
            raise NoPlace(
                _("say either the site %(site)s or an edge: an edge stands at its own site")
                % {"site": repr(self.site)}
            )
        if self.reader is not None and self.edge is None:
            raise NoPlace(
                _("say which edge the reader %(reader)s is of: a name is one edge's alone")
                % {"reader": repr(self.reader)}
            )

    @property
    def word(self) -> str:
        """As it is stored and read: "everything", "site house", "edge east", "reader east/door"."""
        if self.reader is not None:
            return f"{_READER}{self.edge}/{self.reader}"
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


@dataclass(frozen=True, slots=True)
class ByHand:
    """All that is set: of everything, sites and edges by their words, of readers by edge and name."""

    wide: Mapping[str, Posture]
    readers: Mapping[str, Mapping[str, Posture]]

    @classmethod
    def of(cls, postures: Iterable[tuple[str, Posture]]) -> "ByHand":
        """Each with its place's word."""
        wide: dict[str, Posture] = {}
        readers: dict[str, dict[str, Posture]] = {}
        for word, posture in postures:
            edge, slash, reader = word.removeprefix(_READER).partition("/")
            if slash:
                readers.setdefault(edge, {})[reader] = posture
            else:
                wide[word] = posture
        return cls(wide, readers)

    def merged(self, edge: str, site: str, known: Collection[str]) -> Set:
        """What an edge at a site hears.

        A lockdown of everything or of the site is one of the edge; else the nearest to it holds. What readers are
        set to stands beside it: of those that the hub does not know at it only as many as a message has room for,
        for an edge may still have them, or go back to them.
        """
        levels = [self.wide.get(place.word) for place in (Place(edge=edge), Place(site=site), Place())]
        own = self.readers.get(edge, {})
        if len(own) > READERS_MAX:
            first = sorted(own, key=lambda name: (name not in known, own[name] != Posture.LOCKDOWN, name))
            own = {name: own[name] for name in first[:READERS_MAX]}
        return Set(_first(levels), own)


def _first(levels: Iterable[Posture | None]) -> Posture | None:
    there = [posture for posture in levels if posture is not None]
    return Posture.LOCKDOWN if Posture.LOCKDOWN in there else next(iter(there), None)
