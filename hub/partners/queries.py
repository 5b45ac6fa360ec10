"""What is read of partners."""

from collections.abc import Iterable
from typing import Any, Final

from django.db.models import Q, QuerySet

from hub.members.models import Approval, Permission
from hub.partners.models import Partner, PartnerLink, PartnerUser

REDEEM_HERE: Final = "partners.redeem_here"
VIEW_OWN_FIGURES: Final = "partners.view_own_figures"


def benefits_offered_by(partner: Partner | None) -> QuerySet[Permission]:
    """What may be used at this partner; None: by whoever scans, so what is for approved partners is not in it."""
    benefits = Permission.objects.filter(is_benefit=True).order_by("name")
    anywhere = benefits.filter(approved_partners_only=False)
    if partner is None or not partner.active:
        return anywhere
    # Not joined: one that several partners are approved for would stand there as often.
    return benefits.filter(Q(approved_partners_only=False) | Q(pk__in=partner.permissions.values("pk")))


def benefits_said_at(partner: Partner) -> QuerySet[Permission]:
    """What may be used by whoever scans and says that they are at this partner."""
    return benefits_offered_by(partner).filter(_may_be_said())


def partners_to_say(benefits: Iterable[str]) -> QuerySet[Partner]:
    """At which whoever scans may say that they are, to use one of these permissions there."""
    found = Permission.objects.filter(_may_be_said(), slug__in=list(benefits), is_benefit=True)
    active = Partner.objects.filter(active=True).order_by("name", "pk")
    if found.filter(approved_partners_only=False).exists():
        return active
    return active.filter(pk__in=Approval.objects.filter(permission__in=found).values("partner"))


def _may_be_said() -> Q:
    return Q(approved_partners_only=False) | Q(partner_may_be_said=True)


def partner_of_user(user: Any) -> Partner | None:
    """Where this user's check-ins count. None: they belong to no partner, have another role now, or the partner is
    not active."""
    if not user.has_perm(REDEEM_HERE):
        return None
    return Partner.objects.filter(users__user=user, active=True).first()


def partner_invited_for(user: Any) -> Partner | None:
    """Active or not, and whatever the user's role is now."""
    return Partner.objects.filter(users__user=user).first()


def live_links(partner: Partner) -> QuerySet[PartnerLink]:
    """The newest first."""
    return PartnerLink.objects.select_related("partner").filter(partner=partner, revoked_at=None)


def users_of(partner: Partner) -> QuerySet[PartnerUser]:
    """Those who may sign in first."""
    found = PartnerUser.objects.select_related("user", "user__one_time_link").filter(partner=partner)
    return found.order_by("-user__is_active", "user__first_name", "user__username")
