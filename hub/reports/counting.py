"""Hours of check-ins, counted: what is stored of them, and what it is where that is not up to date. Reads only.

First uses of a benefit are asked of the check-ins themselves each time (hub/checkins/benefits.py says which hours
a late or a voided one changes, and touches them).
"""

from collections import defaultdict
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from functools import reduce
from operator import or_
from typing import Final

from django.db.models import Case, Count, Q, Value, When
from django.db.models.functions import ExtractMinute, TruncHour

from contract.calendar import zone_of
from contract.reasons import Outcome
from hub.checkins import benefits
from hub.checkins.models import CheckIn
from hub.fleet.models import Site
from hub.fleet.zones import organization_zone
from hub.reports.models import HourlyFigure

HOUR: Final = timedelta(hours=1)
ALIKE: Final = ("site", "edge_id", "reader", "permission", "partner", "plan_id", "outcome", "reason", "of_benefit")
_QUARTER: Final = timedelta(minutes=15)
_STRETCHES_AT_ONCE: Final = 50
_EVERYWHERE: Final = None
_STANDING: Final = Q(voided_at=None)
_quarter_of: Final = Case(
    When(minute__lt=15, then=Value(0)),
    When(minute__lt=30, then=Value(1)),
    When(minute__lt=45, then=Value(2)),
    default=Value(3),
)


def figures_of(hours: Iterable[datetime]) -> list[HourlyFigure]:
    found: list[HourlyFigure] = []
    for odd, some in _by_odd_sites(hours).items():
        for within in _within(some):
            if odd is _EVERYWHERE:
                found += _counted(within, in_quarters=True)
            elif odd:
                found += _counted(within & (Q(site=None) | ~Q(site__in=odd)))
                found += _counted(within & Q(site__in=odd), in_quarters=True)
            else:
                found += _counted(within)
    return found


def _counted(where: Q, in_quarters: bool = False) -> list[HourlyFigure]:
    rows = CheckIn.objects.filter(where).annotate(hour=TruncHour("at", tzinfo=UTC))
    if in_quarters:
        rows = rows.annotate(minute=ExtractMinute("at", tzinfo=UTC)).annotate(quarter=_quarter_of)
    else:
        rows = rows.annotate(quarter=Value(0))
    groups = rows.order_by().values("hour", "quarter", *ALIKE)
    counts = groups.annotate(
        count=Count("number", filter=_STANDING),
        first=Count("number", filter=benefits.USES & benefits.is_first()),
        excess=Count("number", filter=_STANDING & Q(over_limit=True)),
        said=Count("number", filter=_STANDING & Q(partner_said=True, outcome=Outcome.GRANTED.value)),
        voided=Count("number", filter=~_STANDING),
    )
    return [_figure(**each) for each in counts]


def _figure(hour: datetime, quarter: int, **said: object) -> HourlyFigure:
    return HourlyFigure(hour=hour, slot=hour + quarter * _QUARTER, **said)


def _within(hours: Iterable[datetime]) -> list[Q]:
    """Those that follow each other are one stretch; so many of them a question."""
    stretches: list[list[datetime]] = []
    for each in sorted(hours):
        if stretches and stretches[-1][1] == each:
            stretches[-1][1] = each + HOUR
        else:
            stretches.append([each, each + HOUR])
    asked = [Q(at__gte=first, at__lt=until) for first, until in stretches]
    chunks = (asked[start : start + _STRETCHES_AT_ONCE] for start in range(0, len(asked), _STRETCHES_AT_ONCE))
    return [reduce(or_, each) for each in chunks]


def _by_odd_sites(hours: Iterable[datetime]) -> dict[tuple[str, ...] | None, list[datetime]]:
    """The hours by the sites whose clocks are not whole hours from UTC then: everywhere, where the organization's
    is not, since days of all sites are told by it."""
    whole = organization_zone()
    zones = [(name, zone_of(zone)) for name, zone in Site.objects.values_list("name", "time_zone")]
    found: dict[tuple[str, ...] | None, list[datetime]] = defaultdict(list)
    for hour in hours:
        is_odd = {zone: bool(hour.astimezone(zone).minute) for zone in {zone for _name, zone in zones}}
        odd = tuple(name for name, zone in zones if is_odd[zone])
        found[_EVERYWHERE if is_odd.get(whole) else odd].append(hour)
    return found
