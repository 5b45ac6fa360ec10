"""Subscriptions: begun, changed, cancelled. What time does to them is in `life.py`."""

from typing import Any

from demo.fake_stripe import invoices
from demo.fake_stripe.catalogue import price_of
from demo.fake_stripe.changing import change_item
from demo.fake_stripe.collecting import bill, charge_of, collect, end, item_of, line, move, unfinished
from demo.fake_stripe.forms import number, yes
from demo.fake_stripe.periods import end_of
from demo.fake_stripe.problems import invalid, missing
from demo.fake_stripe.world import DAY_S, World

OVER = ("canceled", "incomplete_expired")


def create(world: World, form: dict[str, Any], once: list[dict[str, Any]] | None = None) -> dict[str, Any]:
    """`once`: lines that the first invoice has beside (a setup fee)."""
    customer = world.find("customer", form.get("customer", ""))
    if len(form.get("items", [])) != 1:
        raise invalid("This Stripe has subscriptions of one item alone.", "items")
    price = price_of(world, form["items"][0])
    if price["recurring"] is None:
        raise invalid("The price specified is set to type=one_time.", "items[0][price]")
    made = _begin(world, customer["id"], price, number(form["items"][0], "quantity", 1) or 1, form)
    world.tell("customer.subscription.created", made)
    trial = made["status"] == "trialing"
    lines = [line(0 if trial else charge_of(item_of(made)), "Subscription", item_of(made)), *(once or [])]
    invoice = bill(world, made, "subscription_create", lines)
    invoices.finalize(world, invoice)
    if not invoice["amount_due"] or form.get("payment_behavior") != "default_incomplete":
        collect(world, invoice)
    return made


def _begin(world: World, customer: str, price: dict[str, Any], seats: int, form: dict[str, Any]) -> dict[str, Any]:
    at = world.clock.now()
    days = number(form, "trial_period_days")
    trial_end = at + days * DAY_S if days else None
    made = world.make(
        "sub",
        "subscription",
        customer=customer,
        currency=price["currency"],
        status="trialing" if trial_end else "incomplete",
        metadata=form.get("metadata", {}),
        default_payment_method=form.get("default_payment_method"),
        start_date=at,
        billing_cycle_anchor=trial_end or at,
        cancel_at_period_end=False,
        cancel_at=None,
        canceled_at=None,
        ended_at=None,
        cancellation_details={"reason": None, "comment": None, "feedback": None},
        collection_method="charge_automatically",
        latest_invoice=None,
        pause_collection=None,
        trial_start=at if trial_end else None,
        trial_end=trial_end,
        trial_settings=form.get("trial_settings", {"end_behavior": {"missing_payment_method": "create_invoice"}}),
        test_clock=None,
    )
    item = {
        "id": world.number("si"),
        "object": "subscription_item",
        "subscription": made["id"],
        "price": price,
        "quantity": seats,
        "current_period_start": at,
        "current_period_end": trial_end or end_of(at, price["recurring"], at),
    }
    made["items"] = {"object": "list", "data": [item], "has_more": False}
    return made


def update(world: World, form: dict[str, Any], subscription: str) -> dict[str, Any]:
    held = world.find("subscription", subscription)
    if held["status"] in OVER:
        raise invalid("A canceled subscription can only update its cancellation_details and metadata.")
    if "cancel_at" in form and "cancel_at_period_end" in form:
        raise invalid("You may only specify one of these parameters: cancel_at, cancel_at_period_end.")
    if form.get("items"):
        change_item(world, held, form)
    move(world, held, **_simple_changes(world, held, form))
    return held


def _simple_changes(world: World, held: dict[str, Any], form: dict[str, Any]) -> dict[str, Any]:
    changes: dict[str, Any] = {}
    if "cancel_at_period_end" in form:
        changes |= _cancelling(world, held, yes(form, "cancel_at_period_end"))
    elif "cancel_at" in form:
        cancel_at = number(form, "cancel_at")
        changes |= {"cancel_at": cancel_at, "canceled_at": world.clock.now() if cancel_at else None}
    if "default_payment_method" in form:
        changes["default_payment_method"] = world.find("payment_method", form["default_payment_method"])["id"]
    if "metadata" in form:
        changes["metadata"] = {**held["metadata"], **form["metadata"]}
    return changes


def _cancelling(world: World, held: dict[str, Any], wanted: bool) -> dict[str, Any]:
    reason = "cancellation_requested" if wanted else None
    return {
        "cancel_at_period_end": wanted,
        "cancel_at": item_of(held)["current_period_end"] if wanted else None,
        "canceled_at": world.clock.now() if wanted else None,
        "cancellation_details": {**held["cancellation_details"], "reason": reason},
    }


def cancel(world: World, form: dict[str, Any], subscription: str) -> dict[str, Any]:
    held = world.find("subscription", subscription)
    if held["status"] in OVER:
        raise missing("subscription", subscription)
    end(world, held, "cancellation_requested")
    return held


def expire(world: World, held: dict[str, Any]) -> None:
    """The first payment did not come in time."""
    for invoice in unfinished(world, held):
        invoices.void(world, invoice)
    move(world, held, status="incomplete_expired", ended_at=world.clock.now())


def pause(world: World, form: dict[str, Any], subscription: str) -> dict[str, Any]:
    held = world.find("subscription", subscription)
    held["status"] = "paused"
    world.tell("customer.subscription.paused", held)
    return held


def resume(world: World, form: dict[str, Any], subscription: str) -> dict[str, Any]:
    """A period begins anew; with no invoice of its own, as nothing was used meanwhile."""
    held = world.find("subscription", subscription)
    if held["status"] != "paused":
        raise invalid("This subscription is not paused.")
    item, at = item_of(held), world.clock.now()
    item |= {"current_period_start": at, "current_period_end": end_of(at, item["price"]["recurring"], at)}
    held |= {"status": "active", "billing_cycle_anchor": at}
    world.tell("customer.subscription.resumed", held)
    return held
