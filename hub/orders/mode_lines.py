"""What staff see of modes: every place with what is set there, what holds there, and its buttons. Reads only."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final, NamedTuple
from urllib.parse import urlencode

from django.db.models import prefetch_related_objects
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from contract.ask import Posture
from contract.reader_configuration import ReaderKind
from hub.contract_words import said_of
from hub.fleet.models import Edge, Reader, Site
from hub.fleet.paging import PAGE_EDGES, is_looked_for, page_of
from hub.orders import queries
from hub.orders.hearing import Hearing, hearings
from hub.orders.models import ModeOrder
from hub.orders.places import Place
from hub.orders.telling import origin_text, place_text, place_word_text, posture_text

_LOCKDOWN_EFFECT: Final = _(
    "From the moment an edge hears it, nobody passes but who has a reader's lockdown permission. It holds through"
    " restarts and without a network, until it is ended here."
)
_CLEAR_EFFECT: Final = _(
    "Configuration and hours hold there again, unless something else that is set by hand covers it."
)


class Line(NamedTuple):
    """A place, what is set there by hand (None: nothing), what is to hold there, and the addresses of its buttons.

    `locked`: it is to be in lockdown. `stands`: that is so at every edge there. `unheard`: who has not heard.
    """

    name: str
    note: str
    own: ModeOrder | None
    holds: str
    locked: bool
    lock_address: str
    clear_address: str
    open_address: str
    indent: int = 0
    reader: Reader | None = None
    stands: bool = True
    unheard: str = ""


@dataclass(frozen=True, slots=True)
class Board:
    """All that is set by hand, by its place's word. `edges` by name, and `there` those that something may reach,
    by the words of the places that they lie on; `back` is where buttons lead back."""

    standing: dict[str, ModeOrder]
    edges: dict[str, Hearing]
    there: dict[str, list[Hearing]]
    back: str

    @classmethod
    def of(cls, back: str, place: Place | None = None) -> "Board":
        """Of the edges that `place` lies on alone, if it is given."""
        edges = {each.edge.name: each for each in hearings(timezone.now(), place)}
        there: dict[str, list[Hearing]] = {}
        for each in edges.values():
            for wide in () if each.left_out else _around(each.edge):
                there.setdefault(wide.word, []).append(each)
        return cls({order.place: order for order in queries.set_by_hand()}, edges, there, back)

    def everything(self) -> Line:
        return self._line([Place()], gettext("Everything"), gettext("all sites, all edges"))

    def site(self, site: Site) -> Line:
        return self._line([Place(site=site.name), Place()], site.name, gettext("site"))

    def edge(self, edge: Edge) -> Line:
        line = self._line(_around(edge), edge.name, gettext("edge"))
        return line._replace(unheard=self._unheard(edge))

    def readers(self, edge: Edge) -> list[Line]:
        return [self._reader(edge, reader) for reader in edge.readers.all()]

    def others(self, shown: Collection[int]) -> list[Line]:
        """What else is set: of edges on other pages, and of readers that no configuration has any more, which
        would hold if they came back."""
        left = [order for order in self.standing.values() if order.pk not in shown and order.edge is not None]
        names = {order.reader for order in left}
        known = Reader.objects.filter(edge__in={order.edge_id for order in left}, name__in=names)
        there = set(known.values_list("edge_id", "name"))
        return [self._other(order, (order.edge_id, order.reader) in there) for order in left]

    def _other(self, order: ModeOrder, is_there: bool) -> Line:
        edge = order.edge
        assert edge is not None
        if not order.reader:
            return self.edge(edge)
        place = Place(edge=edge.name, reader=order.reader)
        note = gettext("reader") if is_there else gettext("no longer there")
        return self._line([place, *_around(edge)], f"{edge}/{order.reader}", note)

    def _reader(self, edge: Edge, reader: Reader) -> Line:
        own = Place(edge=edge.name, reader=reader.name)
        return self._line([own, *_around(edge)], reader.name, said_of(ReaderKind, reader.kind))._replace(
            reader=reader
        )

    def _line(self, covering: list[Place], name: str, note: str) -> Line:
        """`covering`: the place itself, and those that it lies in, the nearest first."""
        place = covering[0]
        orders = [self.standing[each.word] for each in covering if each.word in self.standing]
        there = self.there.get(Place(edge=place.edge).word if place.reader else place.word, [])
        lockdowns = [order for order in orders if order.posture == Posture.LOCKDOWN]
        holding = next(iter(lockdowns or orders), None)
        return Line(
            name=name,
            note=note,
            own=self.standing.get(place.word),
            holds="" if holding is None else _holds(holding, place),
            locked=bool(lockdowns),
            stands=holding is None or (bool(there) and all(each.has(holding) for each in there)),
            lock_address=self._address(place, Posture.LOCKDOWN),
            clear_address=self._address(place, "clear"),
            open_address=self._address(place, Posture.UNLOCKED),
        )

    def _unheard(self, edge: Edge) -> str:
        """Of one that no order reaches, only where something is set that it should hear."""
        hearing = self.edges[edge.name]
        if hearing.left_out:
            return hearing.left_out if hasattr(hearing.edge, "modes") else ""
        return "" if hearing.heard else hearing.text

    def _address(self, place: Place, posture: str) -> str:
        fields = {"posture": posture, **fields_of(place), "back": self.back}
        return f"{reverse('desk:set_mode')}?{urlencode(fields)}"


def modes_context(looked_for: str = "", page: int = 1) -> dict[str, Any]:
    """Every site, and a page of edges with their readers, at their sites. `looked_for` is part of an edge's or a
    site's name; pages begin at 1. What is set by hand is shown on each page, wherever it is."""
    board = Board.of(reverse("desk:modes"))
    meant = [each.edge for each in board.edges.values() if is_looked_for(each.edge, looked_for)]
    meant.sort(key=lambda edge: (edge.site.name, edge.name))
    on_page, page, pages = page_of(meant, page)
    prefetch_related_objects(on_page, "readers")
    lines = [board.everything(), *_lines_of_sites(board, on_page)]
    others = board.others({line.own.pk for line in lines if line.own is not None})
    found = {"looked_for": looked_for, "page": page, "pages": pages, "many": len(board.edges) > PAGE_EDGES}
    return {"lines": [*lines, *others], **found}


def _lines_of_sites(board: Board, edges: Sequence[Edge]) -> Iterator[Line]:
    for site in Site.objects.all():
        yield board.site(site)._replace(indent=1)
        for edge in edges:
            if edge.site_id == site.pk:
                yield board.edge(edge)._replace(indent=2)
                yield from (line._replace(indent=3) for line in board.readers(edge))


def fields_of(place: Place) -> dict[str, str]:
    """As a form or an address says it."""
    fields = {"site": place.site, "edge": place.edge, "reader": place.reader}
    return {word: value for word, value in fields.items() if value is not None}


def effect_text(place: Place, posture: str) -> dict[str, str | Promise]:
    """What is asked, what it does, and what is said when it is done."""
    name = place_word_text(place.word)
    said = {"name": name, "posture": "" if posture == "clear" else posture_text(posture)}
    if posture == "clear":
        heading, button = _("End what is set for %(name)s?"), _("End it")
        effect, done = _CLEAR_EFFECT, _("Ended: nothing is set for %(name)s itself.")
    elif posture == Posture.LOCKDOWN:
        heading, button = _("Lock down %(name)s?"), _("Lock down")
        effect, done = _LOCKDOWN_EFFECT, _("Lockdown set: %(name)s.")
    else:
        heading, button = _("Set %(name)s by hand?"), _("Set it")
        effect = _("It is %(posture)s, until that is ended here.") % said
        done = _("Set: %(name)s is %(posture)s.")
    return {"heading": heading % said, "effect": effect, "button": button, "done": done % said}


def _around(edge: Edge) -> list[Place]:
    return [Place(edge=edge.name), Place(site=edge.site.name), Place()]


def _holds(order: ModeOrder, place: Place) -> str:
    posture = posture_text(order.posture)
    if order.place == place.word:
        return f"{posture} {origin_text(order)}"
    return gettext("%(posture)s, as %(place)s is") % {"posture": posture, "place": place_text(order)}
