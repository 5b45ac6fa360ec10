"""What a member used lately, for whoever has the card in front of them: other partners' names are not theirs."""

from datetime import datetime, timedelta
from typing import Final, NamedTuple

from django.utils.translation import gettext as _

from contract.reasons import Outcome
from hub.checkins import names
from hub.checkins.models import CheckIn
from hub.members.models import Customer, Permission
from hub.scan.who import Scanner

_MOST: Final = 8
_LATELY: Final = timedelta(days=92)


class Recent(NamedTuple):
    """`where` empty: at no partner. `counted`: it used a limited benefit up."""

    at: datetime
    what: str
    where: str
    counted: bool


def recent_of(customer: Customer, scanner: Scanner, at: datetime) -> list[Recent]:
    """The newest first: benefits that were granted and stand."""
    benefits = dict(Permission.objects.filter(is_benefit=True).values_list("slug", "name"))
    found = CheckIn.objects.filter(
        customer=customer.pk,
        at__range=(at - _LATELY, at),
        outcome=Outcome.GRANTED.value,
        voided_at=None,
        permission__in=benefits,
    )
    rows = list(found.order_by("-at", "-number").only("at", "permission", "partner", "counted")[:_MOST])
    partners = names.partners(each.partner for each in rows if each.partner)
    return [
        Recent(each.at, benefits[each.permission], _where(each.partner, scanner, partners), each.counted)
        for each in rows
    ]


def _where(slug: str | None, scanner: Scanner, partners: dict[str, str]) -> str:
    if slug is None:
        return ""
    is_theirs = scanner.partner is not None and scanner.partner.slug == slug
    if scanner.is_staff or is_theirs:
        return partners.get(slug, slug)
    return _("another partner") if scanner.partner is not None else _("a partner")
