"""Where a check-in was made: at a reader of an edge, or at the hub itself, by whom it has in front of it."""

from typing import Final

from django.utils.translation import gettext_lazy as _

from hub.checkins.models import CheckIn

HUB: Final = "hub"
FRONT_DESK: Final = "front-desk"
"""What stands for a reader where staff check somebody in."""
SCAN_PAGE: Final = "scan-page"
"""What stands for a reader where a check-in was made by a phone."""
_SAID: Final = {FRONT_DESK: _("front desk"), SCAN_PAGE: _("a phone (scan page)")}
RELATED: Final = ("edge__site", "hub_site")
"""To be selected along with check-ins whose place is told."""


def edge_name(checkin: CheckIn) -> str | None:
    return None if checkin.edge is None else checkin.edge.name


def place_text(checkin: CheckIn) -> str:
    """As in `clubhouse/door`, or `hub/front-desk`."""
    return f"{edge_name(checkin) or HUB}/{checkin.reader}"


def place_said(edge: str | None, reader: str) -> str:
    """The same for people: of the hub's own places, what they are. `edge`: its name."""
    return f"{edge}/{reader}" if edge else str(_SAID.get(reader, f"{HUB}/{reader}"))


def zone_name(checkin: CheckIn) -> str:
    """That of the site where it was made; UTC where there is none."""
    site = checkin.hub_site if checkin.edge is None else checkin.edge.site
    return "UTC" if site is None else site.time_zone
