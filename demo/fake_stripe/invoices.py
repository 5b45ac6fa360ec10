"""Invoices: drawn up, finalized, tried, paid or voided. What a subscription makes of it is in `collecting.py`."""

from typing import Any

from demo.fake_stripe import payments
from demo.fake_stripe.problems import invalid
from demo.fake_stripe.world import World


def draw_up(
    world: World, customer: str, currency: str, reason: str, lines: list[dict[str, Any]], **fields: Any
) -> dict[str, Any]:
    """A draft. `fields` has `parent` where it is a subscription's."""
    total = sum(line["amount"] for line in lines)
    made = world.make(
        "in",
        "invoice",
        customer=customer,
        currency=currency,
        billing_reason=reason,
        status="draft",
        total=total,
        subtotal=total,
        amount_due=max(0, total),
        amount_paid=0,
        amount_remaining=max(0, total),
        starting_balance=0,
        attempt_count=0,
        attempted=False,
        next_payment_attempt=None,
        automatically_finalizes_at=None,
        number=None,
        hosted_invoice_url=None,
        invoice_pdf=None,
        lines={"object": "list", "data": lines, "has_more": False},
        status_transitions={"finalized_at": None, "paid_at": None, "voided_at": None},
        **{"parent": None, "period_start": world.clock.now(), "period_end": world.clock.now(), **fields},
    )
    world.tell("invoice.created", made)
    return made


def finalize(world: World, invoice: dict[str, Any]) -> None:
    """A customer's balance is used up by it, or grows where there is nothing to pay."""
    customer = world.find("customer", invoice["customer"])
    due = invoice["total"] + customer["balance"]
    invoice["starting_balance"], customer["balance"] = customer["balance"], min(0, due)
    invoice |= {
        "status": "open",
        "amount_due": max(0, due),
        "amount_remaining": max(0, due),
        "automatically_finalizes_at": None,
        "number": f"FAKE-{invoice['id'][-4:]}",
        "hosted_invoice_url": f"{world.address}/pay/invoice/{invoice['id']}",
        "invoice_pdf": f"{world.address}/pay/invoice/{invoice['id']}?pdf",
    }
    invoice["status_transitions"]["finalized_at"] = world.clock.now()
    world.tell("invoice.finalized", invoice)


def attempt(world: World, invoice: dict[str, Any], method: str | None) -> bool:
    """Whether it is paid now; with nothing due it is."""
    invoice["attempted"] = True
    if invoice["amount_due"]:
        intent = payments.begin(world, invoice["customer"], invoice["amount_due"], invoice["currency"], {})
        note = _note_payment(world, invoice, intent)
        invoice["attempt_count"] += 1
        if not payments.finish(world, intent, method):
            return False
        note["status"] = "paid"
    settle(world, invoice)
    return True


def settle(world: World, invoice: dict[str, Any]) -> None:
    invoice |= {
        "status": "paid",
        "amount_paid": invoice["amount_due"],
        "amount_remaining": 0,
        "next_payment_attempt": None,
    }
    invoice["status_transitions"]["paid_at"] = world.clock.now()
    world.tell("invoice.paid", invoice)
    world.tell("invoice.payment_succeeded", invoice)


def void(world: World, invoice: dict[str, Any]) -> None:
    if invoice["status"] not in ("draft", "open"):
        raise invalid("You can only void open invoices.", "invoice")
    invoice |= {"status": "void", "next_payment_attempt": None, "automatically_finalizes_at": None}
    invoice["status_transitions"]["voided_at"] = world.clock.now()
    world.tell("invoice.voided", invoice)


def _note_payment(world: World, invoice: dict[str, Any], intent: dict[str, Any]) -> dict[str, Any]:
    return world.make(
        "inpay",
        "invoice_payment",
        invoice=invoice["id"],
        status="open",
        is_default=True,
        amount_requested=intent["amount"],
        currency=intent["currency"],
        payment={"type": "payment_intent", "payment_intent": intent["id"]},
    )
