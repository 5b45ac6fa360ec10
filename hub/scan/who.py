"""Who scans: the one place that decides what somebody with a card in front of them counts as.

Staff and the front desk by their sign-in, a partner by a user of theirs or a link that this phone remembers, else
a visitor whom nobody knows.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from django.http import HttpRequest

from hub.decisions.checkin_operations import Station
from hub.fleet.models import Site
from hub.organization.models import Organization, Sees
from hub.partners.models import Partner

MAY_CHECK_IN: Final = "checkins.add_desk_checkin"
SCAN_PAGE: Final = "scan-page"
"""What stands for a reader where a check-in was made by a phone."""


class Kind(StrEnum):
    STAFF = "staff"
    PARTNER = "partner"
    VISITOR = "visitor"


@dataclass(frozen=True)
class Scanner:
    """`user`: who is signed in; None: nobody, or a partner by a link. `partner`: where check-ins count."""

    kind: Kind
    user: Any = None
    partner: Partner | None = None

    @property
    def is_known(self) -> bool:
        return self.kind is not Kind.VISITOR

    @property
    def is_staff(self) -> bool:
        return self.kind is Kind.STAFF

    def sees(self, organization: Organization) -> Sees:
        return Sees.ALL if self.is_known else Sees(organization.visitor_sees)

    def station(self, organization: Organization) -> Station:
        """At the first site, whose calendar and hours hold where no other one is said, as at the desk."""
        return Station(
            name=SCAN_PAGE,
            site=Site.objects.order_by("pk").first(),
            partner=self.partner,
            by=self.user,
            signed_in=self.is_known,
            visitors_redeem=organization.visitors_redeem,
        )


def scanner_of(request: HttpRequest) -> Scanner:
    """Partners by user or link stand between staff and visitors: hub.partners says which one."""
    if request.user.is_authenticated and request.user.has_perm(MAY_CHECK_IN):
        return Scanner(Kind.STAFF, user=request.user)
    return Scanner(Kind.VISITOR)
