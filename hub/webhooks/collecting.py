"""What happened becomes events, by reading on in the hub's own records: nothing in the domain waits for it.

One reader at a time, whoever holds the row of Progress; several workers take turns. What is read and how far are
one transaction, so each record is told of once; a worker that dies leaves all as it was.
"""

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import Final

from django.db import transaction

from hub.audit.models import Entry
from hub.checkins.models import CheckIn
from hub.horizon import Horizon, newest_number
from hub.webhooks import checkin_events, deadlines, edges_away, entries, freezes
from hub.webhooks.drafts import Draft
from hub.webhooks.event_types import CHECKIN_TYPES
from hub.webhooks.models import Event, Progress
from hub.webhooks.queueing import Wanted

AT_ONCE: Final = 500
"""Records read in a transaction: on SQLite others wait for it."""
KEPT: Final = timedelta(days=30)
_EDGES_EVERY: Final = timedelta(seconds=5)
_PRUNE_EVERY: Final = timedelta(minutes=10)
Step = Callable[[Progress, datetime], Iterable[Draft]]


class Collecting:
    """Of one worker: what it has seen, so that it need not ask again."""

    def __init__(self) -> None:
        self._entries, self._checkins = Horizon(Entry), Horizon(CheckIn)
        self._listening = edges_away.Listening()
        self._edges_at: datetime | None = None

    def collect(self, at: datetime) -> bool:
        """One step of each kind that has something to do. Whether there may be more at once.

        Memberships' changes come before what expires, so that deadlines are those of now, and so does all that was
        frozen and went on meanwhile.
        """
        progress = progress_at(at)
        more = progress.filled_upto is not None and self._step(_fill, at)
        settled = self._entries.settled(progress.audit_upto)
        if settled > progress.audit_upto:
            more |= self._step(lambda held, _: _read_entries(held, settled), at)
        if freezes.is_any_due(at):
            more |= self._step(lambda _, now: freezes.told(now), at)
        elif deadlines.is_any_due(at):
            more |= self._step(lambda _, now: deadlines.expired(now), at)
        settled_checkins = self._checkins.settled(progress.checkins_upto)
        if settled_checkins > progress.checkins_upto:
            more |= self._step(lambda held, _: _read_checkins(held, settled_checkins), at)
        self._look_at_edges(at)
        if progress.pruned_at is None or not timedelta() <= at - progress.pruned_at < _PRUNE_EVERY:
            self._step(_prune, at)
        return more

    def _look_at_edges(self, at: datetime) -> None:
        if self._edges_at is not None and timedelta() <= at - self._edges_at < _EDGES_EVERY:
            return
        self._edges_at = at
        self._listening.note(at)
        if edges_away.moved(at).exists():
            self._step(lambda held, now: edges_away.told(now, held, self._listening), at)

    def _step(self, step: Step, at: datetime) -> bool:
        """Whether it was this worker's turn: there may be more."""
        with transaction.atomic():
            progress = Progress.objects.select_for_update(skip_locked=True).first()
            if progress is None:
                return False
            Wanted.now().queue(step(progress, at), at)
            progress.save()
        return True


def progress_at(at: datetime) -> Progress:
    """How far it is; the first time, from now on: what was before is told to nobody."""
    progress = Progress.objects.first()
    if progress is not None:
        return progress
    begun = {
        "began_at": at,
        "audit_upto": newest_number(Entry),
        "checkins_upto": newest_number(CheckIn),
        "filled_upto": 0,
    }
    return Progress.objects.get_or_create(pk=1, defaults=begun)[0]


def _fill(progress: Progress, _at: datetime) -> Iterable[Draft]:
    deadlines.fill(progress)
    return ()


def _read_entries(progress: Progress, settled: int) -> Iterable[Draft]:
    of_these = Entry.objects.filter(number__gt=progress.audit_upto, number__lte=settled)
    found = list(of_these.filter(thing_kind__in=entries.KINDS).order_by("number")[:AT_ONCE])
    deadlines.follow(found)
    progress.audit_upto = found[-1].number if len(found) == AT_ONCE else max(settled, progress.audit_upto)
    return entries.drafts_of(found)


def _read_checkins(progress: Progress, settled: int) -> Iterable[Draft]:
    """Unless somebody wants them, they are passed over at once: there may be many."""
    if not Wanted.now().any_of(CHECKIN_TYPES):
        progress.checkins_upto = max(settled, progress.checkins_upto)
        return ()
    of_these = CheckIn.objects.filter(number__gt=progress.checkins_upto, number__lte=settled)
    found = list(of_these.select_related("edge").order_by("number")[:AT_ONCE])
    progress.checkins_upto = found[-1].number if len(found) == AT_ONCE else max(settled, progress.checkins_upto)
    return checkin_events.drafts_of(found)


def _prune(progress: Progress, at: datetime) -> Iterable[Draft]:
    old = Event.objects.filter(queued_at__lt=at - KEPT).order_by("pk").values_list("pk", flat=True)[:AT_ONCE]
    Event.objects.filter(pk__in=list(old)).delete()
    if len(old) < AT_ONCE:
        progress.pruned_at = at
    return ()
