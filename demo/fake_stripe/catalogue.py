"""Customers, products and prices."""

from typing import Any

from demo.fake_stripe.forms import number
from demo.fake_stripe.problems import invalid
from demo.fake_stripe.world import World

_INTERVALS = {"day": 1095, "week": 156, "month": 36, "year": 3}
"""At most so many of them: three years."""


def create_customer(world: World, form: dict[str, Any]) -> dict[str, Any]:
    fields = {name: form.get(name) for name in ("email", "name", "description")}
    settings = {"default_payment_method": None}
    made = world.make(
        "cus", "customer", **fields, balance=0, metadata=form.get("metadata", {}), invoice_settings=settings
    )
    world.tell("customer.created", made)
    return made


def update_customer(world: World, form: dict[str, Any], customer: str) -> dict[str, Any]:
    held = world.find("customer", customer)
    held |= {name: form[name] for name in ("email", "name", "description") if name in form}
    held["metadata"] |= form.get("metadata", {})
    held["invoice_settings"] |= form.get("invoice_settings", {})
    return held


def create_product(world: World, form: dict[str, Any]) -> dict[str, Any]:
    if not form.get("name"):
        raise invalid("Missing required param: name.", "name", "parameter_missing")
    if form.get("id") in world.things:
        raise invalid("Product already exists.", "id", "resource_already_exists")
    given = {"id": form["id"]} if form.get("id") else {}
    return world.make(
        "prod", "product", **given, name=form["name"], active=True, metadata=form.get("metadata", {})
    )


def update_product(world: World, form: dict[str, Any], product: str) -> dict[str, Any]:
    held = world.find("product", product)
    held |= {name: form[name] for name in ("name", "description") if name in form}
    return held


def create_price(world: World, form: dict[str, Any]) -> dict[str, Any]:
    """Of a product that there is, or of one of `product_data`."""
    product = form.get("product")
    if product is None:
        product = create_product(world, form.get("product_data", {}))["id"]
    amount = number(form, "unit_amount")
    if amount is None or amount < 0:
        raise invalid("Invalid non-negative integer", "unit_amount", "parameter_invalid_integer")
    return world.make(
        "price",
        "price",
        product=world.find("product", product)["id"],
        currency=_currency(form),
        unit_amount=amount,
        recurring=_recurring(form),
        type="recurring" if "recurring" in form else "one_time",
        active=True,
        metadata=form.get("metadata", {}),
    )


def price_of(world: World, line: dict[str, Any]) -> dict[str, Any]:
    """The price of a line that names one, or brings its `price_data`."""
    if "price" in line:
        return world.find("price", line["price"])
    if "price_data" not in line:
        raise invalid("You must provide a price or price_data.", "price", "parameter_missing")
    return create_price(world, line["price_data"])


def _currency(form: dict[str, Any]) -> str:
    currency = form.get("currency", "")
    if len(currency) != 3 or not currency.isalpha() or currency != currency.lower():
        raise invalid(f"Invalid currency: {currency}.", "currency")
    return str(currency)


def _recurring(form: dict[str, Any]) -> dict[str, Any] | None:
    if "recurring" not in form:
        return None
    interval, count = form["recurring"].get("interval"), number(form["recurring"], "interval_count", 1)
    if interval not in _INTERVALS or not 1 <= (count or 0) <= _INTERVALS[interval]:
        raise invalid("This interval is not one of at most three years.", "recurring[interval_count]")
    return {"interval": interval, "interval_count": count, "usage_type": "licensed"}
