"""What staff see of modes: every place with what is set there, what holds there, and its buttons. Reads only."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, Final, NamedTuple
from urllib.parse import urlencode

from django.urls import reverse
from django.utils import timezone

from contract.ask import Posture
from hub.fleet.models import Edge, Reader, Site
from hub.orders import queries
from hub.orders.hearing import Hearing, hearings
from hub.orders.models import ModeOrder
from hub.orders.places import EVERYTHING, Place
from hub.orders.telling import origin_text, place_text, posture_text

_LOCKDOWN_EFFECT: Final = (
    "From the moment an edge hears it, nobody passes but who has a reader's lockdown permission. It holds through"
    " restarts and without a network, until it is ended here."
)
_CLEAR_EFFECT: Final = (
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
    """All that is set by hand, by its place's word; `heard` says who has heard it, `back` where buttons lead back."""

    standing: dict[str, ModeOrder]
    heard: list[Hearing]
    back: str

    @classmethod
    def of(cls, back: str, place: Place | None = None) -> "Board":
        """Of the edges that `place` lies on alone, if it is given."""
        return cls({order.place: order for order in queries.set_by_hand()}, hearings(timezone.now(), place), back)

    def everything(self) -> Line:
        return self._line([Place()], "Everything", "all sites, all edges")

    def site(self, site: Site) -> Line:
        return self._line([Place(site=site.name), Place()], site.name, "site")

    def edge(self, edge: Edge) -> Line:
        line = self._line(_around(edge), edge.name, "edge")
        return line._replace(unheard=self._unheard(edge))

    def readers(self, edge: Edge) -> list[Line]:
        return [self._reader(edge, reader) for reader in edge.readers.all()]

    def gone(self, shown: Collection[int]) -> list[Line]:
        """What is set for readers that no configuration has any more, and would hold if they came back."""
        left = [order for order in self.standing.values() if order.pk not in shown]
        return [self._gone(order) for order in left]

    def _gone(self, order: ModeOrder) -> Line:
        edge, _, reader = order.place.removeprefix("reader ").partition("/")
        return self._line([Place(edge=edge, reader=reader)], f"{edge}/{reader}", "no longer there")

    def _reader(self, edge: Edge, reader: Reader) -> Line:
        own = Place(edge=edge.name, reader=reader.name)
        return self._line([own, *_around(edge)], reader.name, reader.kind)._replace(reader=reader)

    def _line(self, covering: list[Place], name: str, note: str) -> Line:
        """`covering`: the place itself, and those that it lies in, the nearest first."""
        place = covering[0]
        orders = [self.standing[each.word] for each in covering if each.word in self.standing]
        there = [each for each in self.heard if not each.left_out and _lies_on(each.edge, place)]
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
        [hearing] = [each for each in self.heard if each.edge.pk == edge.pk]
        if hearing.left_out:
            return hearing.left_out if edge.mode_generation else ""
        if hearing.heard:
            return ""
        still = ", where a lockdown still stands" if hearing.stands.edge == Posture.LOCKDOWN else ""
        return f"{hearing.text}{still}"

    def _address(self, place: Place, posture: str) -> str:
        fields = {"posture": posture, **fields_of(place), "back": self.back}
        return f"{reverse('set_mode')}?{urlencode(fields)}"


def modes_context() -> dict[str, Any]:
    """Every place there is, in the order of sites, edges and readers."""
    board = Board.of(reverse("modes"))
    lines = [board.everything()]
    for site in Site.objects.prefetch_related("edges__readers"):
        lines.append(board.site(site)._replace(indent=1))
        for edge in site.edges.all():
            lines.append(board.edge(edge)._replace(indent=2))
            lines += [line._replace(indent=3) for line in board.readers(edge)]
    return {"lines": [*lines, *board.gone({line.own.pk for line in lines if line.own is not None})]}


def fields_of(place: Place) -> dict[str, str]:
    """As a form or an address says it."""
    fields = {"site": place.site, "edge": place.edge, "reader": place.reader}
    return {word: value for word, value in fields.items() if value is not None}


def effect_text(place: Place, posture: str) -> dict[str, str]:
    """What is asked, what it does, and what is said when it is done."""
    name = "everything" if place.word == EVERYTHING else place.word.removeprefix("reader ")
    if posture == "clear":
        done = f"Ended: nothing is set for {name} itself."
        return {
            "heading": f"End what is set for {name}?",
            "effect": _CLEAR_EFFECT,
            "button": "End it",
            "done": done,
        }
    if posture == Posture.LOCKDOWN:
        return {
            "heading": f"Lock down {name}?",
            "effect": _LOCKDOWN_EFFECT,
            "button": "Lock down",
            "done": f"Lockdown set: {name}.",
        }
    return {
        "heading": f"Set {name} by hand?",
        "effect": f"It is {posture_text(posture)}, until that is ended here.",
        "button": "Set it",
        "done": f"Set: {name} is {posture_text(posture)}.",
    }


def _around(edge: Edge) -> list[Place]:
    return [Place(edge=edge.name), Place(site=edge.site.name), Place()]


def _holds(order: ModeOrder, place: Place) -> str:
    holds = f"{posture_text(order.posture)} {origin_text(order)}"
    return holds if order.place == place.word else f"{posture_text(order.posture)}, as {place_text(order)} is"


def _lies_on(edge: Edge, place: Place) -> bool:
    if place.edge is not None:
        return edge.name == place.edge
    return place.site in (None, edge.site.name)
