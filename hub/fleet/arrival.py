"""Where a change of access has arrived: of things that stand in feeds, which of the edges that follow those feeds
have reported a copy at least as new as their rows. Reads only.

An edge says each minute, and whenever it connects, how far its copy is; so a change is often there before it is
said here. What an edge says of another epoch than the feed's present one counts for nothing: its numbers are of
another history.
"""

import hashlib
import re
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Final, NamedTuple
from urllib.parse import urlencode

from django.db.models import Model
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from contract.calendar import zone_of
from hub import instants
from hub.feed.newest import newest_by_key, newest_by_ref
from hub.fleet.arrival_rows import MODELS, RowsOf, rows_of
from hub.fleet.models import Edge
from hub.fleet.standing import Light, presence_of, standing_of
from hub.fleet.workers import watched

NAMED_MAX: Final = 3
UNDER_WAY_S: Final = 2
SILENT_S: Final = 15
"""How soon to look again: where edges are heard of, and where only silent ones are missing."""
_MARK_LETTERS: Final = 16
_FEED: Final = "feed"
_POSITION: Final = re.compile(rf"{_FEED}-([0-9]{{1,9}})-([0-9]{{1,18}})", re.ASCII)


class Missing(NamedTuple):
    """An edge that has not reported the rows. `is_heard`: it is in touch, so it will. `text`: how it is."""

    edge: str
    is_heard: bool
    text: str


class Arrival(NamedTuple):
    """`there` of `edges` edges have it. `query`: what it is about, as an address asks for it."""

    edges: int
    there: int
    missing: list[Missing]
    query: str

    @property
    def is_whole(self) -> bool:
        return not self.missing

    @property
    def light(self) -> Light:
        if not self.edges:
            return Light.GREY
        return Light.AMBER if self.missing else Light.GREEN

    @property
    def text(self) -> str:
        if not self.edges:
            return _("No edge has to know of it.")
        told = {"there": self.there, "edges": self.edges}
        return ngettext("At %(there)s of %(edges)s edge", "At %(there)s of %(edges)s edges", self.edges) % told

    @property
    def named(self) -> list[Missing]:
        """A few of those that miss it, those first that say nothing."""
        return sorted(self.missing, key=lambda each: (each.is_heard, each.edge))[:NAMED_MAX]

    @property
    def others(self) -> int:
        """How many more miss it."""
        return max(0, len(self.missing) - NAMED_MAX)

    @property
    def mark(self) -> str:
        """Another one where something else is to be shown."""
        shown = [self.text, str(self.again_s), str(self.others), *(each.text for each in self.named)]
        return hashlib.sha256("\n".join(shown).encode()).hexdigest()[:_MARK_LETTERS]

    @property
    def again_s(self) -> int:
        """When to look again; 0: there is nothing to wait for."""
        if self.is_whole:
            return 0
        return UNDER_WAY_S if any(each.is_heard for each in self.missing) else SILENT_S


def arrival_of(at: datetime, *things: Model) -> Arrival:
    """Of all these together: customers, companies, memberships, links, cards, plans, permissions, partners,
    schedules or sites, as they are stored. Of what is deleted, ask by whom it belonged to, or arrival_at."""
    asked = [f"{each._meta.model_name}-{each.pk}" for each in things if each.pk]
    return _arrival(at, _newest([rows_of(each) for each in things if each.pk]), asked)


def arrival_at(at: datetime, positions: dict[int, int]) -> Arrival:
    """Of all that these feeds had at these sequences, by the feeds' ids: for what is deleted, or is too many."""
    asked = [f"{_FEED}-{feed}-{sequence}" for feed, sequence in positions.items()]
    return _arrival(at, dict(positions), asked)


def _arrival(at: datetime, newest: dict[int, int], asked: Iterable[str]) -> Arrival:
    # Who was revoked follows nothing any more, and who is not enrolled does not yet.
    following = Edge.objects.filter(feed__in=newest, revoked_at=None, signing_key__isnull=False)
    edges = list(following.select_related("site", "feed", "presence").annotate(watched=watched(at)))
    missing = [_missing(each, at) for each in edges if not _has(each, newest[each.feed_id])]
    query = urlencode([("of", each) for each in asked])
    return Arrival(len(edges), len(edges) - len(missing), missing, query)


def arrival_asked(at: datetime, asked: Iterable[str]) -> Arrival:
    """By what `Arrival.query` says: things or feeds. What is neither, or is not there any more, is passed over."""
    said = list(asked)
    positions = [(int(found[1]), int(found[2])) for found in map(_POSITION.fullmatch, said) if found]
    if positions:
        return arrival_at(at, dict(positions))
    return arrival_of(at, *filter(None, map(_thing, said)))


def _thing(asked: str) -> Model | None:
    kind, _dash, number = asked.partition("-")
    model = MODELS.get(kind)
    if model is None or not (number.isascii() and number.isdigit() and len(number) < 19):
        return None
    return model._default_manager.filter(pk=int(number)).first()


def _newest(wanted: Sequence[RowsOf]) -> dict[int, int]:
    """In feeds that have the things themselves: the newest of their rows and of those that they rest on."""
    own = _later(
        newest_by_key(keys for each in wanted for keys in each.own),
        newest_by_ref(ref for each in wanted for ref in each.refs),
    )
    besides = newest_by_key(keys for each in wanted for keys in each.besides)
    return {feed: max(sequence, besides.get(feed, 0)) for feed, sequence in own.items()}


def _later(one: dict[int, int], other: dict[int, int]) -> dict[int, int]:
    return {feed: max(one.get(feed, 0), other.get(feed, 0)) for feed in one | other}


def _has(edge: Edge, sequence: int) -> bool:
    """No feed is waited for beyond where it stands: one that was restored may stand before `sequence`."""
    said = presence_of(edge)
    if said is None or said.sequence is None or (said.feed, said.epoch) != (edge.feed.name, edge.feed.epoch):
        return False
    return said.sequence >= min(sequence, edge.feed.sequence)


def _missing(edge: Edge, at: datetime) -> Missing:
    stands, said = standing_of(edge, at), presence_of(edge)
    if said is None:
        return Missing(edge.name, False, _("%(edge)s has never been heard of.") % {"edge": edge})
    if stands.light is Light.GREY:
        text = _("Of %(edge)s nothing is known: no worker of the hub reaches the broker.")
        return Missing(edge.name, False, text % {"edge": edge})
    if stands.light is Light.RED:
        told = {"edge": edge, "at": _instant(edge, stands.since_at or said.received_at, at)}
        return Missing(edge.name, False, _("%(edge)s has not been heard of since %(at)s.") % told)
    if said.feed != edge.feed.name:
        return Missing(edge.name, True, _("%(edge)s follows another feed than it should.") % {"edge": edge})
    return Missing(edge.name, True, _("%(edge)s has not said yet that it has it.") % {"edge": edge})


def _instant(edge: Edge, instant: datetime, at: datetime) -> str:
    """By the clock on the wall where the edge stands; with its day, where that is not today."""
    zone = zone_of(edge.site.time_zone)
    there = instant.astimezone(zone)
    return f"{there:%H:%M}" if there.date() == at.astimezone(zone).date() else instants.instant(there)
