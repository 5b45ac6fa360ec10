"""What a reports page is asked for, as its address says it: a range of days up to today, and whose figures.

Days are those of the site that is chosen, or the organization's. What is not there is not asked for. Must not know
HTTP.
"""

from collections.abc import Mapping
from datetime import datetime, time, timedelta
from typing import Final, NamedTuple
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from contract.calendar import zone_of
from hub.fleet.models import Site
from hub.fleet.zones import organization_zone
from hub.members.models import Permission
from hub.partners.models import Partner
from hub.reports.queries import Span

RANGES: Final[dict[str, tuple[int, str | Promise]]] = {
    "1": (1, _("Today")),
    "7": (7, _("7 days")),
    "30": (30, _("30 days")),
    "90": (90, _("90 days")),
    "365": (365, _("A year")),
}
_USUAL: Final = "30"


class Asked(NamedTuple):
    """`query`: that asks for the same once more."""

    span: Span
    zone: ZoneInfo
    range: str

    @property
    def query(self) -> str:
        return urlencode({"range": self.range, **self.span.narrowed})


def checkins_asked(said: Mapping[str, str], at: datetime) -> Asked:
    """`said`: an address's `range` and `site`."""
    site = Site.objects.filter(name=said.get("site", "")).first()
    zone = organization_zone() if site is None else zone_of(site.time_zone)
    return _asked(said, at, zone, site=site.name if site else "")


def benefits_asked(said: Mapping[str, str], at: datetime, partner: Partner | None = None) -> Asked:
    """`said`: an address's `range`, `permission` and `partner`; `partner`: that one's figures and no other's."""
    benefit = Permission.objects.filter(slug=said.get("permission", "")).first()
    chosen = partner or Partner.objects.filter(slug=said.get("partner", "")).first()
    narrowed = {"partner": chosen.slug if chosen else "", "permission": benefit.slug if benefit else ""}
    return _asked(said, at, organization_zone(), **narrowed)


def _asked(said: Mapping[str, str], at: datetime, zone: ZoneInfo, **narrowed: str) -> Asked:
    """Whole days, today the last one; 30 of them unless another range is asked for."""
    chosen = said.get("range", "")
    chosen = chosen if chosen in RANGES else _USUAL
    today = at.astimezone(zone).date()
    first = today - timedelta(days=RANGES[chosen][0] - 1)
    begin, end = (datetime.combine(each, time(), zone) for each in (first, today + timedelta(days=1)))
    return Asked(Span(begin, end, **narrowed), zone, chosen)
