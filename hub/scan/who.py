"""Who scans: the one place that decides what somebody with a card in front of them counts as.

Staff and the front desk by their sign-in, a partner by a user of theirs or a link that this phone remembers, else
a visitor whom nobody knows, whatever they say where they are.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from django.db.models import QuerySet
from django.http import HttpRequest

from hub.audit.acting import Actor, ActorKind
from hub.checkins.models import CheckIn
from hub.checkins.places import SCAN_PAGE
from hub.decisions.checkin_operations import Station
from hub.fleet.models import Site
from hub.members.models import Permission
from hub.organization.models import Organization, Sees
from hub.partners.link_operations import LinkRefused
from hub.partners.models import Partner, PartnerLink
from hub.partners.queries import benefits_offered_by, benefits_said_at, partner_of_user
from hub.scan.phone import link_of_phone
from hub.scan.saying import said_at

MAY_CHECK_IN: Final = "checkins.add_desk_checkin"


class Kind(StrEnum):
    STAFF = "staff"
    PARTNER = "partner"
    VISITOR = "visitor"


@dataclass(frozen=True)
class Scanner:
    """`user`: who is signed in; None: nobody, or a partner by a link, which is `link` then. `partner`: whose they
    are, where check-ins count. `said`: where a visitor says that they are, so that check-ins count there; it opens
    nothing else to them."""

    kind: Kind
    user: Any = None
    partner: Partner | None = None
    link: PartnerLink | None = None
    said: Partner | None = None

    @property
    def is_known(self) -> bool:
        return self.kind is not Kind.VISITOR

    @property
    def is_staff(self) -> bool:
        return self.kind is Kind.STAFF

    @property
    def actor(self) -> Actor | None:
        """Of a partner's link, for the audit log where no user is signed in; None: it is none."""
        if self.link is None:
            return None
        return Actor(ActorKind.PARTNER, f"{self.link.partner} ({self.link.label})")

    def sees(self, organization: Organization) -> Sees:
        return Sees.ALL if self.is_known else Sees(organization.visitor_sees)

    def may_press(self, organization: Organization) -> bool:
        """Who sees a membership's status alone is told of no benefit, so there is none to press."""
        return self.sees(organization) is not Sees.STATUS

    def offered(self) -> QuerySet[Permission]:
        """Benefits that may be used here at all."""
        return benefits_offered_by(self.partner) if self.said is None else benefits_said_at(self.said)

    def made(self, checkin: CheckIn) -> bool:
        """Whether who made it is still here: that user, that partner. What a visitor pressed is anybody's who has
        the page, wherever they said that they were."""
        is_users = checkin.checked_in_by_id in (None, self.user and self.user.pk)
        is_here = checkin.partner_said or checkin.partner in (None, self.partner and self.partner.slug)
        return is_users and is_here

    def station(self, organization: Organization) -> Station:
        """At the first site, whose calendar and hours hold where no other one is said, as at the desk. A partner's
        link is no sign-in; what is used up is theirs to redeem nevertheless."""
        return Station(
            name=SCAN_PAGE,
            site=Site.objects.order_by("pk").first(),
            partner=self.partner or self.said,
            partner_said=self.said is not None,
            by=self.user,
            signed_in=self.user is not None,
            visitors_redeem=self.is_known or organization.visitors_redeem,
        )


def scanner_of(request: HttpRequest) -> Scanner:
    """The first that holds: staff by their sign-in, a partner's user, a partner's link on this phone, nobody.

    Whoever is staff counts as staff whatever else they are: on a phone with a partner's link, or once invited as a
    partner's user. What a partner is not active for is looked at each time.
    """
    user = request.user
    if user.is_authenticated and user.has_perm(MAY_CHECK_IN):
        return Scanner(Kind.STAFF, user=user)
    partner = partner_of_user(user) if user.is_authenticated else None
    if partner is not None:
        return Scanner(Kind.PARTNER, user=user, partner=partner)
    try:
        link = link_of_phone(request)
    except LinkRefused:
        link = None
    if link is None:
        return Scanner(Kind.VISITOR, said=said_at(request))
    return Scanner(Kind.PARTNER, partner=link.partner, link=link)
