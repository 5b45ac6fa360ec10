"""Users who belong to a partner: invited with the role "partner", by a one-time link as everybody is."""

from datetime import datetime

from django.contrib.auth.models import User
from django.db import transaction

from hub.access import user_operations as users
from hub.access.link_operations import LinkShown
from hub.access.roles import Role
from hub.audit import operations as audit
from hub.partners.models import Partner, PartnerUser


@transaction.atomic
def invite(partner: Partner, name: str, email: str, by: User, at: datetime) -> tuple[User, LinkShown]:
    """hub.access.user_operations.UserRefused, django.core.exceptions.ValidationError: as there."""
    user, link = users.invite(name, email, Role.PARTNER, by, at)
    PartnerUser.objects.create(user=user, partner=partner)
    audit.note("assigned", user, None, {"partner": partner.name})
    return user, link
