"""Payment methods, payments, refunds and disputes. There is no card anywhere: a method pays, or it declines."""

from typing import Any

from demo.fake_stripe.forms import number
from demo.fake_stripe.problems import invalid
from demo.fake_stripe.world import World


def new_method(world: World, customer: str, pays: bool = True) -> str:
    """Its id."""
    method = world.make("pm", "payment_method", customer=customer, type="card")["id"]
    if not pays:
        world.broken_cards.add(method)
    return str(method)


def begin(world: World, customer: str, amount: int, currency: str, metadata: dict[str, str]) -> dict[str, Any]:
    """A payment intent, by a way whose money is still to come."""
    return world.make(
        "pi",
        "payment_intent",
        customer=customer,
        amount=amount,
        amount_received=0,
        currency=currency,
        payment_method=None,
        status="processing",
        latest_charge=None,
        metadata=metadata,
    )


def finish(world: World, intent: dict[str, Any], method: str | None) -> bool:
    """`succeeded`, with a charge, or `requires_payment_method`. Whether it succeeded."""
    succeeded = method is not None and method not in world.broken_cards
    if succeeded:
        intent |= {"status": "succeeded", "payment_method": method, "amount_received": intent["amount"]}
        intent["latest_charge"] = _charge(world, intent)["id"]
    else:
        intent["status"] = "requires_payment_method"
    world.tell(f"payment_intent.{'succeeded' if succeeded else 'payment_failed'}", intent)
    return succeeded


def _charge(world: World, intent: dict[str, Any]) -> dict[str, Any]:
    copied = {name: intent[name] for name in ("customer", "amount", "currency", "payment_method")}
    charge = world.make(
        "ch",
        "charge",
        **copied,
        payment_intent=intent["id"],
        amount_refunded=0,
        refunded=False,
        disputed=False,
        paid=True,
        status="succeeded",
    )
    world.tell("charge.succeeded", charge)
    return charge


def refund(world: World, form: dict[str, Any]) -> dict[str, Any]:
    """All that is left of a payment, or `amount` of it."""
    intent = world.find("payment_intent", form.get("payment_intent", ""))
    if intent["latest_charge"] is None:
        raise invalid("This PaymentIntent does not have a successful charge to refund.", "payment_intent")
    charge = world.find("charge", intent["latest_charge"])
    left = charge["amount"] - charge["amount_refunded"]
    amount = number(form, "amount", left) or 0
    _check_refund(charge, left, amount)
    charge["amount_refunded"] += amount
    charge["refunded"] = charge["amount_refunded"] == charge["amount"]
    made = world.make(
        "re",
        "refund",
        amount=amount,
        currency=charge["currency"],
        charge=charge["id"],
        payment_intent=intent["id"],
        reason=form.get("reason"),
        status="succeeded",
        metadata=form.get("metadata", {}),
    )
    world.tell("refund.created", made)
    world.tell("charge.refunded", charge)
    return made


def _check_refund(charge: dict[str, Any], left: int, amount: int) -> None:
    if charge["disputed"]:
        raise invalid("The charge is disputed and cannot be refunded.", "charge", "charge_disputed")
    if not left:
        raise invalid("The charge has already been refunded.", "charge", "charge_already_refunded")
    if amount < 1:
        raise invalid("Invalid positive integer", "amount", "parameter_invalid_integer")
    if amount > left:
        raise invalid("Refund amount is greater than unrefunded amount on charge.", "amount")


def open_dispute(world: World, intent: dict[str, Any]) -> dict[str, Any]:
    charge = world.find("charge", intent["latest_charge"])
    charge["disputed"] = True
    made = world.make(
        "dp",
        "dispute",
        amount=charge["amount"],
        currency=charge["currency"],
        charge=charge["id"],
        payment_intent=intent["id"],
        reason="general",
        status="needs_response",
    )
    world.tell("charge.dispute.created", made)
    world.tell("charge.dispute.funds_withdrawn", made)
    return made


def close_dispute(world: World, dispute: dict[str, Any], won: bool) -> None:
    dispute["status"] = "won" if won else "lost"
    world.tell("charge.dispute.closed", dispute)
    if won:
        world.tell("charge.dispute.funds_reinstated", dispute)
