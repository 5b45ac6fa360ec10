"""What waits in a table for one of several processes: whoever takes a row holds it for a while, and then it is due
again, so what a process that died had taken is done by the next one.

For tables with `next_at`, when a row is to be tried next, and `leased_until`, until when somebody holds it. Knows
none of them.
"""

from datetime import datetime, timedelta
from typing import Any, TypeVar

from django.db import transaction
from django.db.models import F, Model, Q, QuerySet

Row = TypeVar("Row", bound=Model)


def is_due(at: datetime, ahead_max: timedelta, lease: timedelta) -> Q:
    """What is to be tried now and nobody holds. `ahead_max`: the longest wait there is; `lease`: a hold's length.

    A try or a hold that lies further ahead than any could was written by a clock that was wrong. Another process
    may have taken a row a little later than `at`: waiting for it took a while, and clocks differ.
    """
    reached = Q(next_at__lte=at) | Q(next_at__gt=at + ahead_max)
    free = Q(leased_until=None) | Q(leased_until__lte=at) | Q(leased_until__gt=at + 2 * lease)
    return reached & free


def take_first(due: QuerySet[Row], at: datetime, lease: timedelta) -> Row | None:
    """The first that is due, held from now on, with one more of its `tries`; what another process takes is passed
    over (on SQLite there is no other meanwhile)."""
    if not due.exists():
        return None
    with transaction.atomic():
        row: Any = due.select_for_update(skip_locked=True, of=("self",)).first()
        if row is not None:
            held = due.model._default_manager.filter(pk=row.pk)
            held.update(tries=F("tries") + 1, leased_until=at + lease)
            row.tries += 1
        return row
