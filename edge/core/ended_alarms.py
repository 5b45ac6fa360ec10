"""Alarms of doors that have ended in this start, the last few of each door: no outage of the hub hides one.

Pure. Knows no door but by what is reported of it.
"""

from collections import defaultdict, deque
from collections.abc import Iterable

from msgspec.structs import replace

from contract.orders import ENDED_MAX, DoorReport, EndedAlarm


class EndedAlarms:
    def __init__(self) -> None:
        self._since_us: dict[tuple[str, str], int] = {}
        self._ended: defaultdict[str, deque[EndedAlarm]] = defaultdict(lambda: deque(maxlen=ENDED_MAX))

    def look(self, doors: Iterable[DoorReport], at_us: int) -> None:
        """All doors as they stand at `at_us`: an alarm that stood before and does not now has ended."""
        stands = {(door.name, each.alarm): each.since_us for door in doors for each in door.alarms}
        for (door, alarm), since_us in self._since_us.items():
            if (door, alarm) not in stands:
                self._ended[door].append(EndedAlarm(alarm=alarm, since_us=since_us, until_us=at_us))
        self._since_us = stands

    def told_of(self, doors: Iterable[DoorReport]) -> list[DoorReport]:
        """The same doors, each with its ended alarms, the last one last."""
        return [replace(door, ended=list(self._ended.get(door.name, ()))) for door in doors]
