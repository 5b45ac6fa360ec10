"""What stands above all of staff's pages while anything is in lockdown."""

from collections.abc import Callable
from typing import Any, Final, TypeVar

from django import template
from django.utils import timezone

from hub.orders import queries
from hub.orders.hearing import Hearing, not_heard, reached
from hub.orders.models import ModeOrder
from hub.orders.telling import place_text

register = template.Library()
_NAMED_MAX: Final = 5
_LOOKED_AT_MAX: Final = 200
"""Lockdowns, on each page: the widest, and those that somebody has not heard, are among them."""
_Named = TypeVar("_Named")


@register.inclusion_tag("orders/lockdowns.html", takes_context=True)
def lockdowns(context: dict[str, Any]) -> dict[str, Any]:
    """Nothing for who is not signed in as staff."""
    request = context.get("request")
    if request is None or not (request.user.is_active and request.user.is_staff):
        return {}
    late = not_heard(timezone.now())
    orders, more = queries.lockdowns([each.edge.pk for each in late], _LOOKED_AT_MAX)
    return banner(orders, more, late, reached() if orders else []) | {"request": request}


def banner(
    orders: list[ModeOrder], more: int, late: list[Hearing], edges: list[tuple[int, int]]
) -> dict[str, str]:
    """`standing`: lockdowns that every edge there has heard. `deaf`: who has not heard the others.

    `more` stand beside `orders`. `late` have not heard the newest; `edges` are all that something may reach, each
    with its site.
    """
    missing = {order.pk: [each for each in late if each.covers(order) and not each.has(order)] for order in orders}
    there = {key for edge, site in edges for key in ((edge, None), (None, site), (None, None))}
    standing, unheard = [], []
    for order in orders:
        stands = not missing[order.pk] and (order.edge_id, order.site_id) in there
        (standing if stands else unheard).append(order)
    deaf = {each.edge.name: each for order in unheard for each in missing[order.pk]}
    lingering = [each for each in late if each.lingering]
    return {
        "standing": _named(standing, place_text, 0 if unheard else more),
        "unheard": _named(unheard, place_text, more if unheard else 0),
        "deaf": _named([*deaf.values()], lambda each: f"{each.edge} ({each.why_not})"),
        "lingering": _named(lingering, lambda each: each.edge.name),
    }


def _named(found: list[_Named], name: Callable[[_Named], str], more: int = 0) -> str:
    """The first of them, and how many more there are."""
    more += max(0, len(found) - _NAMED_MAX)
    return ", ".join([*map(name, found[:_NAMED_MAX]), *([f"{more} more"] if more else [])])
