"""What a customer may use now, and what is left of it, in words; decided by hub.decisions.offering."""

from datetime import datetime
from typing import Final, NamedTuple

from django.utils.functional import Promise
from django.utils.translation import gettext as _

from contract.ask import Policy
from contract.reasons import Reason
from hub.checkins import names
from hub.decisions.offering import Offer, facts_of_customer, offers_granted
from hub.decisions.said import left_text, reason_text
from hub.fleet.standing import Light
from hub.members.models import Customer, Permission
from hub.templatetags.faces import day_text

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
    theirs = offers_granted(known, facts, at, Policy(site=site))
    partners = names.partners({slug for each in theirs for slug in each.partners})
    return [_shown(each, known[each.permission], partners) for each in theirs]


def _shown(offer: Offer, name: str, partners: dict[str, str]) -> Allowed:
    decision = offer.decision
    waits = decision.next_available_at is not None and not decision.granted
    coming = _("again on %(at)s") % {"at": day_text(decision.next_available_at)} if waits else ""
    light = Light.GREEN if decision.granted else Light.AMBER if decision.reason in _SOON else Light.RED
    return Allowed(
        name,
        light,
        reason_text(decision.reason),
        left_text(decision.remaining),
        coming,
        [partners.get(s, s) for s in offer.partners],
    )
