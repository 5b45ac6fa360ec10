"""What time does: renewals, retries, trials that end, drafts and sessions that are too old. One thing after the
other, each at its own second."""

from collections.abc import Callable, Iterator
from typing import Any

from demo.fake_stripe import checkout, invoices, subscriptions
from demo.fake_stripe.collecting import (
    DRAFT_S,
    bill,
    charge_of,
    collect,
    end,
    item_of,
    line,
    method_of,
)
from demo.fake_stripe.periods import end_of
from demo.fake_stripe.world import DAY_S, World

_INCOMPLETE_S = 23 * 3600
_TRIAL_WARNING_S = 3 * DAY_S

Due = tuple[int, Callable[[World, dict[str, Any]], None], dict[str, Any]]


def advance(world: World, until: int) -> None:
    """Everything that is due by `until` (seconds since 1970), which is now then."""
    while due := min((each for each in _due(world) if each[0] <= until), key=lambda each: each[0], default=None):
        at, act, thing = due
        world.clock.move_to(at)
        act(world, thing)
    world.clock.move_to(until)


def _due(world: World) -> Iterator[Due]:
    for thing in list(world.things.values()):
        yield from _OF.get(thing["object"], _nothing)(thing)


def _nothing(thing: dict[str, Any]) -> Iterator[Due]:
    yield from ()


def _session_due(session: dict[str, Any]) -> Iterator[Due]:
    if session["status"] == "open":
        yield session["expires_at"], _expire, session


def _expire(world: World, session: dict[str, Any]) -> None:
    checkout.expire(world, {}, session["id"])


def _invoice_due(invoice: dict[str, Any]) -> Iterator[Due]:
    if invoice["automatically_finalizes_at"] is not None:
        yield invoice["automatically_finalizes_at"], _finalize, invoice
    if invoice["next_payment_attempt"] is not None:
        yield invoice["next_payment_attempt"], _try_again, invoice


def _finalize(world: World, invoice: dict[str, Any]) -> None:
    invoices.finalize(world, invoice)
    collect(world, invoice)


def _try_again(world: World, invoice: dict[str, Any]) -> None:
    invoice["next_payment_attempt"] = None
    collect(world, invoice)


def _subscription_due(subscription: dict[str, Any]) -> Iterator[Due]:
    status = subscription["status"]
    if status == "incomplete":
        yield subscription["created"] + _INCOMPLETE_S, subscriptions.expire, subscription
    if status == "trialing" and not subscription.get("_warned"):
        yield subscription["trial_end"] - _TRIAL_WARNING_S, _warn, subscription
    if status in ("trialing", "active", "past_due"):
        yield item_of(subscription)["current_period_end"], _renew, subscription
        if subscription["cancel_at"] is not None:
            yield subscription["cancel_at"], _leave, subscription


def _warn(world: World, subscription: dict[str, Any]) -> None:
    subscription["_warned"] = True
    world.tell("customer.subscription.trial_will_end", subscription)


def _leave(world: World, subscription: dict[str, Any]) -> None:
    end(world, subscription, "cancellation_requested")


def _renew(world: World, subscription: dict[str, Any]) -> None:
    if subscription["cancel_at_period_end"]:
        return _leave(world, subscription)
    if subscription["status"] == "trialing" and method_of(world, subscription) is None:
        behaviour = subscription["trial_settings"]["end_behavior"]["missing_payment_method"]
        if behaviour == "cancel":
            return end(world, subscription, "cancellation_requested")
        if behaviour == "pause":
            subscriptions.pause(world, {}, subscription["id"])
            return None
    return _next_period(world, subscription)


def _next_period(world: World, subscription: dict[str, Any]) -> None:
    item = item_of(subscription)
    start = item["current_period_end"]
    recurring = item["price"]["recurring"]
    new = {"current_period_start": start}
    new["current_period_end"] = end_of(subscription["billing_cycle_anchor"], recurring, start)
    item = {**item, **new}
    subscription["items"]["data"] = [item]
    invoice = bill(world, subscription, "subscription_cycle", [line(charge_of(item), "Subscription", item)])
    invoice["automatically_finalizes_at"] = start + DRAFT_S
    if subscription["status"] == "trialing":
        subscription["status"] = "active"
    world.tell("customer.subscription.updated", subscription)


_OF: dict[str, Callable[[dict[str, Any]], Iterator[Due]]] = {
    "checkout.session": _session_due,
    "invoice": _invoice_due,
    "subscription": _subscription_due,
}
