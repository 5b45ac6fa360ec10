"""The organization's zone: that of its first site; UTC before there is one. Staff see times in it, and what a
membership is paid for is counted in it.

What happened at one site is shown in that site's zone.
"""

from zoneinfo import ZoneInfo

from contract.calendar import zone_of
from hub.fleet.models import Site


def organization_zone() -> ZoneInfo:
    return zone_of(Site.objects.order_by("pk").values_list("time_zone", flat=True).first() or "UTC")
