"""Every write to deliveries: taken to be sent, what became of it, and sent once more.

Who takes one holds it for a minute (hub/leases.py; four times what sending may take); what a worker that died had
taken goes out once more under the same id. `attempts` rises as it is taken: only the latest taker's word counts.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from django.db import transaction
from django.db.models import Exists, F, OuterRef, QuerySet

from hub.leases import is_due
from hub.webhooks.models import Delivery, Endpoint
from hub.webhooks.operations import disable_endpoint
from hub.webhooks.sending import Answer

LEASE: Final = timedelta(seconds=60)
WAITS: Final = (
    *(timedelta(seconds=5), timedelta(minutes=5), timedelta(minutes=30), timedelta(hours=2)),
    *(timedelta(hours=5), timedelta(hours=10), timedelta(hours=14), timedelta(hours=20), timedelta(hours=24)),
)
"""Between attempts: Standard Webhooks 1.0.0, "Deliverability and reliability". Together 75.6 hours."""
JITTER: Final = 0.2
"""Waits become longer by up to this share, so that what failed together does not come back together."""
RETRY_AFTER_MAX: Final = timedelta(hours=24)
DISABLED_AFTER: Final = timedelta(days=5)
DISABLED_FAILURES_MIN: Final = 10
"""A clock that jumps ahead alone switches nothing off."""
GONE: Final = 410
_AHEAD_MAX: Final = max(WAITS[-1] * (1 + JITTER), RETRY_AFTER_MAX)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of the attempt number `attempt` at `at`; `luck` is 0 to 1."""

    endpoint: int
    delivery: int
    attempt: int
    answer: Answer
    at: datetime
    luck: float


def record_and_take(
    outcomes: Collection[Outcome], room: Mapping[int, int], room_for_each: int, at: datetime
) -> tuple[list[Endpoint], list[Delivery]]:
    """`record` and `take` in one transaction, which is what a queue that is long waits for most."""
    if not outcomes:
        return [], take(room, room_for_each, at)
    with transaction.atomic():
        return record(outcomes), take(room, room_for_each, at)


def take(room: Mapping[int, int], room_for_each: int, at: datetime) -> list[Delivery]:
    """What is due, at most as much of an endpoint as there is room for: `room` by endpoint, else room_for_each."""
    due = Delivery.objects.filter(is_due(at, _AHEAD_MAX, LEASE), state=Delivery.State.WAITING)
    ready = Endpoint.objects.filter(disabled_at=None).filter(Exists(due.filter(endpoint=OuterRef("pk"))))
    rooms = {pk: room.get(pk, room_for_each) for pk in ready.values_list("pk", flat=True)}
    if not any(rooms.values()):
        return []
    with transaction.atomic():
        taken = [each for pk, count in rooms.items() for each in _take(due.filter(endpoint=pk), count)]
        held = {"leased_until": at + LEASE, "tried_at": at}
        numbers = [each.pk for each in taken]
        Delivery.objects.filter(pk__in=numbers).update(attempts=F("attempts") + 1, **held)
        for each in taken:
            each.attempts, each.leased_until, each.tried_at = each.attempts + 1, at + LEASE, at
    return taken


def record(outcomes: Collection[Outcome]) -> list[Endpoint]:
    """Those endpoints that are switched off by this. They are held before their deliveries, as everywhere."""
    with transaction.atomic():
        endpoints = Endpoint.objects.select_for_update(no_key=True).order_by("pk")
        of_these = endpoints.in_bulk({each.endpoint for each in outcomes})
        numbers = [each.delivery for each in outcomes]
        standing = Delivery.objects.select_for_update().filter(pk__in=numbers, state=Delivery.State.WAITING)
        attempts = dict(standing.order_by("pk").values_list("pk", "attempts"))
        counting = [each for each in outcomes if attempts.get(each.delivery) == each.attempt]
        _write(counting)
        judged = (
            _judge(endpoint, [each for each in counting if each.endpoint == pk])
            for pk, endpoint in of_these.items()
        )
        return [each for each in judged if each is not None]


def replay(number: int, at: datetime) -> bool:
    """One that was delivered, or given up, is sent again under its id. False: it waits already, or is gone."""
    return bool(_again(Delivery.objects.filter(pk=number), at))


def replay_failed(endpoint: int, since: datetime, at: datetime) -> int:
    """All that were given up and happened since then. How many."""
    failed = Delivery.objects.filter(endpoint=endpoint, state=Delivery.State.FAILED, event__at__gte=since)
    return _again(failed, at)


def next_try(attempts: int, answer: Answer, at: datetime, luck: float) -> datetime | None:
    """After so many; None: it is given up. Not before the receiver asks for it, within a day."""
    if attempts > len(WAITS):
        return None
    wait = WAITS[attempts - 1] * (1 + JITTER * luck)
    asked = min(timedelta(seconds=answer.retry_after_s), RETRY_AFTER_MAX)
    return at + max(wait, asked)


def _take(due: QuerySet[Delivery], count: int) -> Sequence[Delivery]:
    """Another worker's are passed over (on SQLite there is no other meanwhile)."""
    of_rows = due.select_for_update(skip_locked=True, of=("self",)).select_related("event", "endpoint")
    return of_rows.order_by("next_at", "pk")[:count] if count > 0 else []


def _write(outcomes: Iterable[Outcome]) -> None:
    """Those that became the same are written at once: as a rule all of them."""
    alike: dict[tuple[tuple[str, Any], ...], list[int]] = {}
    for each in outcomes:
        alike.setdefault(tuple(_changes(each).items()), []).append(each.delivery)
    for changes, numbers in alike.items():
        Delivery.objects.filter(pk__in=numbers).update(**dict(changes))


def _changes(outcome: Outcome) -> dict[str, Any]:
    answer = outcome.answer
    said = {"code": answer.code, "error": answer.error, "answer": answer.text, "leased_until": None}
    if answer.taken:
        return said | {"state": Delivery.State.DELIVERED}
    again_at = next_try(outcome.attempt, answer, outcome.at, outcome.luck)
    return said | ({"state": Delivery.State.FAILED} if again_at is None else {"next_at": again_at})


def _judge(endpoint: Endpoint, outcomes: Sequence[Outcome]) -> Endpoint | None:
    """Who took something has failed at nothing; who took nothing for long is switched off, and returned."""
    before = (endpoint.failing_since, endpoint.failures)
    failures = sum(not each.answer.taken for each in outcomes)
    if failures < len(outcomes):
        endpoint.failing_since, endpoint.failures = None, 0
    elif failures:
        endpoint.failing_since = endpoint.failing_since or outcomes[0].at
        endpoint.failures += failures
    if (endpoint.failing_since, endpoint.failures) != before:
        endpoint.save(update_fields=["failing_since", "failures"])
    why = _why_off(endpoint, outcomes)
    return None if why is None else disable_endpoint(endpoint.pk, outcomes[-1].at, why)


def _why_off(endpoint: Endpoint, outcomes: Sequence[Outcome]) -> Endpoint.Why | None:
    if endpoint.disabled_at is not None:
        return None
    if any(each.answer.code == GONE for each in outcomes):
        return Endpoint.Why.GONE
    since = endpoint.failing_since
    for_long = since is not None and outcomes[-1].at - since >= DISABLED_AFTER
    return Endpoint.Why.FAILING if for_long and endpoint.failures >= DISABLED_FAILURES_MIN else None


def _again(deliveries: QuerySet[Delivery], at: datetime) -> int:
    done = deliveries.exclude(state=Delivery.State.WAITING)
    return done.update(state=Delivery.State.WAITING, attempts=0, next_at=at, leased_until=None)
