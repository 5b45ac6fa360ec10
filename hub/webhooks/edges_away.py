"""Edges that are out of reach, and those that are back, by the judgement of hub.fleet.standing, debounced.

One that said that it goes, or that the broker missed, is told of a minute later; one that fell silent as soon as
it counts as silent (150 s). That nobody was there to hear it is no silence of the edge's: only after a worker has
heard edges for as long may it count.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Final

from django.db.models import Q, QuerySet

from hub.fleet.models import Edge
from hub.fleet.standing import HEARD_WITHIN_S, Light, Standing, standing_of
from hub.fleet.workers import watched, workers_shown
from hub.webhooks.drafts import Draft, instant_text
from hub.webhooks.event_types import EventType
from hub.webhooks.models import EdgeAway, Progress

AWAY_FOR: Final = timedelta(seconds=60)
BACK_FOR: Final = timedelta(seconds=10)
_HEARD_WITHIN: Final = timedelta(seconds=HEARD_WITHIN_S)


class Listening:
    """Since when, as far as this process has seen, edges are heard without a break."""

    def __init__(self) -> None:
        self._since: datetime | None = None

    def note(self, at: datetime) -> None:
        if not workers_shown(at).connected:
            self._since = None
        elif self._since is None or at < self._since:
            self._since = at

    def long_enough(self, at: datetime) -> bool:
        """For what was silent meanwhile to be silent."""
        return self._since is not None and at - self._since > _HEARD_WITHIN


def moved(at: datetime) -> QuerySet[Edge]:
    """Edges that may have gone or come back: few, mostly."""
    silent = Q(presence__received_at__lt=at - _HEARD_WITHIN)
    away = Q(presence__online=False) | silent
    known = EdgeAway.objects.values("edge")
    of_these = Edge.objects.filter((away & Q(revoked_at=None) & ~Q(pk__in=known)) | (~away & Q(pk__in=known)))
    return of_these.select_related("site", "feed", "presence").annotate(watched=watched(at)).order_by("pk")


def told(at: datetime, progress: Progress, listening: Listening) -> Iterator[Draft]:
    """What is told now, and noted; inside a transaction."""
    EdgeAway.objects.filter(edge__revoked_at__isnull=False).delete()
    known = EdgeAway.objects.in_bulk()
    for edge in moved(at):
        standing = standing_of(edge, at)
        before = known.get(edge.pk)
        if before is None and _is_away(standing, at, listening):
            since = standing.since_at or at
            is_told = since >= progress.began_at
            EdgeAway.objects.create(edge=edge, since=since, told=is_told)
            if is_told:
                yield draft_of(EventType.EDGE_OFFLINE, edge, since, {"since": instant_text(since)})
        elif before is not None and _is_back(edge, standing, at):
            before.delete()
            if before.told:
                back_at = edge.presence.since if edge.presence.since > before.since else edge.presence.received_at
                yield draft_of(EventType.EDGE_ONLINE, edge, back_at, {"offline_since": instant_text(before.since)})


def _is_away(standing: Standing, at: datetime, listening: Listening) -> bool:
    if standing.light is not Light.RED or standing.since_at is None:
        return False
    return listening.long_enough(at) if standing.is_silent else at - standing.since_at >= AWAY_FOR


def _is_back(edge: Edge, standing: Standing, at: datetime) -> bool:
    return standing.is_there and at - edge.presence.since >= BACK_FOR


def draft_of(event_type: EventType, edge: Edge, at: datetime, more: dict[str, str]) -> Draft:
    data = {"edge": {"id": edge.pk, "name": edge.name, "site": edge.site.name}, **more}
    return Draft(event_type, at, f"{edge.pk} {instant_text(at)}", data)
