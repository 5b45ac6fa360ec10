"""A customer's check-ins and redemptions, the newest first, some at a time, each in its site's zone."""

from datetime import datetime
from typing import Any, Final, NamedTuple

from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from contract.calendar import zone_of
from contract.reasons import Outcome
from hub.checkins import names, places
from hub.checkins.models import CheckIn
from hub.decisions.said import reason_text
from hub.desk.answers import page
from hub.desk.gate import desk
from hub.fleet.standing import Light
from hub.members.models import Customer

SHOWN: Final = 10


class Seen(NamedTuple):
    """`partner`: the name of the one at which it counts; empty: at none. `partner_said`: as was only said."""

    at: datetime
    place: str
    what: str
    light: Light
    word: str | Promise
    is_redemption: bool
    number: int
    partner: str = ""
    partner_said: bool = False


@desk("checkins.view_checkin")
def checkins_part(request: HttpRequest, number: int) -> HttpResponse:
    """Those before ?before=NUMBER, which is one of theirs."""
    customer = get_object_or_404(Customer, pk=number)
    return page(request, "desk/checkins.html", customer=customer, **newest_checkins(request, number))


def newest_checkins(request: HttpRequest, customer_id: int) -> dict[str, Any]:
    """Nothing for who may not see check-ins."""
    if not request.user.has_perm("checkins.view_checkin"):
        return {"may_see_checkins": False}
    found = CheckIn.objects.filter(customer=customer_id).select_related(*places.RELATED).order_by("-at", "-number")
    last = request.GET.get("before", "")
    if last.isdecimal() and len(last) < 19:
        after = CheckIn.objects.filter(customer=customer_id, number=int(last)).values_list("at", "number").first()
        found = found.filter(Q(at__lt=after[0]) | Q(at=after[0], number__lt=after[1])) if after else found.none()
    rows = list(found.defer("policy", "circumstances", "own_uses")[: SHOWN + 1])
    permissions = names.permissions(each.permission for each in rows)
    partners = names.partners(each.partner for each in rows if each.partner)
    shown = [
        seen(each, permissions)._replace(
            partner=partners.get(each.partner, each.partner or ""), partner_said=each.partner_said
        )
        for each in rows[:SHOWN]
    ]
    older = shown[-1].number if len(rows) > SHOWN else None
    return {"may_see_checkins": True, "checkins": shown, "older": older}


def seen(row: CheckIn, permissions: dict[str, str]) -> Seen:
    granted = row.outcome == Outcome.GRANTED
    light, word = (Light.GREEN, _("Granted")) if granted else (Light.RED, reason_text(row.reason))
    if row.voided_at is not None:
        light, word = Light.GREY, _("Voided")
    elif row.over_limit:
        light, word = Light.AMBER, _("Granted, over the limit")
    zone = zone_of(places.zone_name(row))
    what = permissions.get(row.permission, row.permission)
    place = places.place_said(places.edge_name(row), row.reader)
    return Seen(row.at.astimezone(zone), place, what, light, word, granted and row.counted, row.number)
