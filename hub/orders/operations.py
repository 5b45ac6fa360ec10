"""Every write to configurations: what is pushed, rolled back, and follows the edge's page at the hub."""

from contextlib import suppress
from datetime import datetime
from typing import Any, Final, NamedTuple

from django.utils.translation import gettext as _

from hub.audit import operations as audit
from hub.errors import HubError
from hub.fleet import operations as fleet
from hub.fleet.models import Edge
from hub.fleet.named import edge_named
from hub.fleet.reader_operations import replace_readers
from hub.orders import queries
from hub.orders.documents import ConfigurationRefused, document_for, known_of, read_readers
from hub.orders.held import check_configuration, check_move
from hub.orders.mode_operations import renew_modes, set_for
from hub.orders.models import Configuration
from hub.orders.ordering import begin_epoch, ordering
from hub.orders.toml_text import toml_of


class NothingBefore(HubError):
    """There is no configuration that could be gone back to."""


class Overtaken(HubError):
    """Somebody else was faster: the newest configuration is not the one that was looked at."""


class Pushed(NamedTuple):
    """`new`: a new generation, in the place of `replaced`; else the edge is to have this one already."""

    configuration: Configuration
    new: bool
    replaced: Configuration | None = None


class Terms(NamedTuple):
    """`over`: the key of the newest configuration that was looked at, 0 where there was none; None: whatever it
    is. `may_lift`: whether who asks may set modes."""

    over: int | None = None
    may_lift: bool = True


_TERMINAL: Final = Terms()
"""Who has the hub's keys may do all."""


def push(edge_name: str, text: str, at: datetime, by: str, terms: Terms = _TERMINAL) -> Pushed:
    """The edge should have what this TOML says, and its readers at the hub are brought to it.

    The same as the newest is no new generation, unless the edge refused that: then it is to try again.
    UnknownEdge. ConfigurationRefused, Overtaken, LockdownHolds: nothing changes.
    """
    with ordering():
        edge = edge_named(edge_name)
        newest = queries.newest(edge)
        _check_newest(newest, terms.over)
        document = document_for(edge, text)
        if newest is not None and newest.document == document and newest.refused_at is None:
            return Pushed(newest, False)
        made = _say(edge, document, text, at, by)
        if not terms.may_lift:
            check_configuration(edge, newest, document)
        _note("configuration pushed", newest, made)
        return Pushed(made, True, newest)


def rollback(edge_name: str, at: datetime, by: str, terms: Terms = _TERMINAL) -> Configuration:
    """The last one before the newest that stood at the edge and that nobody went back from, as a new generation.

    UnknownEdge, NothingBefore, Overtaken, LockdownHolds. ConfigurationRefused: it names what the hub no longer
    has.
    """
    with ordering():
        edge = edge_named(edge_name)
        newest = queries.newest(edge)
        _check_newest(newest, terms.over)
        before = None if newest is None else queries.stood_before(newest)
        if newest is None or before is None:
            raise NothingBefore(
                _("no other configuration has stood at %(edge)s before: push the one that should") % {"edge": edge}
            )
        made = _follow(edge, before, at, by)
        if not terms.may_lift:
            check_configuration(edge, newest, made.document)
        _note("configuration rolled back", newest, made)
        newest.left_at = at
        newest.save(update_fields=["left_at"])
        return made


def _check_newest(newest: Configuration | None, over: int | None) -> None:
    found = 0 if newest is None else newest.pk
    if over is None or over == found:
        return
    if newest is None:
        raise Overtaken(_("what was looked at is not there any more: look again"))
    text = _(
        "generation %(generation)s was made meanwhile, by %(by)s: look at what it says in the history, then decide"
        " again"
    )
    raise Overtaken(text % {"generation": newest.generation, "by": newest.by})


def save_edge(edge: Edge, at: datetime, by: str, *, may_lift: bool = True) -> Edge:
    """As its page says. What follows from its feed and site is ordered anew.

    `may_lift` as in Terms. ValidationError, ConfigurationRefused, LockdownHolds.
    """
    with ordering():
        stored = Edge.objects.select_related("site").filter(pk=edge.pk).first()
        before = None if stored is None else set_for(stored)
        fleet.save_edge(edge)
        if before is not None and not may_lift:
            check_move(edge, before)
        renew_modes([edge], at)
        newest = queries.newest(edge)
        if newest is not None and not known_of(edge).items() <= newest.document.items():
            _note("configuration renewed", newest, _follow(edge, newest, at, by))
    return edge


def say_anew(edge: Edge, at: datetime) -> None:
    """The newest again, as the first generation of an epoch that has begun. Within `ordering`.

    Not where it names what the hub no longer has: then the edge keeps what it has until another one is pushed.
    """
    newest = queries.newest(edge)
    if newest is not None:
        with suppress(ConfigurationRefused):
            _follow(edge, newest, at, newest.by)


def _note(action: str, before: Configuration | None, made: Configuration) -> None:
    """By their texts: what is secret to an edge is in no configuration."""
    old = None if before is None else {"generation": before.generation, "text": before.text}
    audit.note(action, made.edge, old, {"generation": made.generation, "text": made.text})


def _follow(edge: Edge, like: Configuration, at: datetime, by: str) -> Configuration:
    """What a configuration said before, for the edge as it is today."""
    document = {**like.document, **known_of(edge)}
    text = like.text if document == like.document else toml_of(document)
    return _say(edge, document, text, at, by)


def _say(edge: Edge, document: dict[str, Any], text: str, at: datetime, by: str) -> Configuration:
    replace_readers(edge, read_readers(edge, document))
    stored = Edge.objects.select_for_update().get(pk=edge.pk)
    begin_epoch(stored, at)
    stored.config_generation += 1
    stored.save(update_fields=["epoch", "config_generation"])
    return Configuration.objects.create(
        edge=stored,
        epoch=stored.epoch,
        generation=stored.config_generation,
        document=document,
        text=text,
        made_at=at,
        by=by,
    )
