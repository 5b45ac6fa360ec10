"""How an edge stands, by what it last said: a light, a word, and what is wrong. Pure: asks no database.

Silence is the hub's own finding: an edge says something every minute, and after 150 s without it (or without the
broker) nobody knows how it is.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final, NamedTuple

from contract.calendar import zone_of
from contract.trust import ClockState
from hub.fleet.models import Edge, EdgePresence

HEARD_WITHIN_S: Final = 150.0
"""Two of an edge's words (one every 60 s) may be lost."""
REPLICA_AGE_S_MAX: Final = 300.0
DUE_AFTER_S: Final = 55.0
"""An edge says something every 60 s: what was there the last time, and is still, waited for about a minute."""
_UNITS: Final = (("d", 86_400), ("h", 3_600), ("min", 60), ("s", 1))
_LONG_S: Final = 1e9


class Light(StrEnum):
    """Grey: nothing is expected of it."""

    GREEN = "green"
    AMBER = "amber"
    RED = "red"
    GREY = "grey"


class Fact(NamedTuple):
    """A line of an edge's page. `wrong`: it is one of the reasons for amber, and `remedy` is what to do."""

    name: str
    text: str
    wrong: bool = False
    remedy: str = ""


class Standing(NamedTuple):
    """`word` and `since` say how it is and since when; `faults` what is wrong now; `facts` all that it said.

    `remedy` is what to do about it as a whole, `since_at` the instant of `since`.
    """

    light: Light
    word: str
    since: str
    faults: list[str]
    facts: list[Fact]
    remedy: str = ""
    since_at: datetime | None = None


_NEVER: Final = ["nothing has come from it"]
TO_ENROL: Final = "Enrol it: its page at the desk makes a code, and says what to type on the machine."
_TO_TAKE_DOWN: Final = (
    "its machine goes on deciding from the copy it has until it is taken down; enrol another in its place"
)
_TO_START: Final = "Is it switched on, and does its service run? Its log says why it does not reach the hub."
_UNWATCHED: Final = (
    "No worker that reaches the broker runs, so nothing is heard of it: start doorward-hub worker, or look at its"
    " log."
)
_GONE: Final = "It goes on deciding by itself if it has power. Look at its power, its network and its service."
_TO_PLUG_IN: Final = "Plug its scanner in, or correct “device” in its configuration."
_TO_SEND: Final = "The worker does not take them: its log says why."
_TO_SET: Final = "Give it network time (NTP), or a battery clock; timedatectl on it says what it thinks."
_TO_FOLLOW: Final = "Correct “feed” in its configuration, or the feed on its page here."
_TO_COPY: Final = "It asks the worker for what it lacks: the worker's log says whether it answers."
_TO_LOOK_AT: Final = "Its log says more; look at its SD card or disk."
_FAULTS: Final = {
    "disk_full": ("the disk is full", "Make room on its disk: it goes on by itself within a minute."),
    "read_only": (
        "the disk is read-only",
        "A worn or damaged card turns read-only: look at the kernel's log (dmesg), then replace it.",
    ),
    "damaged": ("its file is damaged", "It begins another file by itself; replace the card if it comes again."),
    "disk_error": ("the disk fails", "Look at the kernel's log (dmesg), and replace the SD card or disk."),
}
"""What an edge says in a word (contract.messages.Lost): in more words, and what to do."""
_SILENT: Final = "The broker still has it, the hub hears nothing: does the worker run, and its network hold?"


def to_enrol(edge: Edge) -> str:
    return f"doorward-hub enrol {edge}"


def left_out_text(edge: Edge) -> str:
    """Why no order reaches this edge, and what to do; empty: one would."""
    if edge.revoked_at is not None:
        since = instant_text(edge, edge.revoked_at)
        return f"{edge} was revoked at {since}; {_TO_TAKE_DOWN}: {to_enrol(edge)}"
    if edge.signing_key is None:
        return f"{edge} is not enrolled, so nothing reaches it: {to_enrol(edge)}"
    return ""


def presence_of(edge: Edge) -> EdgePresence | None:
    return getattr(edge, "presence", None)


def standing_of(edge: Edge, at: datetime) -> Standing:
    """At `at`; times are in the zone of the edge's site. Select site, feed and presence together with the edge.

    `edge.watched` False (hub.fleet.workers.watched): no worker hears it, and how it is nobody knows.
    """
    said = presence_of(edge)
    facts = [] if said is None else list(_facts(edge, said, at))
    if edge.revoked_at is not None:
        remedy = f"{_TO_TAKE_DOWN.capitalize()}: {to_enrol(edge)}."
        return _since(edge, edge.revoked_at, Standing(Light.GREY, "revoked", "", [], facts, remedy))
    watched = getattr(edge, "watched", True)
    if said is None:
        remedy = TO_ENROL if edge.signing_key is None else _TO_START
        return Standing(Light.RED if watched else Light.GREY, "never heard of", "", _NEVER, [], remedy)
    if not watched:
        return _since(edge, said.received_at, Standing(Light.GREY, "not known", "", [], facts, _UNWATCHED))
    if not said.online:
        return _since(edge, said.since, Standing(Light.RED, "offline", "", [], facts, _GONE))
    if at - said.received_at > timedelta(seconds=HEARD_WITHIN_S):
        return _since(edge, said.received_at, Standing(Light.RED, "not heard of", "", [], facts, _SILENT))
    faults = [fact.text for fact in facts if fact.wrong]
    light = Light.AMBER if faults else Light.GREEN
    return _since(edge, said.since, Standing(light, "online", "", faults, facts))


def _since(edge: Edge, at: datetime, standing: Standing) -> Standing:
    return standing._replace(since=instant_text(edge, at), since_at=at)


def instant_text(edge: Edge, at: datetime) -> str:
    """By the clock on the wall where the edge stands."""
    return f"{at.astimezone(zone_of(edge.site.time_zone)):%Y-%m-%d %H:%M:%S %Z}"


def as_of_text(edge: Edge, at: datetime) -> str:
    """When it said what `standing_of` tells; empty: it has said nothing."""
    said = presence_of(edge)
    return "" if said is None else f"{instant_text(edge, said.received_at)} ({_ago(at - said.received_at)})"


def elapsed_text(seconds: float) -> str:
    """In its two largest units."""
    if seconds >= _LONG_S:
        return "more than 30 years"
    left, parts = max(0, int(seconds)), []
    for unit, size in _UNITS:
        if left >= size:
            parts.append(f"{left // size} {unit}")
        left %= size
    return " ".join(parts[:2]) or "0 s"


def _facts(edge: Edge, said: EdgePresence, at: datetime) -> Iterator[Fact]:
    yield Fact("Its own clock said then", instant_text(edge, said.said_at))
    yield _clock(said)
    yield from _replica(edge, said, at)
    if said.journal_fault:
        yield _journal_fault(said.journal_fault)
    yield _journal(said)
    for reader in said.readers:
        if reader["open"]:
            yield Fact("Reader", f"{reader['name']}: port open")
        else:
            yield Fact("Reader", f"{reader['name']}: port closed", True, _TO_PLUG_IN)
    yield Fact("Software", said.version)


def _journal(said: EdgePresence) -> Fact:
    """Rows in flight are nothing wrong: those that waited for a minute already when it last said so are."""
    waited = timedelta(0) if said.due_at is None or said.acked >= said.due else said.received_at - said.due_at
    text = f"{_rows(said.waiting)} waiting to be sent" if said.waiting else "all of it is sent"
    return Fact("Journal", text, waited >= timedelta(seconds=DUE_AFTER_S), _TO_SEND)


def _journal_fault(fault: str) -> Fact:
    what, remedy = _FAULTS.get(fault, (f"what it says is {fault}", _TO_LOOK_AT))
    text = f"its journal takes no rows ({what}): doors open, their check-ins are lost, counters redeem nothing"
    return Fact("Journal's file", text, True, remedy)


def _clock(said: EdgePresence) -> Fact:
    text = f"clock {said.clock}"
    if said.clock == ClockState.HOLDOVER:
        text += ": synced once since it started"
    return Fact("Clock", text, said.clock == ClockState.UNKNOWN, _TO_SET)


def _replica(edge: Edge, said: EdgePresence, at: datetime) -> Iterator[Fact]:
    if said.feed != edge.feed.name:
        yield Fact("Feed", f"it follows the feed {said.feed}, here it is set to {edge.feed}", True, _TO_FOLLOW)
    if said.epoch is None or said.sequence is None:
        yield Fact("Copy of the feed", "it has no copy of the feed: it denies everybody", True, _TO_COPY)
        return
    yield Fact("Copy of the feed", _behind(edge, said))
    age_s = said.copy_age_s(at)
    if age_s is None:
        yield Fact("Known up to date", "how old its copy is cannot be known", True, _TO_COPY)
        return
    text = f"its copy was known to be up to date {elapsed_text(age_s)} ago"
    yield Fact("Known up to date", text, age_s > REPLICA_AGE_S_MAX, _TO_COPY)


def _behind(edge: Edge, said: EdgePresence) -> str:
    behind = said.lacks(edge.feed)
    if said.feed != edge.feed.name:
        return f"at sequence {said.sequence}, of another feed"
    if behind is None:
        return f"at sequence {said.sequence} of another epoch: it will copy all anew"
    if behind:
        return f"at sequence {said.sequence} as it said: {_changes(behind)} behind the feed's {edge.feed.sequence}"
    return f"at sequence {said.sequence}: up to the feed's"


def _ago(elapsed: timedelta) -> str:
    return f"{elapsed_text(elapsed.total_seconds())} ago"


def _rows(count: int) -> str:
    return f"{count} row" if count == 1 else f"{count} rows"


def _changes(count: int) -> str:
    return f"{count} change" if count == 1 else f"{count} changes"
