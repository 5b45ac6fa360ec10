"""What stands above all of staff's pages while anything is in lockdown."""

from typing import Any, Final

from django import template
from django.utils import timezone

from contract.ask import Posture
from hub.orders import queries
from hub.orders.hearing import Hearing, hearings, not_heard
from hub.orders.models import ModeOrder
from hub.orders.telling import place_text

register = template.Library()
_NAMED_MAX: Final = 5


@register.inclusion_tag("orders/lockdowns.html", takes_context=True)
def lockdowns(context: dict[str, Any]) -> dict[str, Any]:
    """Nothing for who is not signed in as staff."""
    request = context.get("request")
    if request is None or not (request.user.is_active and request.user.is_staff):
        return {}
    orders = [order for order in queries.set_by_hand() if order.posture == Posture.LOCKDOWN]
    at = timezone.now()
    return banner(orders, hearings(at) if orders else not_heard(at)) | {"request": request}


def banner(orders: list[ModeOrder], found: list[Hearing]) -> dict[str, str]:
    """`standing`: lockdowns that every edge there has heard. `deaf`: who has not heard the others."""
    reached = [each for each in found if not each.left_out]
    there = {order.pk: [each for each in reached if each.covers(order)] for order in orders}
    standing = [order for order in orders if there[order.pk] and all(each.has(order) for each in there[order.pk])]
    unheard = [order for order in orders if order not in standing]
    deaf = {each.edge.name: each for order in unheard for each in there[order.pk] if not each.has(order)}
    lingering = [each for each in reached if _lingers(each) and not any(map(each.covers, orders))]
    return {
        "standing": ", ".join(map(place_text, standing)),
        "unheard": ", ".join(map(place_text, unheard)),
        "deaf": _named([f"{each.edge} ({each.why_not})" for each in deaf.values()]),
        "lingering": _named([each.edge.name for each in lingering]),
    }


def _lingers(hearing: Hearing) -> bool:
    stands = hearing.stands
    return not hearing.heard and Posture.LOCKDOWN in (stands.edge, *stands.readers.values())


def _named(names: list[str]) -> str:
    """The first of them, and how many more there are."""
    more = len(names) - _NAMED_MAX
    return ", ".join([*names[:_NAMED_MAX], *([f"{more} more"] if more > 0 else [])])
