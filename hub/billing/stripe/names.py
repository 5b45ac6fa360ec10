"""What we are called at Stripe, and its things with us: products by plans, an order's name in the metadata."""

from datetime import UTC, datetime
from typing import Any, Final

OURS: Final = "doorward"
"""The metadata's name for our name of an order."""
_PRODUCT: Final = "doorward_"


def product_of(plan: str) -> str:
    return _PRODUCT + plan


def plan_of(product: str) -> str:
    """Empty: it is none of ours."""
    return product.removeprefix(_PRODUCT) if product.startswith(_PRODUCT) else ""


def ours_of(thing: dict[str, Any]) -> str:
    return str((thing.get("metadata") or {}).get(OURS, ""))


def number_of(field: Any) -> str:
    """Of what may be an id, a whole object or nothing."""
    return str(field["id"] if isinstance(field, dict) else field or "")


def instant_of(seconds: int | None) -> datetime | None:
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC)


def instant(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
