"""What is being paid stands against it that a member deletes all that is kept of them: else the provider would go
on taking money from somebody who is nobody here."""

from datetime import datetime

from django.utils.translation import gettext as _

from hub.billing.models import HAND, Subscription
from hub.members.models import Customer


def why_not_yet(customer: Customer, at: datetime, **_signal: object) -> str:
    """For hub.members.signals.leaving_asked."""
    running = Subscription.objects.filter(membership__customer=customer, is_open=True).exclude(provider=HAND)
    plans = sorted({each.membership.plan.name for each in running.select_related("membership__plan")})
    if not plans:
        return ""
    said = _("You are still paying for %(plans)s: cancel that first, and delete your data when it has ended.")
    return said % {"plans": ", ".join(plans)}
