"""The customer portal: where people cancel, go on, and change how they pay."""

from typing import Any

from demo.fake_stripe import payments
from demo.fake_stripe.collecting import move
from demo.fake_stripe.subscriptions import OVER
from demo.fake_stripe.world import World


def create(world: World, form: dict[str, Any]) -> dict[str, Any]:
    customer = world.find("customer", form.get("customer", ""))
    made = world.make("bps", "billing_portal.session", customer=customer["id"], return_url=form.get("return_url"))
    made["url"] = f"{world.address}/portal/{made['id']}"
    return made


def new_card(world: World, customer: str, pays: bool) -> None:
    """Whatever is tried from now on is tried with it."""
    method = payments.new_method(world, customer, pays)
    world.find("customer", customer)["invoice_settings"]["default_payment_method"] = method
    for subscription in world.all("subscription", customer=customer):
        if subscription["status"] not in OVER:
            move(world, subscription, default_payment_method=method)
