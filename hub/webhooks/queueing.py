"""Events into the queue: once each, for every endpoint that wants them. To be called inside a transaction."""

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Final

from django.db.models import Count, F

from hub.webhooks.drafts import Draft
from hub.webhooks.models import Delivery, Endpoint, Event

WAITING_MAX: Final = 50_000
"""Of one endpoint: some weeks of a busy club's check-ins. What comes beyond is counted, and not told."""


class Wanted:
    """Which endpoints want which events, as they are now."""

    def __init__(self, endpoints: Iterable[Endpoint]) -> None:
        self._endpoints = list(endpoints)

    @classmethod
    def now(cls) -> "Wanted":
        return cls(Endpoint.objects.filter(disabled_at=None))

    def any_of(self, types: Collection[str]) -> bool:
        return any(self.by(each) for each in types)

    def by(self, event_type: str) -> list[Endpoint]:
        return [each for each in self._endpoints if event_type in each.event_types]

    def queue(self, drafts: Iterable[Draft], at: datetime) -> int:
        """How many events somebody will be told of now; those that were queued before are not queued again."""
        wanted = {each.event_id: each for each in drafts if self.by(each.type)}
        events = _write(wanted.values(), at)
        for endpoint in self._endpoints:
            _deliver(endpoint, [each for each in events if each.type in endpoint.event_types], at)
        return len(events)


def deliver_once(draft: Draft, endpoint: Endpoint, at: datetime) -> Delivery:
    """One event for one endpoint, whatever it has chosen."""
    [event] = _write([draft], at)
    return Delivery.objects.create(endpoint=endpoint, event=event, next_at=at)


def _write(drafts: Collection[Draft], at: datetime) -> list[Event]:
    known = set(
        Event.objects.filter(event_id__in=[each.event_id for each in drafts]).values_list("event_id", flat=True)
    )
    new = [
        Event(event_id=each.event_id, type=each.type, at=each.at, data=each.data, queued_at=at)
        for each in drafts
        if each.event_id not in known
    ]
    return Event.objects.bulk_create(new)


def _deliver(endpoint: Endpoint, events: list[Event], at: datetime) -> None:
    room = WAITING_MAX - _waiting(endpoint) if events else 0
    Delivery.objects.bulk_create(
        Delivery(endpoint=endpoint, event=each, next_at=at) for each in events[: max(0, room)]
    )
    missed = len(events) - max(0, room)
    if events and missed > 0:
        Endpoint.objects.filter(pk=endpoint.pk).update(missed=F("missed") + missed)


def _waiting(endpoint: Endpoint) -> int:
    of_it = Delivery.objects.filter(endpoint=endpoint, state=Delivery.State.WAITING)
    return of_it.aggregate(count=Count("pk"))["count"]
