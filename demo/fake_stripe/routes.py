"""Which address does what: ONE table."""

import re
from collections.abc import Callable
from typing import Any

from demo.fake_stripe import catalogue, checkout, invoices, payments, portal, subscriptions
from demo.fake_stripe.collecting import collect
from demo.fake_stripe.listing import page, shown
from demo.fake_stripe.problems import Problem
from demo.fake_stripe.world import World

Act = Callable[..., dict[str, Any]]


def _get(kind: str) -> Act:
    return lambda world, form, number: world.find(kind, number)


def _session(world: World, form: dict[str, Any], number: str) -> dict[str, Any]:
    return checkout.with_address(world, world.find("checkout.session", number))


def _new_session(world: World, form: dict[str, Any]) -> dict[str, Any]:
    return checkout.with_address(world, checkout.create(world, form))


def _pay_invoice(world: World, form: dict[str, Any], number: str) -> dict[str, Any]:
    invoice = world.find("invoice", number)
    collect(world, invoice, form.get("payment_method"))
    return invoice


def _void(world: World, form: dict[str, Any], number: str) -> dict[str, Any]:
    invoice = world.find("invoice", number)
    invoices.void(world, invoice)
    return invoice


def _account(world: World, form: dict[str, Any]) -> dict[str, Any]:
    return {"id": "acct_fake", "object": "account", "livemode": False}


_LISTS = {
    "customers": "customer",
    "events": "event",
    "invoices": "invoice",
    "subscriptions": "subscription",
    "refunds": "refund",
    "disputes": "dispute",
    "charges": "charge",
    "payment_intents": "payment_intent",
    "invoice_payments": "invoice_payment",
    "products": "product",
    "prices": "price",
    "checkout/sessions": "checkout.session",
}
_ACTS: dict[str, Act] = {
    "GET account": _account,
    "POST customers": catalogue.create_customer,
    "POST customers/ID": catalogue.update_customer,
    "POST products": catalogue.create_product,
    "POST products/ID": catalogue.update_product,
    "POST prices": catalogue.create_price,
    "POST checkout/sessions": _new_session,
    "GET checkout/sessions/ID": _session,
    "POST checkout/sessions/ID/expire": checkout.expire,
    "POST subscriptions": subscriptions.create,
    "POST subscriptions/ID": subscriptions.update,
    "DELETE subscriptions/ID": subscriptions.cancel,
    "POST subscriptions/ID/pause": subscriptions.pause,
    "POST subscriptions/ID/resume": subscriptions.resume,
    "POST invoices/ID/pay": _pay_invoice,
    "POST invoices/ID/void": _void,
    "POST refunds": payments.refund,
    "POST billing_portal/sessions": portal.create,
}


def _routes() -> list[tuple[str, re.Pattern[str], Act]]:
    gets = {f"GET {path}/ID": _get(kind) for path, kind in _LISTS.items()}
    return [
        (method, re.compile(path.replace("ID", "([^/]+)")), act)
        for known, act in ({**gets, **_ACTS}).items()
        for method, path in [known.split(" ")]
    ]


_ROUTES = _routes()


def answer(world: World, method: str, path: str, form: dict[str, Any]) -> dict[str, Any]:
    """What a question (its address without /v1/) is answered with. Problem: it is not."""
    if method == "GET" and path in _LISTS:
        return page(world, _LISTS[path], f"/v1/{path}", form)
    for known, pattern, act in _ROUTES:
        if known == method and (found := pattern.fullmatch(path)):
            return shown(world, act(world, form, *found.groups()), form.get("expand", []))
    raise Problem(404, "invalid_request_error", f"Unrecognized request URL ({method}: /v1/{path}).")
