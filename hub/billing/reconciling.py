"""What was told of, and what nobody told of: events are looked at as they come, those since the last one are read
again each hour and at start, and once a day every open subscription is asked about. It is told where to write to.
"""

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from itertools import groupby
from typing import Final
from zoneinfo import ZoneInfo

from django.core.exceptions import ValidationError
from django.db import DataError, IntegrityError

from hub.billing import address_operations, event_operations, hand_operations
from hub.billing.leftover_operations import close_what_nobody_needs, give_up_unpaid
from hub.billing.looking import end_unwanted, look_at, look_at_subscription
from hub.billing.models import Progress, ProviderEvent, Subscription
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
CHECK_EVERY: Final = timedelta(minutes=1)
"""How often it is looked whether one of these is due, and which addresses are to be told."""
AFTER_TROUBLE: Final = timedelta(minutes=10)
EVENTS_KEPT: Final = timedelta(days=30)
"""Of what is older no provider tells any more."""
_MISFITS: Final = (HubError, ValidationError, DataError, IntegrityError)
_LOG: Final = logging.getLogger("hub.billing")


class Reconciling:
    """One of each worker's; several at once do the same work twice, and no harm. `now`: the clock."""

    def __init__(self, provider: Provider | None, now: Callable[[], datetime]) -> None:
        self._provider = provider
        self._now = now
        self._is_first = True
        self._checked: dict[str, datetime] = {}

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
        if self._provider is None or not self._is_time("events"):
            return 0
        at, new = self._now(), 0
        progress = event_operations.progress(self._provider.name)
        if self._is_first or _is_due(progress.read_at, READ_EVERY, at):
            new = self._read(self._provider, progress, at)
            close_what_nobody_needs(self._provider, at)
            self._end_what_was_revoked(self._provider)
            give_up_unpaid(at)
            event_operations.forget_old(at)
            self._is_first = False
        self._checked["events"] = at
        return new

    def sweep(self, stopped: Callable[[], bool] = lambda: False) -> int:
        """Each day. How many subscriptions were asked about; cut off, it begins again. ProviderAway."""
        if self._provider is None or not self._is_time("subscriptions"):
            return 0
        name, at, asked = self._provider.name, self._now(), 0
        if _is_due(event_operations.progress(name).swept_at, SWEEP_EVERY, at):
            found = Subscription.objects.filter(provider=name, is_open=True).select_related("membership")
            for subscription in list(found):
                if stopped():
                    return asked
                self._ask(self._provider, subscription)
                asked += 1
            event_operations.swept(name, at)
        self._checked["subscriptions"] = at
        return asked

    def tell_addresses(self) -> int:
        """Where it writes to who pays. How many were told. ProviderAway: not again for a while, so that everything
        else goes on where only this is not allowed."""
        if self._provider is None or not self._is_time("addresses"):
            return 0
        at = self._now()
        self._checked["addresses"] = at + AFTER_TROUBLE
        told = address_operations.tell_addresses(self._provider)
        self._checked["addresses"] = at
        return told

    def _is_time(self, what: str) -> bool:
        """So that the database is not asked each second. A clock that was ahead holds nothing up."""
        last, at = self._checked.get(what), self._now()
        return last is None or not last - AFTER_TROUBLE <= at < last + CHECK_EVERY

    def _read(self, provider: Provider, progress: Progress, at: datetime) -> int:
        since = at - FIRST_BACK if progress.events_until is None else progress.events_until - READ_BACK
        events = provider.events_since(since)
        if progress.read_at is not None and progress.read_at < at - EVENTS_KEPT:
            _LOG.warning("%s was not asked since %s: some of its events are gone", provider.name, progress.read_at)
        new = event_operations.remember(provider.name, events, at)
        latest = max((each.at for each in events), default=progress.events_until or at)
        event_operations.read_until(provider.name, latest, at)
        return new

    def _end_what_was_revoked(self, provider: Provider) -> None:
        open_ones = Subscription.objects.filter(provider=provider.name, is_open=True)
        for subscription in open_ones.filter(membership__revoked_at__isnull=False).select_related("membership"):
            self._ask(provider, subscription)

    def _ask(self, provider: Provider, subscription: Subscription) -> None:
        try:
            look_at_subscription(provider, subscription.reference or "", self._now())
            subscription.refresh_from_db()
            end_unwanted(provider, subscription, self._now())
        except ProviderAway:
            raise
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


def _is_due(last: datetime | None, every: timedelta, at: datetime) -> bool:
    return last is None or not last <= at < last + every


def _thing(event: ProviderEvent) -> tuple[str, str]:
    return event.about, event.reference
