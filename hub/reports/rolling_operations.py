"""Hours of check-ins that were touched are counted anew, and what stood of them is replaced, with the sums of
their days and months: some at a time.

A mark is taken in the transaction that counts. One that is committed later stays, and its hour is counted again.
"""

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Final

from django.db import transaction

from hub.checkins.models import TouchedHour
from hub.reports import sums
from hub.reports.counting import figures_of
from hub.reports.models import HourlyFigure, Sum, Turn

HOURS_AT_ONCE: Final = 24
_MARKS_AT_ONCE: Final = 2_000
_MARKS_A_DELETE: Final = 500


def roll() -> int:
    """How many hours were counted; 0: nothing was touched, or another worker is at it."""
    if not TouchedHour.objects.exists():
        return 0
    Turn.objects.get_or_create(pk=1)
    with transaction.atomic():
        if Turn.objects.select_for_update(skip_locked=True).filter(pk=1).first() is None:
            return 0
        marks = TouchedHour.objects.order_by("pk").values_list("pk", "hour")[:_MARKS_AT_ONCE]
        taken: dict[datetime, list[int]] = {}
        for pk, hour in marks:
            if hour in taken or len(taken) < HOURS_AT_ONCE:
                taken.setdefault(hour, []).append(pk)
        HourlyFigure.objects.filter(hour__in=taken).delete()
        HourlyFigure.objects.bulk_create(figures_of(taken), batch_size=500)
        _sum_up(taken)
        _forget([pk for some in taken.values() for pk in some])
    return len(taken)


def _sum_up(hours: Iterable[datetime]) -> None:
    """Days before months, which are made of them."""
    days = {sums.day_of(each) for each in hours}
    _replace(sums.DAY, days)
    _replace(sums.MONTH, {sums.month_of(each) for each in days})


def _replace(period: str, begins: Collection[datetime]) -> None:
    Sum.objects.filter(kind__in=sums.KINDS, period=period, begins__in=begins).delete()
    Sum.objects.bulk_create([each for begin in begins for each in sums.sums_of(period, begin)], batch_size=500)


def _forget(marks: list[int]) -> None:
    for start in range(0, len(marks), _MARKS_A_DELETE):
        TouchedHour.objects.filter(pk__in=marks[start : start + _MARKS_A_DELETE]).delete()
