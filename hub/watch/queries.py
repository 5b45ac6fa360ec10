"""Reading how the fleet is: all edges, the worst first, a page of them with their figures, and who works for them.

The same few questions to the database for one edge and for a thousand.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Final, NamedTuple

from django.db.models import Count, Max, QuerySet, Sum

from hub.checkins.models import JournalPosition, LostRange
from hub.fleet.models import Edge
from hub.fleet.paging import is_looked_for, page_of
from hub.fleet.standing import Light, presence_of
from hub.fleet.workers import WorkersShown, watched, workers_shown
from hub.orders import queries as orders
from hub.watch.figures import EdgeShown, shown
from hub.watch.history import HOURS, SLOTS_AN_HOUR, History, Slot, history_of
from hub.watch.judging import Judged, judged
from hub.watch.models import SLOT_SECONDS, EdgeTelemetry, EventCount, TelemetrySlot

PICTURE_SLOTS: Final = 72
"""Six hours."""
NEVER: Final = "never"
"""Asked for as if it were a light: edges of which nothing was ever heard."""


class Lost(NamedTuple):
    """Check-ins that will never come: `checkins` as far as it is known how many, of so many `ranges`."""

    ranges: int
    checkins: int
    noticed_at: datetime | None


class EdgeInFigures(NamedTuple):
    """`told` is what it told last, whenever that was; None: nothing yet."""

    shown: EdgeShown
    told: EdgeTelemetry | None
    history: History
    lost: Lost


class FleetShown(NamedTuple):
    """`all` are those that were looked for, of whatever light; `edges` those of one page."""

    all: list[Judged]
    lights: dict[str, int]
    never: int
    edges: list[EdgeShown]
    page: int
    pages: int
    workers: WorkersShown


def fleet_shown(at: datetime, looked_for: str = "", light: str = "", page: int = 1) -> FleetShown:
    """`looked_for` is part of an edge's or site's name; `light` one of Light's, NEVER or all; pages begin at 1."""
    fleet = [each for each in judged_fleet(at) if is_looked_for(each.edge, looked_for)]
    counts = Counter(each.light for each in fleet)
    silent = [each for each in fleet if presence_of(each.edge) is None and each.light is not Light.GREY]
    chosen = silent if light == NEVER else [each for each in fleet if light in ("", each.light.value)]
    on_page, page, pages = page_of(chosen, page)
    lights = {each.value: counts[each] for each in Light}
    return FleetShown(fleet, lights, len(silent), _with_figures(on_page, at), page, pages, workers_shown(at))


def judged_fleet(at: datetime) -> list[Judged]:
    """All edges, the worst first."""
    wanted = orders.all_newest()
    return sorted((judged(edge, wanted.get(edge.pk), at) for edge in _edges(at)), key=lambda each: each.rank)


def judged_after(name: str, count: int, at: datetime) -> list[Judged]:
    """So many edges whose names come after this one, by their names."""
    edges = list(_edges(at).filter(name__gt=name).order_by("name")[:count])
    wanted = orders.all_newest()
    return [judged(edge, wanted.get(edge.pk), at) for edge in edges]


def judged_named(name: str, at: datetime) -> Judged | None:
    edge = _edges(at).filter(name=name).first()
    return None if edge is None else judged(edge, orders.newest(edge), at)


def edge_shown(name: str, at: datetime) -> EdgeInFigures:
    """One edge and its last seven days. Edge.DoesNotExist."""
    edge = _edges(at).get(name=name)
    first_hour = int(at.timestamp()) // 3_600 - HOURS + 1
    rows = TelemetrySlot.objects.filter(edge=edge, slot__gte=first_hour * SLOTS_AN_HOUR)
    slots = [Slot(*row) for row in rows.values_list("slot", "latency_ms", "queue", "temperature_c")]
    [shown_edge] = _with_figures([judged(edge, orders.newest(edge), at)], at)
    told = getattr(edge, "telemetry", None)
    return EdgeInFigures(shown_edge, told, history_of(slots, first_hour), _lost_of(edge))


def event_counts() -> dict[str, int]:
    """Since the hub was made, of all workers."""
    return dict(EventCount.objects.order_by("name").values_list("name", "count"))


def journal_rows() -> int:
    """Rows of edges' journals that are settled: as check-ins, as voids, refused, or known to be lost."""
    return JournalPosition.objects.aggregate(rows=Sum("upto"))["rows"] or 0


def _edges(at: datetime) -> QuerySet[Edge]:
    related = ("site", "feed", "presence", "telemetry", "reported", "modes")
    return Edge.objects.select_related(*related).annotate(watched=watched(at))


def _lost_of(edge: Edge) -> Lost:
    ranges = LostRange.objects.filter(edge=edge)
    return Lost(
        **ranges.aggregate(ranges=Count("pk"), checkins=Sum("count", default=0), noticed_at=Max("noticed_at"))
    )


def _with_figures(on_page: Iterable[Judged], at: datetime) -> list[EdgeShown]:
    on_page = list(on_page)
    first = int(at.timestamp()) // SLOT_SECONDS - PICTURE_SLOTS + 1
    slots = _slots([each.edge.pk for each in on_page], first)
    return [shown(each, slots[each.edge.pk], first, at) for each in on_page]


def _slots(edges: Collection[int], first: int) -> defaultdict[int, dict[int, Sequence[int]]]:
    found: defaultdict[int, dict[int, Sequence[int]]] = defaultdict(dict)
    rows = TelemetrySlot.objects.filter(edge__in=edges, slot__gte=first)
    for edge, slot, latency_ms in rows.values_list("edge_id", "slot", "latency_ms"):
        found[edge][slot] = latency_ms
    return found
