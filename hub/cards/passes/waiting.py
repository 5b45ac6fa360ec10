"""Those who wait to be told: asked, taken, told or asked again.

Who takes one holds it (hub/leases.py). To tell somebody twice does no harm: they look what there is. Only the word
of the latest taker counts, and only if nothing changed meanwhile.
"""

from datetime import datetime, timedelta
from typing import Final, TypeVar

from django.db.models import QuerySet

from hub.cards.pass_models import Waiting
from hub.leases import is_due, take_first

LEASE: Final = timedelta(minutes=2)
"""More than one takes that answers each step just in time."""
LASTS: Final = timedelta(days=3)
WAITS: Final = (
    *(timedelta(seconds=10), timedelta(minutes=1), timedelta(minutes=10), timedelta(hours=1)),
    *(timedelta(hours=4), timedelta(hours=12)),
)
"""Between tries; the last one again and again."""
JITTER: Final = 0.2
_AHEAD_MAX: Final = WAITS[-1] * (1 + JITTER)

Row = TypeVar("Row", bound=Waiting)


def ask(rows: QuerySet[Row], at: datetime) -> None:
    """There is something new to tell them."""
    rows.update(asked_at=at, next_at=at, tries=0, leased_until=None)


def due(rows: QuerySet[Row], at: datetime) -> QuerySet[Row]:
    """Those that are to be told now and that nobody holds, the one that waits for longest first."""
    return rows.filter(is_due(at, _AHEAD_MAX, LEASE)).order_by("next_at", "pk")


def take(rows: QuerySet[Row], at: datetime) -> Row | None:
    return take_first(due(rows, at), at, LEASE)


def told(row: Row) -> None:
    _of_this_try(row).update(asked_at=None, next_at=None, leased_until=None, tries=0, error="")


def again(row: Row, error: str, at: datetime, luck: float, *, final: bool = False) -> bool:
    """Later, unless that was `final`, or it has lasted for three days: False then. `luck` is 0 to 1: waits become
    longer by up to a fifth, so that what failed together does not come back together."""
    wait = WAITS[min(row.tries, len(WAITS)) - 1] * (1 + JITTER * luck)
    goes_on = not final and row.asked_at is not None and at + wait < row.asked_at + LASTS
    changes = {"next_at": at + wait} if goes_on else {"next_at": None, "asked_at": None, "tries": 0}
    _of_this_try(row).update(error=error[:64], leased_until=None, **changes)
    return goes_on


def _of_this_try(row: Row) -> QuerySet[Row]:
    return type(row)._default_manager.filter(pk=row.pk, asked_at=row.asked_at, tries=row.tries)
