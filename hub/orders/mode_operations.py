"""Every write to modes: what is set by hand, its end, and what each edge is told of it."""

import re
from collections.abc import Iterable
from datetime import datetime
from difflib import get_close_matches
from typing import Any, Final

from django.db.models import BigIntegerField, Case, F, QuerySet, When
from django.utils.translation import gettext as _

from contract.ask import Posture
from contract.messages import READERS_MAX
from contract.orders import Reported
from contract.topics import NAME_PATTERN
from hub.audit import operations as audit
from hub.errors import HubError
from hub.feed.epoch_operations import epoch_at
from hub.fleet.models import Edge, Reader, Site
from hub.fleet.named import edge_named
from hub.orders import queries
from hub.orders.models import EdgeModes, ModeOrder
from hub.orders.ordering import ordering
from hub.orders.places import ByHand, Place, Set

KEPT_BY: Final = "Doorward, kept from the edge after a restore"
_REVOKED: Final = "Doorward, as the edge is revoked"
_EDGES_A_STATEMENT: Final = 10_000


class UnknownPlace(HubError):
    """The hub has no such site or reader."""


class NoSuchMode(HubError):
    """What is asked for cannot be set there, or nothing is set there."""


class NotAsShown(HubError):
    """Something else is set there than who asks was shown."""


def set_mode(place: Place, posture: Posture, at: datetime, by: str, shown: int | None = None) -> ModeOrder:
    """From now on, until it is cleared. UnknownEdge, UnknownPlace. NoSuchMode: only doors stand open.

    `shown`: which order is to be replaced (its number; 0: none); None: whichever stands. NotAsShown: another one
    does. A lockdown is set whatever stands.
    """
    with ordering():
        where = _where(place)
        _check_doors(place, posture)
        standing = queries.standing_at(place)
        if standing is not None and standing.posture == posture:
            return standing
        if posture != Posture.LOCKDOWN:
            _check_shown(standing, shown)
        order = _begin(place, posture, at, by, where)
        renew_modes(_edges(), at)
    return order


def clear_mode(place: Place, at: datetime, by: str, shown: int | None = None) -> list[ModeOrder]:
    """Nothing is set by hand there any more. Answers with what still is, elsewhere, and holds there too.

    NoSuchMode: nothing was set there. `shown`: which order is to be ended; None: whichever stands. NotAsShown:
    another one does.
    """
    with ordering():
        _check_shown(queries.standing_at(place), shown)
        # Of a reader that its configuration no longer has, too.
        if not _end(place, at, by):
            _where(place)
            said = _("nothing is set by hand for %(place)s itself; %(elsewhere)s")
            raise NoSuchMode(said % {"place": place.word, "elsewhere": _set_elsewhere()})
        renew_modes(_edges(), at)
        return list(ModeOrder.objects.filter(ended_at=None))


def keep_lockdowns(edge: Edge, reported: Reported, at: datetime) -> tuple[list[str], int]:
    """An edge has heard of newer orders than the hub knows: the lockdowns that stand there hold on, as orders of
    that edge, until they are ended or it is revoked. Answers with the places that the hub itself had not in
    lockdown, and of how many more readers it keeps none. Within `ordering`; what the edge is told is to be renewed
    by the caller.

    Of readers that the hub does not know it keeps as many as one message names: else whoever owns an edge could
    make up any number of them.
    """
    own = set_for(edge)
    names = {mode.reader: None for mode in reported.mode_readers if mode.posture == Posture.LOCKDOWN}
    named = [
        name for name in names if own.readers.get(name) != Posture.LOCKDOWN and re.fullmatch(NAME_PATTERN, name)
    ]
    known = set(edge.readers.values_list("name", flat=True))
    strange = [name for name in named if name not in known]
    room = max(0, READERS_MAX - _kept_of(edge).exclude(reader="").count())
    kept = [Place(edge=edge.name, reader=name) for name in named if name in known or name in strange[:room]]
    if reported.mode_edge == Posture.LOCKDOWN != own.edge:
        kept.insert(0, Place(edge=edge.name))
    for place in kept:
        _begin(place, Posture.LOCKDOWN, at, KEPT_BY, {"edge": edge})
    return [place.word for place in kept], len(strange[room:])


def end_kept(edge: Edge, at: datetime) -> None:
    """What was kept at the word of an edge that is revoked holds no longer. Within `ordering`."""
    for kept in _kept_of(edge):
        audit.note("mode cleared", kept, {"posture": kept.posture}, None)
    if _kept_of(edge).update(ended_at=at, ended_by=_REVOKED):
        renew_modes([edge], at)


def renew_all_modes(at: datetime) -> bool:
    """Brings what edges are told to what is set: edges may have come, or moved to another site. Whether it did."""
    if not stale_edges(_edges()):
        return False
    with ordering():
        return renew_modes(_edges(), at)


def renew_modes(edges: Iterable[Edge], at: datetime) -> bool:
    """Within `ordering`, which nobody else can hold meanwhile: a few statements, however many edges there are."""
    stale = stale_edges(edges)
    EdgeModes.objects.bulk_create(
        [EdgeModes(edge=edge, document=document, ordered_at=at) for edge, document in stale],
        update_conflicts=True,
        unique_fields=["edge"],
        update_fields=["document", "ordered_at"],
    )
    numbers = [edge.pk for edge, _document in stale]
    begun = Case(When(epoch=0, then=epoch_at(at)), default=F("epoch"), output_field=BigIntegerField())
    for first in range(0, len(numbers), _EDGES_A_STATEMENT):
        some = Edge.objects.filter(pk__in=numbers[first : first + _EDGES_A_STATEMENT])
        some.update(epoch=begun, mode_generation=F("mode_generation") + 1)
    return bool(stale)


def stale_edges(edges: Iterable[Edge]) -> list[tuple[Edge, dict[str, Any]]]:
    """Those that are told something else than what is set, and what is to be told. Reads only."""
    by_hand = _by_hand()
    told = dict(EdgeModes.objects.values_list("edge_id", "document"))
    nothing = {"edge": None, "readers": {}}
    found = ((edge, _merged(by_hand, edge).as_json()) for edge in edges)
    return [(edge, wanted) for edge, wanted in found if wanted != told.get(edge.pk, nothing)]


def set_for(edge: Edge) -> Set:
    """What its readers are set to by hand. Reads only."""
    return _merged(_by_hand(), edge)


def _kept_of(edge: Edge) -> QuerySet[ModeOrder]:
    return ModeOrder.objects.filter(edge=edge, by=KEPT_BY, ended_at=None)


def _by_hand() -> ByHand:
    standing = ModeOrder.objects.filter(ended_at=None).values_list("place", "posture")
    return ByHand.of((place, Posture(posture)) for place, posture in standing)


def _merged(by_hand: ByHand, edge: Edge) -> Set:
    is_crowded = len(by_hand.readers.get(edge.name, ())) > READERS_MAX
    known = edge.readers.values_list("name", flat=True) if is_crowded else ()
    return by_hand.merged(edge.name, edge.site.name, set(known))


def _edges() -> Iterable[Edge]:
    return Edge.objects.select_related("site")


def _check_shown(standing: ModeOrder | None, shown: int | None) -> None:
    if shown is not None and shown != (0 if standing is None else standing.pk):
        raise NotAsShown(_("what is set there is not what you were shown any more: look at it again"))


def _begin(place: Place, posture: Posture, at: datetime, by: str, where: dict[str, Any]) -> ModeOrder:
    before = queries.standing_at(place)
    _close(place, at, by)
    made = ModeOrder.objects.create(
        place=place.word, posture=posture, reader=place.reader or "", since=at, by=by, **where
    )
    audit.note("mode set", made, before and {"posture": before.posture}, {"posture": str(posture)})
    return made


def _end(place: Place, at: datetime, by: str) -> bool:
    standing = queries.standing_at(place)
    if standing is not None:
        audit.note("mode cleared", standing, {"posture": standing.posture}, None)
    return _close(place, at, by)


def _close(place: Place, at: datetime, by: str) -> bool:
    return bool(ModeOrder.objects.filter(place=place.word, ended_at=None).update(ended_at=at, ended_by=by))


def _where(place: Place) -> dict[str, Any]:
    """The rows that a place names."""
    if place.site is not None:
        site = Site.objects.filter(name=place.site).first()
        if site is None:
            known = list(Site.objects.values_list("name", flat=True))
            raise UnknownPlace(
                _("there is no site %(site)s: %(near)s")
                % {"site": repr(place.site), "near": _near(place.site, known)}
            )
        return {"site": site}
    if place.edge is None:
        return {}
    edge = edge_named(place.edge)
    if place.reader is not None:
        check_reader(edge, place.reader)
    return {"edge": edge}


def check_reader(edge: Edge, name: str) -> Reader:
    """UnknownPlace, with the readers that there are."""
    reader = edge.readers.filter(name=name).first()
    if reader is None:
        known = list(edge.readers.values_list("name", flat=True))
        raise UnknownPlace(
            _("%(edge)s has no reader %(name)s: %(near)s")
            % {"edge": edge, "name": repr(name), "near": _near(name, known)}
        )
    return reader


def _near(name: str, known: list[str]) -> str:
    near = get_close_matches(name, known, 1)
    if near:
        return _("did you mean %(near)s?") % {"near": near[0]}
    return _("there are %(known)s") % {"known": ", ".join(sorted(known))} if known else _("there is none yet")


def _check_doors(place: Place, posture: Posture) -> None:
    if place.reader is None or posture in (Posture.LOCKDOWN, Posture.SECURE):
        return
    edge = edge_named(place.edge or "")
    if check_reader(edge, place.reader).kind != Reader.Kind.DOOR:
        raise NoSuchMode(
            _("%(word)s is a counter: it can be in lockdown or secure, only doors stand open")
            % {"word": place.word}
        )
    door = _door_opened_from(edge, place.reader)
    if door is not None:
        raise NoSuchMode(
            _("%(word)s opens the door of %(door)s: it can be in lockdown or secure, set %(door)s to hold it open")
            % {"word": place.word, "door": f"{edge}/{door}"}
        )


def _door_opened_from(edge: Edge, reader: str) -> str | None:
    """Whose door it opens in place of its own, by the newest configuration that was pushed."""
    newest = queries.newest(edge)
    sections = () if newest is None else newest.document.get("readers", ())
    return next((each.get("door") for each in sections if each["name"] == reader), None)


def _set_elsewhere() -> str:
    orders = ModeOrder.objects.filter(ended_at=None).select_related("site", "edge")
    told = ", ".join(
        _("%(place)s is %(posture)s (“%(ending)s” ends it)")
        % {"place": order.place, "posture": order.posture, "ending": ending(order)}
        for order in orders
    )
    return told or _("no mode is set at all")


def ending(order: ModeOrder) -> str:
    """The command that ends what is set there."""
    where = "--everything"
    if order.edge is not None:
        where = f"--reader {order.edge}/{order.reader}" if order.reader else f"--edge {order.edge}"
    elif order.site is not None:
        where = f"--site {order.site}"
    return f"doorward-hub mode clear {where}"
