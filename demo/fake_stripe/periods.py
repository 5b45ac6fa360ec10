"""Where a billing period ends: days and weeks are so many seconds, months end at the same day or their last."""

from calendar import monthrange
from datetime import UTC, datetime
from typing import Any

from demo.fake_stripe.world import DAY_S

_DAYS = {"day": 1, "week": 7}
_MONTHS = {"month": 1, "year": 12}


def end_of(anchor: int, recurring: dict[str, Any], after: int) -> int:
    """The first end after `after` (seconds since 1970) of periods that begin at `anchor`."""
    periods = 1
    while (end := _moved(anchor, recurring, periods)) <= after:
        periods += 1
    return end


def _moved(anchor: int, recurring: dict[str, Any], periods: int) -> int:
    count = recurring["interval_count"] * periods
    if recurring["interval"] in _DAYS:
        return anchor + count * _DAYS[recurring["interval"]] * DAY_S
    begun = datetime.fromtimestamp(anchor, UTC)
    months = begun.year * 12 + begun.month - 1 + count * _MONTHS[recurring["interval"]]
    year, month = divmod(months, 12)
    day = min(begun.day, monthrange(year, month + 1)[1])
    return int(begun.replace(year=year, month=month + 1, day=day).timestamp())
