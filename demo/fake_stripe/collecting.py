"""A subscription's invoices collected, and what their fate makes of it."""

from typing import Any

from demo.fake_stripe import invoices
from demo.fake_stripe.world import DAY_S, RETRY_DAYS, World

DRAFT_S = 3600
"""A renewal's invoice stays a draft for about an hour; the subscription is `active` meanwhile."""


def item_of(subscription: dict[str, Any]) -> dict[str, Any]:
    item: dict[str, Any] = subscription["items"]["data"][0]
    return item


def charge_of(item: dict[str, Any]) -> int:
    return int(item["price"]["unit_amount"] * item["quantity"])


def line(amount: int, description: str, item: dict[str, Any] | None = None) -> dict[str, Any]:
    """`item`: of a subscription, for whose period it is, or the rest of that."""
    period = {"start": item["current_period_start"], "end": item["current_period_end"]} if item else None
    parent = {"type": "subscription_item_details"} if item else None
    return {
        "object": "line_item",
        "amount": amount,
        "description": description,
        "period": period,
        "parent": parent,
    }


def bill(world: World, subscription: dict[str, Any], reason: str, lines: list[dict[str, Any]]) -> dict[str, Any]:
    """A draft with what was pending too; it is the subscription's latest."""
    item = item_of(subscription)
    details = {"subscription": subscription["id"], "metadata": dict(subscription["metadata"])}
    made = invoices.draw_up(
        world,
        subscription["customer"],
        subscription["currency"],
        reason,
        [*world.pending_lines.pop(subscription["id"], []), *lines],
        parent={"type": "subscription_details", "subscription_details": details},
        period_start=item["current_period_start"],
        period_end=item["current_period_end"],
    )
    subscription["latest_invoice"] = made["id"]
    return made


def method_of(world: World, subscription: dict[str, Any]) -> str | None:
    customer = world.find("customer", subscription["customer"])
    method = subscription["default_payment_method"] or customer["invoice_settings"]["default_payment_method"]
    return method or None


def subscription_of(world: World, invoice: dict[str, Any]) -> dict[str, Any] | None:
    details = (invoice["parent"] or {}).get("subscription_details")
    return world.find("subscription", details["subscription"]) if details else None


def collect(world: World, invoice: dict[str, Any], method: str | None = None) -> bool:
    """One try, by `method` or the subscription's own. Whether it was paid."""
    subscription = subscription_of(world, invoice)
    if subscription is not None and method is None:
        method = method_of(world, subscription)
    paid = invoices.attempt(world, invoice, method)
    if subscription is not None:
        (_paid if paid else _failed)(world, subscription, invoice)
    return paid


def move(world: World, subscription: dict[str, Any], **changes: Any) -> None:
    if any(subscription[name] != value for name, value in changes.items()):
        subscription |= changes
        world.tell("customer.subscription.updated", subscription)


def end(world: World, subscription: dict[str, Any], reason: str) -> None:
    at = world.clock.now()
    details = {**subscription["cancellation_details"], "reason": reason}
    subscription |= {"status": "canceled", "ended_at": at, "cancellation_details": details}
    subscription["canceled_at"] = subscription["canceled_at"] or at
    for invoice in unfinished(world, subscription):
        invoice |= {"next_payment_attempt": None, "automatically_finalizes_at": None}
    world.tell("customer.subscription.deleted", subscription)


def unfinished(world: World, subscription: dict[str, Any]) -> list[dict[str, Any]]:
    open_ones = [each for each in world.all("invoice") if each["status"] in ("draft", "open")]
    return [each for each in open_ones if subscription_of(world, each) is subscription]


def _paid(world: World, subscription: dict[str, Any], invoice: dict[str, Any]) -> None:
    if subscription["latest_invoice"] == invoice["id"] and subscription["status"] in (
        "incomplete",
        "past_due",
        "unpaid",
    ):
        move(world, subscription, status="active")


def _failed(world: World, subscription: dict[str, Any], invoice: dict[str, Any]) -> None:
    first = invoice["billing_reason"] == "subscription_create"
    if not first:
        invoice["next_payment_attempt"] = _next_try_at(world, invoice)
    world.tell("invoice.payment_failed", invoice)
    if subscription["status"] in ("canceled", "incomplete"):
        return
    if invoice["next_payment_attempt"] is None and not first:
        return _give_up(world, subscription)
    move(world, subscription, status="past_due")


def _next_try_at(world: World, invoice: dict[str, Any]) -> int | None:
    tries: int = invoice["attempt_count"]
    return world.clock.now() + RETRY_DAYS[tries - 1] * DAY_S if tries <= len(RETRY_DAYS) else None


def _give_up(world: World, subscription: dict[str, Any]) -> None:
    if world.after_retries == "canceled":
        end(world, subscription, "payment_failed")
    else:
        move(world, subscription, status=world.after_retries)
