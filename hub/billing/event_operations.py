"""Events of providers: kept once, looked at, done. Told of late, twice or out of order, they end the same."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final

from django.db import transaction
from django.db.models import F, Q, QuerySet

from hub.billing.models import Progress, ProviderEvent
from hub.billing.seen import About, EventSeen

WAITS: Final = (
    *(timedelta(seconds=5), timedelta(seconds=30), timedelta(minutes=2)),
    *(timedelta(minutes=10), timedelta(hours=1)),
)
"""Between tries while the provider does not answer; the last one again and again."""
KEPT: Final = timedelta(days=60)
"""For longer than providers tell of the same event."""
TRIES_MAX: Final = 30
"""More than a day: what the provider cannot be asked about by then, the daily round is to find."""
_AT_ONCE: Final = 100


def remember(provider: str, events: Iterable[EventSeen], at: datetime) -> int:
    """How many are new. Those of no matter to us are not kept."""
    wanted = [
        ProviderEvent(
            provider=provider,
            event_id=each.id,
            about=each.about.value,
            reference=each.reference,
            happened_at=each.at,
            came_at=at,
            next_at=at,
        )
        for each in events
        if each.about is not About.NOTHING
    ]
    with transaction.atomic():
        known = ProviderEvent.objects.filter(provider=provider, event_id__in=[each.event_id for each in wanted])
        kept = set(known.values_list("event_id", flat=True))
        new = [each for each in wanted if each.event_id not in kept]
        # Another may keep them at the same time.
        ProviderEvent.objects.bulk_create(new, ignore_conflicts=True)
    return len(new)


def due(provider: str, at: datetime) -> list[ProviderEvent]:
    """Those that came first, first. What waits for longer than anything should was put off by a wrong clock."""
    ripe = Q(next_at__lte=at) | Q(next_at__gt=at + WAITS[-1])
    waiting = ProviderEvent.objects.filter(ripe, provider=provider, done_at=None)
    return list(waiting.order_by("pk")[:_AT_ONCE])


def done(events: Iterable[ProviderEvent], at: datetime, error: str = "") -> None:
    """`error`: a word of ours for why nothing came of them."""
    _of(events).update(done_at=at, error=error)


def postpone(events: Iterable[ProviderEvent], error: str, at: datetime) -> None:
    for event in events:
        wait = WAITS[min(event.tries, len(WAITS) - 1)]
        is_last = event.tries + 1 >= TRIES_MAX
        ProviderEvent.objects.filter(pk=event.pk, done_at=None).update(
            tries=F("tries") + 1, next_at=at + wait, error=error, done_at=at if is_last else None
        )


def forget_old(at: datetime) -> None:
    ProviderEvent.objects.filter(came_at__lt=at - KEPT).exclude(done_at=None).delete()


def progress(provider: str) -> Progress:
    found, _made = Progress.objects.get_or_create(provider=provider)
    return found


def read_until(provider: str, events_until: datetime, at: datetime) -> None:
    Progress.objects.filter(provider=provider).update(events_until=events_until, read_at=at)


def swept(provider: str, at: datetime) -> None:
    Progress.objects.filter(provider=provider).update(swept_at=at)


def _of(events: Iterable[ProviderEvent]) -> QuerySet[ProviderEvent]:
    return ProviderEvent.objects.filter(pk__in=[each.pk for each in events])
