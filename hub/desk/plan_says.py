"""What a plan says to whoever joins with it, in words for staff: its trial, its fee, who may take it, how it is
paid."""

from typing import Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from hub.billing.offers import Way, offers_for
from hub.members.models import Plan
from hub.members.prices import price_text

_PAID: Final = {
    (Way.FREE,): gettext_lazy("not at all: it is free"),
    (Way.PROVIDER,): gettext_lazy("online"),
    (Way.BY_HAND,): gettext_lazy("by invoice or in cash"),
    (Way.PROVIDER, Way.BY_HAND): gettext_lazy("online, by invoice or in cash"),
}


def facts(plan: Plan) -> list[tuple[str, str]]:
    """What is asked, and the answer; without what the plan has not."""
    fee = price_text(plan.setup_fee_cents, plan.currency) if plan.setup_fee_cents else ""
    found = [
        (_("Setup fee"), fee),
        (_("Tax"), plan.tax_text),
        (_("Trial"), _days(plan)),
        (_("On the join page"), _("yes: everybody can choose it") if plan.is_public else _("no")),
        (_("Paid by who joins"), str(_PAID[tuple(each.way for each in offers_for(plan))])),
        (_("For companies"), _seats(plan) if plan.for_companies else ""),
    ]
    return [(asked, answer) for asked, answer in found if answer]


def marks(plan: Plan) -> list[str]:
    """The same, as short as a list has room for."""
    trial = _("Trial: %(days)s") % {"days": _days(plan)}
    fee = _("Setup fee: %(fee)s") % {"fee": price_text(plan.setup_fee_cents, plan.currency)}
    found = [
        _("public") if plan.is_public else "",
        _("for companies") if plan.for_companies else "",
        trial if plan.trial_days else "",
        fee if plan.setup_fee_cents else "",
    ]
    return [each for each in found if each]


def _days(plan: Plan) -> str:
    if not plan.trial_days:
        return ""
    return ngettext("%(days)s day", "%(days)s days", plan.trial_days) % {"days": plan.trial_days}


def _seats(plan: Plan) -> str:
    if plan.seats_max is None:
        return _("any number of seats")
    return ngettext("at most %(seats)s seat", "at most %(seats)s seats", plan.seats_max) % {
        "seats": plan.seats_max
    }
