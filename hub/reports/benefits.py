"""The reports of benefits: where and when they were used, by whose plan, for the first time or once more, what was
refused and why, what was over a limit and what was voided. The same for the club and, narrowed, for one partner.

A first time is somebody's first standing use of that benefit, ever and anywhere, by the instant from which it
counts. It is exact at every reading, whatever comes late (edges that were offline for a day) or is voided: an hour
that was touched is counted anew from the check-ins, which know who was first, and hub/checkins/benefits.py touches
also the hour of the one other use that a late or voided one makes first, or first no more.
Uses by nobody who is known are told as once more.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from hub.checkins import names
from hub.reports.queries import Count, Counted, Span
from hub.reports.tables import (
    Column,
    Report,
    Row,
    Table,
    by_day,
    by_hour,
    by_permission,
    by_plan,
    by_weekday,
    rows_of,
    table,
)

USED: Final = Column("used", pgettext_lazy("in a report", "Used"), lambda count: count.granted)
"""Limited ones are redeemed, others checked in: both."""
FIRST: Final = Column("first", gettext_lazy("First time"), lambda count: count.first)
REPEAT: Final = Column("repeat", gettext_lazy("Once more"), lambda count: count.repeat)
REFUSED: Final = Column("refused", gettext_lazy("Refused"), lambda count: count.denied)
EXCESS: Final = Column("over_limit", gettext_lazy("Over the limit"), lambda count: count.excess)
SAID: Final = Column("only_said", gettext_lazy("Partner only said"), lambda count: count.said)
"""Of those used: by whoever scanned, whom nobody knows, and said that they were there."""
VOIDED: Final = Column("voided", gettext_lazy("Voided"), lambda count: count.voided)
COLUMNS: Final = (USED, FIRST, REPEAT, REFUSED, EXCESS, VOIDED, SAID)
_PARTS: Final = (FIRST, REPEAT, REFUSED)


def counted_of(span: Span) -> Counted:
    """To make the tables of. A span with a partner: that one's alone."""
    return Counted(span, of_benefits=True)


def reports_of(span: Span) -> Mapping[str, Report]:
    """Those that say something of it: a partner's are not told by partner."""
    if not span.partner:
        return BENEFITS
    return MappingProxyType({name: each for name, each in BENEFITS.items() if name not in _OF_ALL_PARTNERS})


def tables_of(counted: Counted, zone: ZoneInfo) -> list[Table]:
    reports = reports_of(counted.span)
    return [table(name, counted, zone, reports) for name in reports]


def _by_partner(counted: Counted, _zone: ZoneInfo) -> list[Row]:
    found = counted.by("partner")
    called = names.partners(slug for (slug,) in found if slug)
    return rows_of(found, lambda group: (_partner(group[0], called),))


def _by_both(counted: Counted, _zone: ZoneInfo) -> list[Row]:
    found = counted.by("partner", "permission")
    partners = names.partners(slug for slug, _benefit in found if slug)
    called = names.permissions(slug for _slug, slug in found)
    return rows_of(found, lambda group: (_partner(group[0], partners), called.get(group[1], group[1])))


def _by_reason(counted: Counted, _zone: ZoneInfo) -> list[Row]:
    found = counted.by("permission", "reason")
    called = names.permissions(slug for slug, _reason in found)
    refused = {group: Count(denied=count.denied) for group, count in found.items()}
    return rows_of(refused, lambda group: (called.get(group[0], group[0]), group[1]))


def _partner(slug: str | None, called: dict[str, str]) -> str:
    return called.get(slug, slug) if slug else _("at no partner")


_OF_ALL_PARTNERS: Final = ("partner", "partner-benefit")
_BENEFIT, _PARTNER = gettext_lazy("Benefit"), gettext_lazy("Partner")
BENEFITS: Final[Mapping[str, Report]] = MappingProxyType(
    {
        "day": Report(gettext_lazy("By day"), (gettext_lazy("Day"),), by_day, COLUMNS, _PARTS),
        "hour": Report(gettext_lazy("By hour of the day"), (gettext_lazy("Hour"),), by_hour, COLUMNS, _PARTS),
        "weekday": Report(gettext_lazy("By day of the week"), (gettext_lazy("Day"),), by_weekday, COLUMNS, _PARTS),
        "benefit": Report(gettext_lazy("By benefit"), (_BENEFIT,), by_permission, COLUMNS),
        "partner": Report(gettext_lazy("By partner"), (_PARTNER,), _by_partner, COLUMNS),
        "partner-benefit": Report(gettext_lazy("By partner and benefit"), (_PARTNER, _BENEFIT), _by_both, COLUMNS),
        "plan": Report(gettext_lazy("By plan"), (gettext_lazy("Plan"),), by_plan, COLUMNS),
        "reason": Report(
            gettext_lazy("Refused, and why"), (_BENEFIT, gettext_lazy("Reason")), _by_reason, (REFUSED,)
        ),
    }
)
"""The last label of a reason's row is the reason itself, to be said in words."""
