"""What a customer may use now, and what is left of it, in words; decided by hub.decisions.offering."""

from datetime import datetime
from typing import Final, NamedTuple

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from contract.ask import Policy
from contract.reasons import Reason
from hub.checkins import names
from hub.contract_words import said_of
from hub.decisions.offering import Offer, facts_of_customer, offers_of
from hub.desk.templatetags.desk import day_text
from hub.fleet.standing import Light
from hub.members.models import Customer, Permission

REASONS: Final[dict[str, str | Promise]] = {
    Reason.GRANTED: gettext_lazy("Yes"),
    Reason.UNKNOWN_CARD: gettext_lazy("No card has this code"),
    Reason.CARD_REVOKED: gettext_lazy("The card is revoked"),
    Reason.CARD_NOT_YET_VALID: gettext_lazy("The card is not valid yet"),
    Reason.CARD_EXPIRED: gettext_lazy("The card is no longer valid"),
    Reason.NO_MEMBERSHIP: gettext_lazy("No membership"),
    Reason.PENDING: gettext_lazy("The first payment is open"),
    Reason.SCHEDULED: gettext_lazy("The membership has not begun"),
    Reason.SUSPENDED: gettext_lazy("The membership is frozen"),
    Reason.EXPIRED: gettext_lazy("The membership is over"),
    Reason.PERMISSION_MISSING: gettext_lazy("Not in their plans"),
    Reason.OUTSIDE_HOURS: gettext_lazy("Not at this time"),
    Reason.PARTNER_NOT_APPROVED: gettext_lazy("At approved partners only"),
    Reason.LIMIT_REACHED: gettext_lazy("Used up"),
    Reason.COOLDOWN: gettext_lazy("Too soon after the last use"),
    Reason.ALREADY_INSIDE: gettext_lazy("Already inside"),
    Reason.LOCKDOWN: gettext_lazy("Lockdown"),
}
_NOT_THEIRS: Final = (Reason.PERMISSION_MISSING, Reason.NO_MEMBERSHIP)
_SOON: Final = (Reason.OUTSIDE_HOURS, Reason.LIMIT_REACHED, Reason.COOLDOWN, Reason.SCHEDULED)


class Allowed(NamedTuple):
    """`left`: how often still, or when next; empty: nothing is counted."""

    name: str
    light: Light
    word: str | Promise
    left: str
    next: str
    partners: list[str]


def allowed(customer: Customer, site: str | None, at: datetime) -> list[Allowed]:
    """What their plans grant, whether it is granted now or not."""
    known = dict(Permission.objects.order_by("name").values_list("slug", "name"))
    facts = facts_of_customer(customer.pk, site, at)
    found = offers_of(known, facts, at, Policy(site=site))
    theirs = [each for each in found if each.decision.reason not in _NOT_THEIRS]
    partners = names.partners({slug for each in theirs for slug in each.partners})
    return [_shown(each, known[each.permission], partners) for each in theirs]


def reason_text(reason: str) -> str | Promise:
    """Of any check-in: the rarer ones in the contract's words."""
    return REASONS.get(reason) or _first_upper(said_of(Reason, reason))


def _first_upper(text: str) -> str:
    return text[:1].upper() + text[1:]


def _shown(offer: Offer, name: str, partners: dict[str, str]) -> Allowed:
    decision = offer.decision
    left = ""
    if decision.remaining is not None:
        left = ngettext("%(left)s left", "%(left)s left", decision.remaining) % {"left": decision.remaining}
    waits = decision.next_available_at is not None and not decision.granted
    coming = _("again on %(at)s") % {"at": day_text(decision.next_available_at)} if waits else ""
    light = Light.GREEN if decision.granted else Light.AMBER if decision.reason in _SOON else Light.RED
    return Allowed(
        name, light, reason_text(decision.reason), left, coming, [partners.get(s, s) for s in offer.partners]
    )
