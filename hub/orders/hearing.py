"""What is set by hand, and what stands: which edges have heard it, and why the others have not. Reads only.

Between the two lies the network: an edge goes on as before until it has heard, and nobody should believe
otherwise.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from django.db.models import F, Q, QuerySet
from django.utils.translation import gettext as _

from contract.ask import Posture
from hub.fleet.models import Edge
from hub.fleet.standing import left_out_text, standing_of
from hub.fleet.workers import watched, workers_shown
from hub.orders.models import ModeOrder
from hub.orders.places import Place, Set
from hub.orders.queries import REACHABLE


class Hearing(NamedTuple):
    """`heard`: the newest that it was told stands there. `stands`: what does, as far as it has said. `left_out`:
    why nothing reaches it at all, empty where something may."""

    edge: Edge
    heard: bool
    stands: Set
    left_out: str
    at: datetime

    @property
    def why_not(self) -> str:
        """Why it has not heard yet."""
        standing = standing_of(self.edge, self.at)
        if standing.is_there:
            return _("online: it is on its way")
        told = {"how": standing.word, "since": standing.since}
        return _("%(how)s since %(since)s") % told if standing.since else str(standing.word)

    @property
    def text(self) -> str:
        """Of one that has not heard."""
        if self.left_out:
            return self.left_out
        told = {"edge": self.edge, "why": self.why_not, "readers": ", ".join(self.lingering)}
        if not self.lingering:
            return _("%(edge)s has not heard it (%(why)s): its readers go on as before") % told
        if self.edge.name in self.lingering:
            return _("%(edge)s is still in lockdown: it has not heard the end of that (%(why)s)") % told
        said = _("%(edge)s is still in lockdown at %(readers)s: it has not heard the end of that (%(why)s)")
        return said % told

    @property
    def lingering(self) -> list[str]:
        """Where a lockdown stands there still whose end it has not heard: the edge's name, or those of readers as
        EDGE/READER; empty: nowhere."""
        wanted = None if self.heard else _told_of(self.edge)
        if wanted is None or wanted.edge == Posture.LOCKDOWN:
            return []
        if self.stands.edge == Posture.LOCKDOWN:
            return [self.edge.name]
        locked = (name for name, posture in self.stands.readers.items() if posture == Posture.LOCKDOWN)
        return [f"{self.edge}/{name}" for name in locked if wanted.readers.get(name) != Posture.LOCKDOWN]

    def covers(self, order: ModeOrder) -> bool:
        """Whether it is one of the edges that the order is for."""
        if order.edge_id is not None:
            return order.edge_id == self.edge.pk
        return order.site_id in (None, self.edge.site_id)

    def has(self, order: ModeOrder) -> bool:
        """Whether what was ordered stands there."""
        own = self.stands.readers.get(order.reader) if order.reader else self.stands.edge
        is_wider = order.posture == self.stands.edge == Posture.LOCKDOWN
        return self.heard or own == order.posture or is_wider


def hearings(at: datetime, place: Place | None = None) -> list[Hearing]:
    """Of all edges that `place` lies on, by name; None: of all there are."""
    return [hearing_of(edge, at) for edge in _on(place, _edges(at))]


def not_heard(at: datetime, place: Place | None = None) -> list[Hearing]:
    """Of those alone that could have heard the newest, and have not; the database finds them."""
    return [hearing_of(edge, at) for edge in _late(_on(place, _edges(at)))]


def is_heard(place: Place) -> bool:
    """Whether all have that `place` lies on."""
    return not _late(_on(place, Edge.objects.all())).exists()


def reached() -> list[tuple[int, int]]:
    """The keys of all edges that something may reach, each with its site's."""
    return list(Edge.objects.filter(REACHABLE).values_list("pk", "site_id"))


def unheard(found: Iterable[Hearing]) -> list[Hearing]:
    """Those first where a lockdown stands still whose end they have not heard."""
    late = (each for each in found if not each.heard and not each.left_out)
    return sorted(late, key=lambda each: not each.lingering)


def why_unreached(edge: Edge, at: datetime) -> str:
    """Why nothing that is ordered of it now reaches it; empty: it may."""
    return left_out_text(edge) or workers_shown(at).trouble


def _on(place: Place | None, edges: QuerySet[Edge]) -> QuerySet[Edge]:
    if place is not None and place.edge is not None:
        return edges.filter(name=place.edge)
    if place is not None and place.site is not None:
        return edges.filter(site__name=place.site)
    return edges


def _late(edges: QuerySet[Edge]) -> QuerySet[Edge]:
    heard = Q(reported__mode_epoch=F("epoch"), reported__mode_generation__gte=F("mode_generation"))
    return edges.filter(REACHABLE, ~heard, modes__isnull=False)


def _edges(at: datetime) -> QuerySet[Edge]:
    related = ("site", "feed", "presence", "reported", "modes")
    return Edge.objects.select_related(*related).annotate(watched=watched(at))


def hearing_of(edge: Edge, at: datetime) -> Hearing:
    """Of one that comes with site, feed, presence, reported and modes, and with `watched`."""
    reported = getattr(edge, "reported", None)
    said = (0, 0) if reported is None else (reported.mode_epoch, reported.mode_generation)
    told = _told_of(edge)
    # Of an edge enrolled anew the generation is 0: it was told of none yet, whatever the one before had heard.
    heard = told is None or said >= (edge.epoch, edge.mode_generation)
    if heard and told is not None:
        stands = told
    else:
        stands = Set(None, {}) if reported is None else _set_of(reported.mode_edge, reported.mode_readers)
    return Hearing(edge, heard, stands, left_out_text(edge), at)


def _told_of(edge: Edge) -> Set | None:
    """What it is told; None: nothing was ever set by hand."""
    modes = getattr(edge, "modes", None)
    return None if modes is None else _set_of(modes.document["edge"], modes.document["readers"])


def _set_of(edge: str | None, readers: dict[str, str]) -> Set:
    postures = {name: Posture(posture) for name, posture in readers.items()}
    return Set(None if edge is None else Posture(edge), postures)
