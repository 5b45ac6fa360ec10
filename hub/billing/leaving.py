"""What a provider still bills stands against it that a member deletes all that is kept of them: else it would go
on taking money from somebody who is nobody here."""

from datetime import datetime

from django.utils.translation import gettext as _

from hub.billing.own import still_billed
from hub.members.models import Customer


def why_not_yet(customer: Customer, at: datetime, **_signal: object) -> str:
    """For hub.members.signals.leaving_asked."""
    plans = sorted({each.plan.name for each in still_billed(customer)})
    if not plans:
        return ""
    said = _("The payment provider has not done with %(plans)s: end it now, or delete all when it has ended.")
    return said % {"plans": ", ".join(plans)}
