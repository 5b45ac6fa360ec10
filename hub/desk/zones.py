"""The zone in which staff see times: the organization's, which is that of its first site; UTC before there is one.

What happened at one site is shown in that site's zone.
"""

from zoneinfo import ZoneInfo

from contract.calendar import zone_of
from hub.fleet.models import Site


def organization_zone() -> ZoneInfo:
    return zone_of(Site.objects.order_by("pk").values_list("time_zone", flat=True).first() or "UTC")
