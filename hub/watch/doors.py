"""What edges tell of their doors, in words: alarms, since when, and what to do. Pure."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any, Final, NamedTuple

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from contract.instants import from_us
from hub.fleet.models import Edge
from hub.fleet.standing import instant_text
from hub.watch.models import EdgeTelemetry


class _Words(NamedTuple):
    """`lasts` and `ended`: whole sentences; `remedy`: what to do while it lasts."""

    lasts: str | Promise
    ended: str | Promise
    remedy: str | Promise


_WORDS: Final = {
    "forced_open": _Words(
        gettext_lazy("%(door)s was forced open since %(since)s"),
        gettext_lazy("%(door)s was forced open from %(since)s to %(until)s"),
        gettext_lazy("Nobody was let through: look at the door. It ends when the door is shut."),
    ),
    "held_open": _Words(
        gettext_lazy("%(door)s is held open since %(since)s"),
        gettext_lazy("%(door)s was held open from %(since)s to %(until)s"),
        gettext_lazy("It was opened as it should, and not shut again: shut it."),
    ),
    "tamper": _Words(
        gettext_lazy("%(door)s has its case open since %(since)s"),
        gettext_lazy("%(door)s had its case open from %(since)s to %(until)s"),
        gettext_lazy("Somebody has opened the reader or the case that its contact watches."),
    ),
    "exit_stuck": _Words(
        gettext_lazy("%(door)s is asked to let out all the time since %(since)s"),
        gettext_lazy("%(door)s was asked to let out all the time from %(since)s to %(until)s"),
        gettext_lazy("As long as that lasts nothing counts as forced: look at the button and its wire."),
    ),
    "fire": _Words(
        gettext_lazy("%(door)s is released for fire since %(since)s"),
        gettext_lazy("%(door)s was released for fire from %(since)s to %(until)s"),
        gettext_lazy("The fire release has cut the lock's power: whoever is there can go out."),
    ),
}
_UNKNOWN: Final = _Words(
    gettext_lazy("%(door)s tells of %(alarm)s since %(since)s"),
    gettext_lazy("%(door)s tells of %(alarm)s from %(since)s to %(until)s"),
    gettext_lazy("Look at the door."),
)
"""Of an alarm that a newer edge tells."""
_STATES: Final = {
    "locked": pgettext_lazy("a door", "locked"),
    "unlocked": pgettext_lazy("a door", "unlocked"),
    "open": pgettext_lazy("a door", "open"),
    "held_open": pgettext_lazy("a door", "open for too long"),
    "forced_open": pgettext_lazy("a door", "forced open"),
    "held_unlocked": pgettext_lazy("a door", "held unlocked"),
    "lockdown": pgettext_lazy("a door", "locked down"),
}
ENDED_WITHIN: Final = timedelta(hours=12)
"""Whoever comes in the morning hears of the night."""
_GRAVE_THOUGH_OVER: Final = frozenset({"forced_open", "tamper"})
_NOTICES: Final = frozenset({"fire", "exit_stuck"})


class DoorAlarm(NamedTuple):
    """`grave`: a reason for red; else it is a notice."""

    text: str
    remedy: str | Promise
    grave: bool


class DoorShown(NamedTuple):
    """A door on its edge's page. `ended`: its last alarms that are over, each a sentence."""

    name: str
    state: str | Promise
    since: str
    ended: list[str]


def door_alarms(edge: Edge, told: EdgeTelemetry | None) -> Iterator[DoorAlarm]:
    """By the clock on the wall where the edge stands. A word that is not known here is told as it came."""
    for door in [] if told is None else told.doors:
        for each in door["alarms"]:
            words = _words(each["alarm"])
            since = instant_text(edge, from_us(each["since_us"]))
            told_of = {"door": door["name"], "alarm": each["alarm"], "since": since}
            yield DoorAlarm(str(words.lasts) % told_of, words.remedy, each["alarm"] not in _NOTICES)


def ended_alarms(edge: Edge, told: EdgeTelemetry | None, at: datetime) -> Iterator[DoorAlarm]:
    """The gravest that are over, and were so lately: nobody may have seen them."""
    for door in [] if told is None else told.doors:
        for each in door.get("ended", []):
            lately = at - from_us(each["until_us"]) <= ENDED_WITHIN
            if lately and each["alarm"] in _GRAVE_THOUGH_OVER:
                ended = _ended(edge, door["name"], each)
                yield DoorAlarm(ended, _("It is over: look at what happened."), False)


def doors_shown(edge: Edge, told: EdgeTelemetry | None) -> list[DoorShown]:
    """As the edge told last."""
    return [
        DoorShown(
            door["name"],
            _("no contact") if door["state"] is None else _STATES.get(door["state"], door["state"]),
            "" if door["state"] is None else instant_text(edge, from_us(door["since_us"])),
            [_ended(edge, door["name"], each) for each in reversed(door.get("ended", []))],
        )
        for door in ([] if told is None else told.doors)
    ]


def _words(alarm: str) -> _Words:
    return _WORDS.get(alarm, _UNKNOWN)


def _ended(edge: Edge, door: str, alarm: dict[str, Any]) -> str:
    since, until = (instant_text(edge, from_us(alarm[each])) for each in ("since_us", "until_us"))
    told_of = {"door": door, "alarm": alarm["alarm"], "since": since, "until": until}
    return str(_words(alarm["alarm"]).ended) % told_of
