"""What is read of partners."""

from typing import Any, Final

from django.db.models import Q, QuerySet

from hub.members.models import Permission
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
