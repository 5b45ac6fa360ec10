"""What stands above all of staff's pages while anything is in lockdown."""

from typing import Any

from django import template

from contract.ask import Posture
from hub.orders import queries
from hub.orders.telling import place_text

register = template.Library()


@register.inclusion_tag("orders/lockdowns.html", takes_context=True)
def lockdowns(context: dict[str, Any]) -> dict[str, Any]:
    """Nothing for who is not signed in as staff."""
    request = context.get("request")
    if request is None or not (request.user.is_active and request.user.is_staff):
        return {"orders": []}
    orders = [order for order in queries.set_by_hand() if order.posture == Posture.LOCKDOWN]
    return {"orders": orders, "places": ", ".join(map(place_text, orders)), "request": request}
