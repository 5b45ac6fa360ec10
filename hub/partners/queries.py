"""What is read of partners."""

from django.db.models import Q, QuerySet

from hub.members.models import Permission
from hub.partners.models import Partner


def benefits_offered_by(partner: Partner | None) -> QuerySet[Permission]:
    """What may be used at this partner; None: by whoever scans, so what is for approved partners is not in it."""
    benefits = Permission.objects.filter(is_benefit=True).order_by("name")
    anywhere = benefits.filter(approved_partners_only=False)
    if partner is None or not partner.active:
        return anywhere
    return benefits.filter(Q(approved_partners_only=False) | Q(approvals__partner=partner))
