"""What people see of it: a page to pay on, an invoice's, the portal. Buttons stand where cards are asked for."""

from dataclasses import dataclass
from html import escape
from typing import Any

from demo.fake_stripe import subscriptions
from demo.fake_stripe.control import Fake
from demo.fake_stripe.problems import Problem
from demo.fake_stripe.world import World

_PAGE = """<!doctype html>
<html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<style>body {{ font: 16px/1.5 system-ui, sans-serif; max-width: 32rem; margin: 3rem auto; padding: 0 1rem }}
button {{ font: inherit; padding: .6rem 1rem; margin: .25rem 0 }}</style>
<main><h1>{title}</h1>{body}
<p>This is a provider for trying out: no money moves, and no card is asked for.</p></main></html>"""


@dataclass(frozen=True)
class Shown:
    """`goes_to`: elsewhere, instead of a page."""

    html: str = ""
    status: int = 200
    goes_to: str = ""


def answer(fake: Fake, path: str, form: dict[str, str] | None) -> Shown:
    """`form`: what was pressed; None: nothing, the page is asked for."""
    kind, _, number = path.strip("/").partition("/")
    try:
        if kind == "pay" and number.startswith("invoice/"):
            return _invoice(fake, number.removeprefix("invoice/"), form)
        if kind == "pay":
            return _checkout(fake, number, form)
        if kind == "portal":
            return _portal(fake, number, form)
    except Problem as problem:
        return _shown("This did not work", f"<p role=alert>{escape(problem.message)}</p>", problem.status)
    return _shown("Nothing here", "<p>There is no such page.</p>", 404)


def _checkout(fake: Fake, number: str, form: dict[str, str] | None) -> Shown:
    session = fake.world.find("checkout.session", number)
    said = ""
    if form is not None:
        if form.get("press") == "back":
            return _gone(session["cancel_url"] or session["success_url"])
        try:
            fake.pay(number, pays=form.get("press") != "decline")
            return _gone(session["success_url"].replace("{CHECKOUT_SESSION_ID}", number))
        except Problem as problem:
            said = f"<p role=alert>{escape(problem.message)}</p>"
    return _shown(
        "Pay",
        f"{said}<p>{_amount(session['amount_total'], session['currency'])} now</p>"
        + _buttons(pay="Pay", decline="Pay with a card that is declined", back="Back without paying"),
    )


def _invoice(fake: Fake, number: str, form: dict[str, str] | None) -> Shown:
    invoice = fake.world.find("invoice", number)
    if form is not None and invoice["status"] == "open":
        fake.pay_invoice(number)
    body = f"<p>{_amount(invoice['amount_due'], invoice['currency'])}: {escape(invoice['status'])}</p>"
    return _shown(
        f"Invoice {invoice['number']}", body + (_buttons(pay="Pay") if invoice["status"] == "open" else "")
    )


def _portal(fake: Fake, number: str, form: dict[str, str] | None) -> Shown:
    session = fake.world.find("billing_portal.session", number)
    if form is not None:
        _press(fake, session["customer"], form.get("press", ""), form.get("subscription", ""))
    running = [
        each
        for each in fake.world.all("subscription", customer=session["customer"])
        if each["status"] not in subscriptions.OVER
    ]
    back = f'<p><a href="{escape(session["return_url"] or "")}">Back</a></p>'
    cards = _buttons(card="A new card", broken="A new card that will be declined")
    return _shown("Your subscriptions", "".join(map(_subscription, running)) + cards + back)


def _press(fake: Fake, customer: str, press: str, subscription: str) -> None:
    if press in ("card", "broken"):
        return fake.new_card(customer, pays=press == "card")
    held = fake.world.find("subscription", subscription)
    if held["customer"] == customer and press in ("cancel", "keep"):
        _cancel(fake.world, subscription, press == "cancel")
    return None


def _cancel(world: World, subscription: str, wanted: bool) -> None:
    subscriptions.update(world, {"cancel_at_period_end": "true" if wanted else "false"}, subscription)


def _subscription(held: dict[str, Any]) -> str:
    item = held["items"]["data"][0]
    press = {"keep": "Go on"} if held["cancel_at_period_end"] else {"cancel": "Cancel at the end"}
    words = (
        f"<p>{_amount(item['price']['unit_amount'] * item['quantity'], held['currency'])}: {held['status']}</p>"
    )
    return words + _buttons(held["id"], **press)


def _buttons(subscription: str = "", **presses: str) -> str:
    buttons = "".join(f'<button name="press" value="{name}">{words}</button> ' for name, words in presses.items())
    return f'<form method="post"><input type="hidden" name="subscription" value="{subscription}">{buttons}</form>'


def _amount(amount: int, currency: str) -> str:
    return f"{amount} in minor units of {escape(currency.upper())}"


def _shown(title: str, body: str, status: int = 200) -> Shown:
    return Shown(_PAGE.format(title=escape(title), body=body), status)


def _gone(address: str) -> Shown:
    return Shown("", 303, address)
