"""An hour of check-ins, counted: what is stored of it, and what it is where that is not up to date. Reads only."""

from datetime import datetime, timedelta
from typing import Final

from django.db.models import Count, Q

from contract.calendar import zone_of
from hub.checkins.models import CheckIn
from hub.fleet.models import Site
from hub.reports.models import HourlyFigure

HOUR: Final = timedelta(hours=1)
_QUARTER: Final = timedelta(minutes=15)
ALIKE: Final = ("site", "edge_id", "reader", "permission", "partner", "plan_id", "outcome", "reason", "counted")


def figures_of(hour: datetime) -> list[HourlyFigure]:
    odd = _sites_between_hours(hour)
    even = Q() if not odd else Q(site=None) | ~Q(site__in=odd)
    found = _counted(hour, hour, HOUR, even)
    for number in range(4 if odd else 0):
        found += _counted(hour, hour + number * _QUARTER, _QUARTER, Q(site__in=odd))
    return found


def _counted(hour: datetime, slot: datetime, length: timedelta, where: Q) -> list[HourlyFigure]:
    of_slot = CheckIn.objects.filter(where, at__gte=slot, at__lt=slot + length, voided_at=None)
    groups = of_slot.order_by().values(*ALIKE).annotate(count=Count("number"))
    return [HourlyFigure(hour=hour, slot=slot, **each) for each in groups]


def _sites_between_hours(hour: datetime) -> list[str]:
    """Whose clock is not whole hours from UTC then."""
    zones = Site.objects.values_list("name", "time_zone")
    return [name for name, zone in zones if hour.astimezone(zone_of(zone)).minute]
