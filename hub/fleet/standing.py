"""How an edge stands, by what it last said: a light, a word, and what is wrong. Pure: asks no database.

Silence is the hub's own finding: an edge says something every minute, and after 150 s without it (or without the
broker) nobody knows how it is.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final, NamedTuple

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext_lazy

from contract.calendar import zone_of
from contract.trust import ClockState
from hub import instants
from hub.contract_words import said_of
from hub.fleet import standing_words as words
from hub.fleet.models import Edge, EdgePresence

HEARD_WITHIN_S: Final = 150.0
"""Two of an edge's words (one every 60 s) may be lost."""
REPLICA_AGE_S_MAX: Final = 300.0
DUE_AFTER_S: Final = 55.0
"""An edge says something every 60 s: what was there the last time, and is still, waited for about a minute."""
_UNITS: Final = (
    (pgettext_lazy("days, short", "d"), 86_400),
    (pgettext_lazy("hours, short", "h"), 3_600),
    (pgettext_lazy("minutes, short", "min"), 60),
    (pgettext_lazy("seconds, short", "s"), 1),
)
_LONG_S: Final = 1e9


class Light(StrEnum):
    """Grey: nothing is expected of it."""

    GREEN = "green"
    AMBER = "amber"
    RED = "red"
    GREY = "grey"


class Fact(NamedTuple):
    """A line of an edge's page. `wrong`: it is one of the reasons for amber, and `remedy` is what to do."""

    name: str | Promise
    text: str
    wrong: bool = False
    remedy: str | Promise = ""


class Standing(NamedTuple):
    """`word` and `since` say how it is and since when; `faults` what is wrong now; `facts` all that it said.

    `remedy` is what to do about it as a whole, `since_at` the instant of `since`. `is_there`: it is in touch;
    `is_silent`: the broker has it, the hub hears nothing.
    """

    light: Light
    word: str | Promise
    since: str
    faults: list[str]
    facts: list[Fact]
    remedy: str | Promise = ""
    since_at: datetime | None = None
    is_there: bool = False
    is_silent: bool = False


def to_enrol(edge: Edge) -> str:
    return f"doorward-hub enrol {edge}"


def left_out_text(edge: Edge) -> str:
    """Why no order reaches this edge, and what to do; empty: one would."""
    if edge.revoked_at is not None:
        said = _(
            "%(edge)s was revoked at %(since)s; its machine goes on deciding from the copy it has until it is"
            " taken down; enrol another in its place: %(command)s"
        )
        since = instant_text(edge, edge.revoked_at)
        return said % {"edge": edge, "since": since, "command": to_enrol(edge)}
    if edge.signing_key is None:
        said = _("%(edge)s is not enrolled, so nothing reaches it: make a code on its page, or by %(command)s")
        return said % {"edge": edge, "command": to_enrol(edge)}
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
        said_of_it = _(
            "Its machine goes on deciding from the copy it has until it is taken down; enrol another in its place:"
            " %(command)s."
        )
        remedy = said_of_it % {"command": to_enrol(edge)}
        return _since(edge, edge.revoked_at, Standing(Light.GREY, words.REVOKED, "", [], facts, remedy))
    watched = getattr(edge, "watched", True)
    if said is None:
        enrolling = words.TO_ENROL if edge.signing_key is None else words.TO_START
        light = Light.RED if watched else Light.GREY
        return Standing(light, words.NEVER_HEARD_OF, "", [_("nothing has come from it")], [], enrolling)
    if not watched:
        unknown = Standing(Light.GREY, words.NOT_KNOWN, "", [], facts, words.UNWATCHED)
        return _since(edge, said.received_at, unknown)
    if not said.online:
        return _since(edge, said.since, Standing(Light.RED, words.OFFLINE, "", [], facts, words.GONE))
    if at - said.received_at > timedelta(seconds=HEARD_WITHIN_S):
        silent = Standing(Light.RED, words.NOT_HEARD_OF, "", [], facts, words.SILENT, is_silent=True)
        return _since(edge, said.received_at, silent)
    faults = [fact.text for fact in facts if fact.wrong]
    light = Light.AMBER if faults else Light.GREEN
    return _since(edge, said.since, Standing(light, words.ONLINE, "", faults, facts, is_there=True))


def _since(edge: Edge, at: datetime, standing: Standing) -> Standing:
    return standing._replace(since=instant_text(edge, at), since_at=at)


def instant_text(edge: Edge, at: datetime) -> str:
    """By the clock on the wall where the edge stands."""
    return instants.precise(at.astimezone(zone_of(edge.site.time_zone)))


def as_of_text(edge: Edge, at: datetime) -> str:
    """When it said what `standing_of` tells; empty: it has said nothing."""
    said = presence_of(edge)
    if said is None:
        return ""
    elapsed = elapsed_text((at - said.received_at).total_seconds())
    return _("%(instant)s (%(elapsed)s ago)") % {
        "instant": instant_text(edge, said.received_at),
        "elapsed": elapsed,
    }


def elapsed_text(seconds: float) -> str:
    """In its two largest units."""
    if seconds >= _LONG_S:
        return _("more than 30 years")
    left, parts = max(0, int(seconds)), []
    for unit, size in _UNITS:
        if left >= size:
            parts.append(f"{left // size} {unit}")
        left %= size
    return " ".join(parts[:2]) or f"0 {_UNITS[-1][0]}"


def _facts(edge: Edge, said: EdgePresence, at: datetime) -> Iterator[Fact]:
    yield Fact(_("Its own clock said then"), instant_text(edge, said.said_at))
    yield _clock(said)
    yield from _replica(edge, said, at)
    if said.journal_fault:
        yield _journal_fault(said.journal_fault)
    yield _journal(said)
    for reader in said.readers:
        if reader["open"]:
            yield Fact(_("Reader"), _("%(reader)s: port open") % {"reader": reader["name"]})
        else:
            text = _("%(reader)s: port closed") % {"reader": reader["name"]}
            yield Fact(_("Reader"), text, True, words.TO_PLUG_IN)
    yield Fact(_("Software"), said.version)


def _journal(said: EdgePresence) -> Fact:
    """Rows in flight are nothing wrong: those that waited for a minute already when it last said so are."""
    waited = timedelta(0) if said.due_at is None or said.acked >= said.due else said.received_at - said.due_at
    rows = ngettext("%(count)s row waiting to be sent", "%(count)s rows waiting to be sent", said.waiting)
    text = rows % {"count": said.waiting} if said.waiting else _("all of it is sent")
    return Fact(_("Journal"), text, waited >= timedelta(seconds=DUE_AFTER_S), words.TO_SEND)


def _journal_fault(fault: str) -> Fact:
    unknown = _("what it says is %(fault)s") % {"fault": fault}
    what, remedy = words.FAULTS.get(fault, (unknown, words.TO_LOOK_AT))
    text = _("its journal takes no rows (%(what)s): doors open, their check-ins are lost, counters redeem nothing")
    return Fact(_("Journal's file"), text % {"what": what}, True, remedy)


def _clock(said: EdgePresence) -> Fact:
    text = _("clock %(state)s") % {"state": said_of(ClockState, said.clock)}
    if said.clock == ClockState.HOLDOVER:
        text = _("clock holdover: synced once since it started")
    return Fact(_("Clock"), text, said.clock == ClockState.UNKNOWN, words.TO_SET)


def _replica(edge: Edge, said: EdgePresence, at: datetime) -> Iterator[Fact]:
    if said.feed != edge.feed.name:
        other = _("it follows the feed %(feed)s, here it is set to %(here)s")
        yield Fact(_("Feed"), other % {"feed": said.feed, "here": edge.feed}, True, words.TO_FOLLOW)
    if said.epoch is None or said.sequence is None:
        none = _("it has no copy of the feed: it denies everybody")
        yield Fact(_("Copy of the feed"), none, True, words.TO_COPY)
        return
    yield Fact(_("Copy of the feed"), _behind(edge, said))
    age_s = said.copy_age_s(at)
    if age_s is None:
        yield Fact(_("Known up to date"), _("how old its copy is cannot be known"), True, words.TO_COPY)
        return
    text = _("its copy was known to be up to date %(elapsed)s ago") % {"elapsed": elapsed_text(age_s)}
    yield Fact(_("Known up to date"), text, age_s > REPLICA_AGE_S_MAX, words.TO_COPY)


def _behind(edge: Edge, said: EdgePresence) -> str:
    behind = said.lacks(edge.feed)
    told = {"sequence": said.sequence, "behind": behind, "newest": edge.feed.sequence}
    if said.feed != edge.feed.name:
        return _("at sequence %(sequence)s, of another feed") % told
    if behind is None:
        return _("at sequence %(sequence)s of another epoch: it will copy all anew") % told
    if behind:
        lacks = ngettext(
            "at sequence %(sequence)s as it said: %(behind)s change behind the feed's %(newest)s",
            "at sequence %(sequence)s as it said: %(behind)s changes behind the feed's %(newest)s",
            behind,
        )
        return lacks % told
    return _("at sequence %(sequence)s: up to the feed's") % told
