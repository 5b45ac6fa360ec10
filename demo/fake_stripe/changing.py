"""Another price or number of seats for a subscription that runs, with what is left of its period reckoned."""

from typing import Any

from demo.fake_stripe import invoices
from demo.fake_stripe.catalogue import price_of
from demo.fake_stripe.collecting import bill, charge_of, collect, item_of, line, method_of
from demo.fake_stripe.forms import number
from demo.fake_stripe.periods import end_of
from demo.fake_stripe.problems import declined, invalid
from demo.fake_stripe.world import World


def change_item(world: World, held: dict[str, Any], form: dict[str, Any]) -> None:
    """Problem: it cannot be paid, and `payment_behavior` says that then nothing is changed."""
    wanted, item = form["items"][0], item_of(held)
    if wanted.get("id") != item["id"]:
        raise invalid("This Stripe has subscriptions of one item alone: name it.", "items[0][id]")
    price = price_of(world, wanted) if {"price", "price_data"} & set(wanted) else item["price"]
    new = {**item, "price": price, "quantity": number(wanted, "quantity", item["quantity"])}
    other_interval = price["recurring"] != item["price"]["recurring"]
    if other_interval and held["status"] != "trialing":
        at = world.clock.now()
        new |= {"current_period_start": at, "current_period_end": end_of(at, price["recurring"], at)}
    lines = _lines(world, held, new, form.get("proration_behavior", "create_prorations"))
    at_once = other_interval or form.get("proration_behavior") == "always_invoice"
    if at_once and form.get("payment_behavior") == "error_if_incomplete":
        _check_payable(world, held, lines)
    if new["current_period_start"] != item["current_period_start"]:
        held["billing_cycle_anchor"] = new["current_period_start"]
    _change(world, held, new)
    if lines:
        _charge(world, held, lines, at_once)


def _change(world: World, held: dict[str, Any], new: dict[str, Any]) -> None:
    if item_of(held) != new:
        held["items"]["data"] = [new]
        if held["cancel_at_period_end"]:
            held["cancel_at"] = new["current_period_end"]
        world.tell("customer.subscription.updated", held)


def _lines(world: World, held: dict[str, Any], new: dict[str, Any], behaviour: str) -> list[dict[str, Any]]:
    old = item_of(held)
    other = new["price"]["recurring"] != old["price"]["recurring"]
    if held["status"] == "trialing":
        return []
    if behaviour == "none":
        return [line(charge_of(new), "Subscription", new)] if other else []
    start, end = old["current_period_start"], old["current_period_end"]
    left = (end - world.clock.now()) / (end - start)
    unused = line(-round(charge_of(old) * left), "Unused time", old)
    if other:
        return [unused, line(charge_of(new), "Subscription", new)]
    return [unused, line(round(charge_of(new) * left), "Remaining time", new)]


def _check_payable(world: World, held: dict[str, Any], lines: list[dict[str, Any]]) -> None:
    due = sum(each["amount"] for each in lines) + world.find("customer", held["customer"])["balance"]
    method = method_of(world, held)
    if due > 0 and (method is None or method in world.broken_cards):
        raise declined()


def _charge(world: World, held: dict[str, Any], lines: list[dict[str, Any]], at_once: bool) -> None:
    if not at_once:
        world.pending_lines.setdefault(held["id"], []).extend(lines)
        return
    invoice = bill(world, held, "subscription_update", lines)
    invoices.finalize(world, invoice)
    collect(world, invoice)
