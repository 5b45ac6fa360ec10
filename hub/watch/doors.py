"""What edges tell of their doors, in words: alarms, since when, and what to do. Pure."""

from collections.abc import Iterator
from typing import Final, NamedTuple

from contract.instants import from_us
from hub.fleet.models import Edge
from hub.fleet.standing import instant_text
from hub.watch.models import EdgeTelemetry

_WORDS: Final = {
    "forced_open": ("was forced open", "Nobody was let through: look at the door. It ends when the door is shut."),
    "held_open": ("is held open", "It was opened as it should, and not shut again: shut it."),
    "tamper": ("has its case open", "Somebody has opened the reader or the case that its contact watches."),
    "exit_stuck": (
        "is asked to let out all the time",
        "As long as that lasts nothing counts as forced: look at the button and its wire.",
    ),
    "fire": ("is released for fire", "The fire release has cut the lock's power: whoever is there can go out."),
}
_NOTICES: Final = frozenset({"fire", "exit_stuck"})


class DoorAlarm(NamedTuple):
    """`grave`: a reason for red; else it is a notice."""

    text: str
    remedy: str
    grave: bool


def door_alarms(edge: Edge, told: EdgeTelemetry | None) -> Iterator[DoorAlarm]:
    """By the clock on the wall where the edge stands. A word that is not known here is told as it came."""
    for door in [] if told is None else told.doors:
        for each in door["alarms"]:
            what, remedy = _WORDS.get(each["alarm"], (f"tells of {each['alarm']}", "Look at the door."))
            since = instant_text(edge, from_us(each["since_us"]))
            yield DoorAlarm(f"{door['name']} {what} since {since}", remedy, each["alarm"] not in _NOTICES)
