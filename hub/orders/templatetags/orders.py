"""What stands above all of staff's pages while anything is in lockdown."""

from collections.abc import Callable
from typing import Any, Final

from django import template
from django.utils import timezone

from contract.ask import Posture
from hub.orders import queries
from hub.orders.hearing import Hearing, not_heard, reached
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
    return banner(orders, not_heard(timezone.now()), reached() if orders else []) | {"request": request}


def banner(orders: list[ModeOrder], late: list[Hearing], edges: list[tuple[int, int]]) -> dict[str, str]:
    """`standing`: lockdowns that every edge there has heard. `deaf`: who has not heard the others.

    `late` have not heard the newest; `edges` are all that something may reach, each with its site.
    """
    missing = {order.pk: [each for each in late if each.covers(order) and not each.has(order)] for order in orders}
    standing = [order for order in orders if not missing[order.pk] and _is_of_any(order, edges)]
    unheard = [order for order in orders if order not in standing]
    deaf = {each.edge.name: each for order in unheard for each in missing[order.pk]}
    lingering = [each for each in late if _lingers(each) and not any(map(each.covers, orders))]
    return {
        "standing": ", ".join(map(place_text, standing)),
        "unheard": ", ".join(map(place_text, unheard)),
        "deaf": _named([*deaf.values()], lambda each: f"{each.edge} ({each.why_not})"),
        "lingering": _named(lingering, lambda each: each.edge.name),
    }


def _is_of_any(order: ModeOrder, edges: list[tuple[int, int]]) -> bool:
    if order.edge_id is None and order.site_id is None:
        return bool(edges)
    return any(order.edge_id == edge or order.site_id == site for edge, site in edges)


def _lingers(hearing: Hearing) -> bool:
    stands = hearing.stands
    return not hearing.heard and Posture.LOCKDOWN in (stands.edge, *stands.readers.values())


def _named(found: list[Hearing], name: Callable[[Hearing], str]) -> str:
    """The first of them, and how many more there are."""
    more = len(found) - _NAMED_MAX
    return ", ".join([*map(name, found[:_NAMED_MAX]), *([f"{more} more"] if more > 0 else [])])
