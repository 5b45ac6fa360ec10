"""The letters that the hub writes by itself, into the outbox: receipts, and endings of memberships.

One writer at a time, whoever holds the row of Progress; several workers take turns. What is written and how far
that is are one transaction, so each letter is written once, and a worker that dies leaves all as it was.
"""

from collections.abc import Callable
from datetime import datetime

from django.db import transaction

from hub.checkins.models import CheckIn
from hub.horizon import Horizon, newest_number
from hub.letters import endings, receipts
from hub.letters.models import Progress


class Due:
    """Of one worker: what it has seen of check-ins, so that it need not ask again."""

    def __init__(self) -> None:
        self._checkins = Horizon(CheckIn)

    def write(self, at: datetime) -> bool:
        """One step of each kind that has something to do. Whether there may be more at once."""
        progress, more = _progress(), False
        settled = self._checkins.settled(progress.checkins_upto)
        if settled > progress.checkins_upto:
            more = _step(lambda held: receipts.write(held, settled, at))
        if endings.is_due(progress, at):
            looked = endings.next_ones(progress, at)
            more |= _step(lambda held: endings.write(held, looked, at))
        return more


def _step(write: Callable[[Progress], bool]) -> bool:
    with transaction.atomic():
        held = Progress.objects.select_for_update(skip_locked=True).first()
        if held is None:
            return False
        more = write(held)
        held.save()
    return more


def _progress() -> Progress:
    """The first time from now on: what was redeemed before has no receipt."""
    found = Progress.objects.first()
    return found or Progress.objects.get_or_create(pk=1, defaults={"checkins_upto": newest_number(CheckIn)})[0]
