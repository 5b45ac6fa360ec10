"""What was told of, and what nobody told of: events are looked at as they come, those since the last one are read
again each hour and at start, and once a day every open subscription is asked about.
"""

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from itertools import groupby
from typing import Final
from zoneinfo import ZoneInfo

from django.core.exceptions import ValidationError
from django.db import DataError, IntegrityError

from hub.billing import event_operations, hand_operations
from hub.billing.leftover_operations import close_what_nobody_needs, give_up_unpaid
from hub.billing.looking import end_unwanted, look_at, look_at_subscription
from hub.billing.models import ProviderEvent, Subscription
from hub.billing.port import (
    NotThere,
    Provider,
    ProviderAway,
    ProviderRefused,
)
from hub.billing.seen import About
from hub.errors import HubError

READ_EVERY: Final = timedelta(hours=1)
READ_BACK: Final = timedelta(hours=2)
"""Before the newest event that was read: providers list some late."""
FIRST_BACK: Final = timedelta(days=3)
SWEEP_EVERY: Final = timedelta(days=1)
_MISFITS: Final = (HubError, ValidationError, DataError, IntegrityError)
_LOG: Final = logging.getLogger("hub.billing")


class Reconciling:
    """One of each worker's; several at once do the same work twice, and no harm. `now`: the clock."""

    def __init__(self, provider: Provider | None, now: Callable[[], datetime]) -> None:
        self._provider = provider
        self._now = now
        self._is_first = True

    def turn(self) -> int:
        """What came is looked at. How many events. ProviderAway, django.db.Error: the rest waits."""
        if self._provider is None:
            return 0
        events = event_operations.due(self._provider.name, self._now())
        ordered = sorted(events, key=_thing)
        for (about, reference), same in groupby(ordered, key=_thing):
            self._look(self._provider, About(about), reference, list(same))
        return len(events)

    def catch_up(self) -> int:
        """Each hour, and at first. How many events nobody had told of. ProviderError."""
        if self._provider is None:
            return 0
        at, name = self._now(), self._provider.name
        progress = event_operations.progress(name)
        is_due = progress.read_at is None or not progress.read_at <= at < progress.read_at + READ_EVERY
        if not (is_due or self._is_first):
            return 0
        since = at - FIRST_BACK if progress.events_until is None else progress.events_until - READ_BACK
        events = self._provider.events_since(since)
        new = event_operations.remember(name, events, at)
        latest = max((each.at for each in events), default=progress.events_until or at)
        event_operations.read_until(name, latest, at)
        close_what_nobody_needs(self._provider, at)
        self._end_what_was_revoked(self._provider)
        give_up_unpaid(at)
        event_operations.forget_old(at)
        self._is_first = False
        return new

    def sweep(self, stopped: Callable[[], bool] = lambda: False) -> int:
        """Each day. How many subscriptions were asked about; cut off, it begins again. ProviderAway."""
        if self._provider is None:
            return 0
        name, at = self._provider.name, self._now()
        progress = event_operations.progress(name)
        if progress.swept_at is not None and progress.swept_at <= at < progress.swept_at + SWEEP_EVERY:
            return 0
        asked = 0
        found = Subscription.objects.filter(provider=name, is_open=True).select_related("membership")
        for subscription in list(found):
            if stopped():
                return asked
            self._ask(self._provider, subscription)
            asked += 1
        event_operations.swept(name, at)
        return asked

    def _end_what_was_revoked(self, provider: Provider) -> None:
        open_ones = Subscription.objects.filter(provider=provider.name, is_open=True)
        for subscription in open_ones.filter(membership__revoked_at__isnull=False).select_related("membership"):
            self._ask(provider, subscription)

    def _ask(self, provider: Provider, subscription: Subscription) -> None:
        try:
            look_at_subscription(provider, subscription.reference or "", self._now())
            subscription.refresh_from_db()
            end_unwanted(provider, subscription, self._now())
        except ProviderRefused:
            # One that is unknown there holds up no other; staff see when it was last seen.
            return
        except _MISFITS as error:
            _LOG.error("a subscription could not be applied: %s", type(error).__name__)

    def _look(self, provider: Provider, about: About, reference: str, events: list[ProviderEvent]) -> None:
        try:
            look_at(provider, about, reference, self._now())
        except ProviderAway:
            event_operations.postpone(events, "away", self._now())
            raise
        except NotThere:
            event_operations.done(events, self._now(), "not there")
        except ProviderRefused:
            event_operations.postpone(events, "refused", self._now())
        except _MISFITS as error:
            # What does not fit here holds up nobody else's.
            _LOG.error("what a provider says could not be applied: %s", type(error).__name__)
            event_operations.postpone(events, "not applied", self._now())
        else:
            event_operations.done(events, self._now())


def open_what_is_owed(at: datetime, zone: ZoneInfo) -> int:
    """By hand: how many payments were opened."""
    return hand_operations.open_renewals(at, zone)


def _thing(event: ProviderEvent) -> tuple[str, str]:
    return event.about, event.reference
