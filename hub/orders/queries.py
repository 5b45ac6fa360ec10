"""Reading orders: what an edge should have, what stands there, and what is to be said to it."""

from collections.abc import Collection
from datetime import datetime
from enum import StrEnum
from typing import Any, Final, NamedTuple

from django.db.models import Case, F, Q, When

from contract.ask import Posture
from contract.orders import Desired, Modes, ReaderMode
from hub.fleet.models import Edge
from hub.orders.models import Configuration, EdgeModes, ModeOrder, OrdersTurn, ReportedState
from hub.orders.places import Place


class Standing(StrEnum):
    """How an edge's newest configuration is."""

    NONE = "none"
    STANDS = "stands"
    TRYING = "trying"
    WAITING = "waiting"
    REFUSED = "refused"


class ConfigurationState(NamedTuple):
    """`newest` is what the edge should have, `standing` what it last said that it has; None: the edge's own
    edge.toml, or nothing. `reported`: what it said; None: nothing yet."""

    state: Standing
    newest: Configuration | None
    standing: Configuration | None
    reported: ReportedState | None


class Marks(NamedTuple):
    """How far what is ordered of an edge has come."""

    edge: str
    config: tuple[int, int]
    mode: tuple[int, int]


REACHABLE: Final = Q(signing_key__isnull=False, revoked_at=None)
"""Of edges: something may reach them, for they are enrolled and not revoked."""


def changes() -> int:
    """Rises with every order, and with nothing that edges say unless something is ordered by it."""
    return OrdersTurn.objects.values_list("changes", flat=True)[0]


def newest(edge: Edge) -> Configuration | None:
    return edge.configurations.first()


def stood_before(configuration: Configuration) -> Configuration | None:
    """The last one that stood before this one, says something else, and was not gone back from since."""
    epoch, generation = configuration.epoch, configuration.generation
    older = Q(epoch__lt=epoch) | Q(epoch=epoch, generation__lt=generation)
    passed = [configuration.document]
    for each in Configuration.objects.filter(older, edge=configuration.edge_id):
        if each.left_at is not None:
            passed.append(each.document)
        elif each.stood_at is not None and each.document not in passed:
            return each
    return None


def state_of(edge: Edge) -> ConfigurationState:
    wanted, reported = newest(edge), ReportedState.objects.filter(edge=edge).first()
    standing = None
    if reported is not None:
        standing = edge.configurations.filter(epoch=reported.epoch, generation=reported.generation).first()
    return ConfigurationState(how_it_stands(wanted, reported), wanted, standing, reported)


def all_newest() -> dict[int, Configuration]:
    """By edge, without what they say."""
    orders = Configuration.objects.filter(epoch=F("edge__epoch"), generation=F("edge__config_generation"))
    # Enrolled anew, and nothing said in the new epoch yet.
    owed = Edge.objects.exclude(config_generation=0).exclude(configurations__epoch=F("epoch"))
    before = Configuration.objects.filter(edge__in=owed).order_by("epoch", "generation")
    return {order.edge_id: order for found in (before, orders) for order in found.defer("document", "text")}


def how_it_stands(wanted: Configuration | None, reported: ReportedState | None) -> Standing:
    if wanted is None:
        return Standing.NONE
    if wanted.refused_at is not None:
        return Standing.REFUSED
    if reported is None or (reported.epoch, reported.generation) != (wanted.epoch, wanted.generation):
        return Standing.WAITING
    return Standing.TRYING if reported.trying else Standing.STANDS


def all_marks() -> list[Marks]:
    """Of all edges of which something was ordered."""
    rows = Edge.objects.exclude(epoch=0).values_list("name", "epoch", "config_generation", "mode_generation")
    return [Marks(name, (epoch, config), (epoch, mode)) for name, epoch, config, mode in rows]


def unheard() -> list[str]:
    """Edges that could have heard their newest configuration and modes and have not said so, by name."""
    asked = ~Q(config_generation=0) & ~_heard("") & ~_heard("refused_")
    modes = ~Q(mode_generation=0) & ~Q(
        reported__mode_epoch=F("epoch"), reported__mode_generation=F("mode_generation")
    )
    return list(Edge.objects.filter(REACHABLE, asked | modes).values_list("name", flat=True))


def _heard(which: str) -> Q:
    return Q(
        **{
            f"reported__{which}epoch": F("epoch"),
            f"reported__{which}generation": F("config_generation"),
        }
    )


def desired_of(edges: list[str]) -> dict[str, Desired]:
    """What these edges should have, by name, as it is said to them."""
    current = Configuration.objects.filter(
        edge__name__in=edges, epoch=F("edge__epoch"), generation=F("edge__config_generation")
    ).select_related("edge")
    return {
        each.edge.name: Desired(epoch=each.epoch, generation=each.generation, document=each.document)
        for each in current
    }


def modes_of(edges: list[str]) -> dict[str, Modes]:
    """What the readers of these edges are set to by hand, by the edge's name, as it is said to them."""
    told = EdgeModes.objects.filter(edge__name__in=edges, edge__mode_generation__gt=0).select_related("edge")
    return {each.edge.name: _modes(each.edge, each.document) for each in told}


def modes_for(edge: Edge) -> Modes | None:
    """None: nothing was ever set by hand."""
    return modes_of([edge.name]).get(edge.name)


def _modes(edge: Edge, document: dict[str, Any]) -> Modes:
    return Modes(
        epoch=edge.epoch,
        generation=edge.mode_generation,
        edge=None if document["edge"] is None else Posture(document["edge"]),
        readers=[ReaderMode(reader=name, posture=Posture(said)) for name, said in document["readers"].items()],
    )


def standing_at(place: Place) -> ModeOrder | None:
    """What is set by hand for this place itself."""
    return ModeOrder.objects.filter(place=place.word, ended_at=None).first()


def set_by_hand() -> list[ModeOrder]:
    """All that is, lockdowns first."""
    standing = ModeOrder.objects.filter(ended_at=None).select_related("site", "edge__site")
    return sorted(standing, key=lambda order: (order.posture != Posture.LOCKDOWN, order.place))


def lockdowns(first_of: Collection[int], at_most: int) -> tuple[list[ModeOrder], int]:
    """Those that are set, the widest first, then those of these edges; and how many more there are than told."""
    standing = ModeOrder.objects.filter(ended_at=None, posture=Posture.LOCKDOWN)
    order = Case(
        When(edge=None, site=None, then=0),
        When(edge=None, then=1),
        When(edge__in=first_of, then=2),
        When(reader="", then=3),
        default=4,
    )
    found = list(standing.select_related("site", "edge__site").order_by(order, "place")[: at_most + 1])
    more = standing.count() - at_most if len(found) > at_most else 0
    return found[:at_most], more


_HISTORY_SHOWN: Final = 20


def history(edge: Edge, count: int = _HISTORY_SHOWN) -> list[Configuration]:
    """The newest first."""
    return list(edge.configurations.all()[:count])


def lockdowns_over(edge: Edge, reader: str, at: datetime) -> list[ModeOrder]:
    """Those that were set at `at` for this reader, wherever they had been heard by then."""
    places = [Place(), Place(site=edge.site.name), Place(edge=edge.name), Place(edge=edge.name, reader=reader)]
    orders = ModeOrder.objects.filter(place__in=[place.word for place in places], posture=Posture.LOCKDOWN)
    return list(orders.filter(Q(ended_at=None) | Q(ended_at__gt=at), since__lte=at))
