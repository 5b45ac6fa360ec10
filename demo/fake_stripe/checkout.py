"""Checkout's sessions: what is to be paid and where people go then; paid on a page of this Stripe's own."""

from typing import Any

from demo.fake_stripe import payments, subscriptions
from demo.fake_stripe.catalogue import create_customer, price_of
from demo.fake_stripe.collecting import line
from demo.fake_stripe.forms import number
from demo.fake_stripe.problems import declined, invalid
from demo.fake_stripe.world import DAY_S, World

_OPEN_S = (1800, DAY_S)
"""From now: the soonest and the latest end of a session."""


def create(world: World, form: dict[str, Any]) -> dict[str, Any]:
    mode = form.get("mode")
    if mode not in ("payment", "subscription"):
        raise invalid("Invalid mode: must be one of payment or subscription.", "mode")
    if "customer" in form and "customer_email" in form:
        raise invalid("You may only specify one of these parameters: customer, customer_email.")
    if not form.get("success_url", "").startswith(("http://", "https://")):
        raise invalid("Not a valid URL", "success_url", "url_invalid")
    lines = [_line(world, each) for each in form.get("line_items", [])]
    recurring = [each for each in lines if each["price"]["recurring"]]
    if not lines or len(recurring) != (mode == "subscription"):
        raise invalid(f"These line_items do not fit the mode {mode}.", "line_items")
    trial = mode == "subscription" and number(form.get("subscription_data", {}), "trial_period_days")
    due = [each for each in lines if not (trial and each["price"]["recurring"])]
    total = sum(each["price"]["unit_amount"] * each["quantity"] for each in due)
    return world.make(
        "cs_test",
        "checkout.session",
        mode=mode,
        status="open",
        payment_status="unpaid",
        amount_total=total,
        currency=lines[0]["price"]["currency"],
        customer=world.find("customer", form["customer"])["id"] if "customer" in form else None,
        customer_email=form.get("customer_email"),
        client_reference_id=form.get("client_reference_id"),
        success_url=form["success_url"],
        cancel_url=form.get("cancel_url"),
        expires_at=_expires_at(world, form),
        metadata=form.get("metadata", {}),
        subscription=None,
        payment_intent=None,
        invoice=None,
        _payment_data=form.get("payment_intent_data", {}),
        payment_method_collection=form.get("payment_method_collection", "always"),
        url="",
        _lines=lines,
        _subscription_data=form.get("subscription_data", {}),
    )


def with_address(world: World, session: dict[str, Any]) -> dict[str, Any]:
    """An open session has the address of its page."""
    session["url"] = f"{world.address}/pay/{session['id']}" if session["status"] == "open" else None
    return session


def expire(world: World, form: dict[str, Any], session: str) -> dict[str, Any]:
    held = world.find("checkout.session", session)
    if held["status"] != "open":
        raise invalid('Only Checkout Sessions with a status in ["open"] can be expired.')
    held |= {"status": "expired", "url": None}
    world.tell("checkout.session.expired", held)
    return held


def pay(world: World, session: dict[str, Any], pays: bool = True, later: bool = False) -> None:
    """By a card that `pays` or declines. `later`: by a way whose money comes days after (mode payment).

    Problem: it is declined, which leaves the session open, or not open any more.
    """
    if session["status"] != "open":
        raise invalid("This Checkout Session is no longer open.")
    if not pays:
        raise declined()
    if session["customer"] is None:
        session["customer"] = create_customer(world, {"email": session["customer_email"]})["id"]
    (_subscribe if session["mode"] == "subscription" else _pay_once)(world, session, later)
    session |= {"status": "complete", "url": None}
    world.tell("checkout.session.completed", session)


def settle(world: World, session: dict[str, Any], pays: bool) -> None:
    """The money of a payment whose way is slow has come, or does not."""
    method = payments.new_method(world, session["customer"], pays)
    payments.finish(world, world.find("payment_intent", session["payment_intent"]), method)
    if pays:
        session["payment_status"] = "paid"
    world.tell(f"checkout.session.async_payment_{'succeeded' if pays else 'failed'}", session)


def begin_incomplete(world: World, session: dict[str, Any]) -> dict[str, Any]:
    """Somebody's bank asks for a confirmation that has not come yet: the subscription is there, `incomplete`."""
    if session["customer"] is None:
        session["customer"] = create_customer(world, {"email": session["customer_email"]})["id"]
    return subscriptions.create(
        world, {**_subscription_form(session, None), "payment_behavior": "default_incomplete"}
    )


def _line(world: World, form: dict[str, Any]) -> dict[str, Any]:
    return {"price": price_of(world, form), "quantity": number(form, "quantity", 1)}


def _expires_at(world: World, form: dict[str, Any]) -> int:
    at = world.clock.now()
    expires_at = number(form, "expires_at", at + DAY_S) or 0
    soonest, latest = _OPEN_S
    if not at + soonest <= expires_at <= at + latest:
        raise invalid("The `expires_at` timestamp must be 30 minutes to 24 hours from now.", "expires_at")
    return expires_at


def _subscribe(world: World, session: dict[str, Any], later: bool) -> None:
    wants_method = session["amount_total"] > 0 or session["payment_method_collection"] == "always"
    method = payments.new_method(world, session["customer"]) if wants_method else None
    once = [
        line(each["price"]["unit_amount"] * each["quantity"], "Once")
        for each in session["_lines"]
        if not each["price"]["recurring"]
    ]
    made = subscriptions.create(world, _subscription_form(session, method), once)
    paid = "paid" if session["amount_total"] else "no_payment_required"
    session |= {"subscription": made["id"], "invoice": made["latest_invoice"], "payment_status": paid}


def _subscription_form(session: dict[str, Any], method: str | None) -> dict[str, Any]:
    recurring = next(each for each in session["_lines"] if each["price"]["recurring"])
    item = {"price": recurring["price"]["id"], "quantity": str(recurring["quantity"])}
    form = {**session["_subscription_data"], "customer": session["customer"], "items": [item]}
    return {**form, "default_payment_method": method}


def _pay_once(world: World, session: dict[str, Any], later: bool) -> None:
    if not session["amount_total"]:
        session["payment_status"] = "no_payment_required"
        return
    intent = payments.begin(
        world,
        session["customer"],
        session["amount_total"],
        session["currency"],
        session["_payment_data"].get("metadata", {}),
    )
    session["payment_intent"] = intent["id"]
    if not later:
        payments.finish(world, intent, payments.new_method(world, session["customer"]))
        session["payment_status"] = "paid"
