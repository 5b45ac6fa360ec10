"""Lockdowns that staff set, until staff end them: where an edge has heard of one, nothing else lifts it.

A model of its own, beside the hub's: it goes by what staff did and by the numbers that edges have come to.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

from contract.ask import Posture
from contract.orders import Modes
from hub.fleet.models import Edge
from hub.orders.places import Place

Mark = tuple[int, int]


@dataclass
class _Lockdown:
    """`marks`: by edge, the number of its modes that brought it."""

    place: Place
    marks: dict[str, Mark] = field(default_factory=dict)

    def stands_in(self, modes: Modes | None, mark: Mark, readers: Iterable[str]) -> bool:
        return modes is not None and (modes.epoch, modes.generation) >= mark and not self._open(modes, readers)

    def broken_by(self, edge: str, modes: Modes, readers: Iterable[str]) -> str | None:
        mark = self.marks.get(edge)
        if mark is None or (modes.epoch, modes.generation) < mark:
            return None
        open_now = self._open(modes, readers)
        if not open_now:
            return None
        return f"the lockdown of {self.place.word} is lifted at {edge}: {', '.join(open_now)}"

    def _open(self, modes: Modes, readers: Iterable[str]) -> list[str]:
        return [
            reader
            for reader in readers
            if self.place.reader in (None, reader) and modes.of(reader) is not Posture.LOCKDOWN
        ]


class Lockdowns:
    def __init__(self, readers: tuple[str, ...]) -> None:
        self._readers = readers
        self._standing: list[_Lockdown] = []

    def set(self, place: Place) -> None:
        """The hub has it now, and has numbered what each edge is told."""
        edges = Edge.objects.filter(name=place.edge) if place.edge else Edge.objects.all()
        marks = {edge.name: (edge.epoch, edge.mode_generation) for edge in edges}
        self._standing.append(_Lockdown(place, marks))

    def stands_at(self, place: Place) -> bool:
        """Whether one was set at this very place."""
        return any(each.place.word == place.word for each in self._standing)

    def end_all(self) -> None:
        self._standing.clear()

    def hub_forgets(self, kept: dict[str, Modes | None]) -> None:
        """It was put back from a backup: what stands on at an edge is what `kept` says that its disk has.

        Its numbers do not tell: a hub that was put back before may have numbered a lockdown below what edges had.
        """
        for each in self._standing:
            each.marks = {
                edge: mark for edge, mark in each.marks.items() if each.stands_in(kept[edge], mark, self._readers)
            }

    def edge_forgets(self, edge: str) -> None:
        """Its disk lost them, and perhaps its hub did too."""
        for each in self._standing:
            each.marks.pop(edge, None)

    def broken_by(self, edge: str, modes: Modes | None) -> list[str]:
        """What the modes that stand at an edge now lift, in words."""
        if modes is None:
            return []
        found = (each.broken_by(edge, modes, self._readers) for each in self._standing)
        return [fault for fault in found if fault is not None]

    def not_heard_by(self, edge: str, modes: Modes | None) -> list[str]:
        """Once all is at rest: those that should have come to the edge and have not."""
        reached = (0, 0) if modes is None else (modes.epoch, modes.generation)
        lacking = [each for each in self._standing if each.marks.get(edge, reached) > reached]
        return [f"the lockdown of {each.place.word} never came to {edge}" for each in lacking]
