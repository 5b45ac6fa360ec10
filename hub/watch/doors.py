"""What edges tell of their doors, in words: alarms, since when, and what to do. Pure."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any, Final, NamedTuple

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
_STATES: Final = {
    "locked": "locked",
    "unlocked": "unlocked",
    "open": "open",
    "held_open": "open for too long",
    "forced_open": "forced open",
    "held_unlocked": "held unlocked",
    "lockdown": "locked down",
}
ENDED_WITHIN: Final = timedelta(hours=12)
"""Whoever comes in the morning hears of the night."""
_GRAVE_THOUGH_OVER: Final = frozenset({"forced_open", "tamper"})
_NOTICES: Final = frozenset({"fire", "exit_stuck"})


class DoorAlarm(NamedTuple):
    """`grave`: a reason for red; else it is a notice."""

    text: str
    remedy: str
    grave: bool


class DoorShown(NamedTuple):
    """A door on its edge's page. `ended`: its last alarms that are over, each a sentence."""

    name: str
    state: str
    since: str
    ended: list[str]


def door_alarms(edge: Edge, told: EdgeTelemetry | None) -> Iterator[DoorAlarm]:
    """By the clock on the wall where the edge stands. A word that is not known here is told as it came."""
    for door in [] if told is None else told.doors:
        for each in door["alarms"]:
            what, remedy = _words(each["alarm"])
            since = instant_text(edge, from_us(each["since_us"]))
            yield DoorAlarm(f"{door['name']} {what} since {since}", remedy, each["alarm"] not in _NOTICES)


def ended_alarms(edge: Edge, told: EdgeTelemetry | None, at: datetime) -> Iterator[DoorAlarm]:
    """The gravest that are over, and were so lately: nobody may have seen them."""
    for door in [] if told is None else told.doors:
        for each in door.get("ended", []):
            lately = at - from_us(each["until_us"]) <= ENDED_WITHIN
            if lately and each["alarm"] in _GRAVE_THOUGH_OVER:
                yield DoorAlarm(_ended(edge, door["name"], each), "It is over: look at what happened.", False)


def doors_shown(edge: Edge, told: EdgeTelemetry | None) -> list[DoorShown]:
    """As the edge told last."""
    return [
        DoorShown(
            door["name"],
            "no contact" if door["state"] is None else _STATES.get(door["state"], door["state"]),
            "" if door["state"] is None else instant_text(edge, from_us(door["since_us"])),
            [_ended(edge, door["name"], each) for each in reversed(door.get("ended", []))],
        )
        for door in ([] if told is None else told.doors)
    ]


def _words(alarm: str) -> tuple[str, str]:
    return _WORDS.get(alarm, (f"tells of {alarm}", "Look at the door."))


def _ended(edge: Edge, door: str, alarm: dict[str, Any]) -> str:
    what = _words(alarm["alarm"])[0].replace("is ", "was ", 1).replace("has ", "had ", 1)
    since, until = (instant_text(edge, from_us(alarm[each])) for each in ("since_us", "until_us"))
    return f"{door} {what} from {since} to {until}"
