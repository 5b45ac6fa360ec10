"""What stands above all pages of the back office while anything is in lockdown."""

from typing import Any

from django import template
from django.utils import timezone

from hub.orders.banner import banner_at

register = template.Library()


@register.inclusion_tag("orders/lockdowns.html", takes_context=True)
def lockdowns(context: dict[str, Any]) -> dict[str, Any]:
    """Nothing for who is not signed in as staff."""
    request = context.get("request")
    if request is None or not (request.user.is_active and request.user.is_staff):
        return {}
    return {**banner_at(timezone.now()).words, "request": request}
