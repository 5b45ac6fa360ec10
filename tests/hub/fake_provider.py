"""A payment provider at the port, with state: what is begun, paid, declined, given back there. Every change makes
an event; who tells of it, when and how often is the test's. Keys are kept: the same write again changes nothing.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from hub.billing.port import (
    NotThere,
    ProviderAway,
    ProviderRefused,
    WebhookRefused,
)
from hub.billing.seen import (
    About,
    CheckoutSeen,
    CheckoutStarted,
    CheckoutState,
    DisputeSeen,
    DisputeState,
    EndedWhy,
    EventSeen,
    InvoiceSeen,
    Order,
    PaymentSeen,
    PaymentState,
    Price,
    RefundSeen,
    SubscriptionSeen,
    SubscriptionState,
)

NAME = "fake"
MONTH = timedelta(days=30)
LONGEST = 36
"""Of any unit."""


class FakeProvider:
    def __init__(self, at: datetime) -> None:
        self.at = at
        self.away = False
        self.keeps = timedelta(days=30)
        """So far back it tells of events."""
        self.orders: dict[str, Order] = {}
        self.checkouts: dict[str, CheckoutSeen] = {}
        self.subscriptions: dict[str, SubscriptionSeen] = {}
        self.payments: dict[str, PaymentSeen] = {}
        self.events: list[EventSeen] = []
        self.calls: list[tuple[str, str]] = []
        self.addresses: dict[str, str] = {}
        self.refused_addresses: set[str] = set()
        self._by_key: dict[str, Any] = {}

    # The port

    @property
    def name(self) -> str:
        return NAME

    def check_price(self, price: Price, setup_fee_cents: int) -> None:
        if price.interval is not None and price.interval.count > LONGEST:
            raise ProviderRefused("it bills more often")

    def begin_checkout(self, order: Order, key: str) -> CheckoutStarted:
        def begin() -> CheckoutStarted:
            reference = f"cs_{len(self.checkouts) + 1}"
            self.orders[reference] = order
            self.checkouts[reference] = CheckoutSeen(reference, order.ours, CheckoutState.OPEN, is_paid=False)
            return CheckoutStarted(reference, f"https://pay.example/{reference}", order.until)

        return self._once("begin_checkout", key, begin, order)

    def checkout(self, reference: str) -> CheckoutSeen:
        return self._found(self.checkouts, reference)

    def close_checkout(self, reference: str) -> CheckoutSeen:
        found = self._found(self.checkouts, reference)
        if found.state is CheckoutState.OPEN:
            self.expire(reference)
        return self.checkouts[reference]

    def subscription(self, reference: str) -> SubscriptionSeen:
        return self._found(self.subscriptions, reference)

    def payment(self, reference: str) -> PaymentSeen:
        return self._found(self.payments, reference)

    def cancel_at_end(self, reference: str, key: str) -> SubscriptionSeen:
        return self._once("cancel_at_end", key, lambda: self.becomes(reference, cancel_at_end=True))

    def keep(self, reference: str, key: str) -> SubscriptionSeen:
        return self._once("keep", key, lambda: self.becomes(reference, cancel_at_end=False))

    def cancel_now(self, reference: str, key: str) -> SubscriptionSeen:
        return self._once("cancel_now", key, lambda: self.end(reference, EndedWhy.WISH))

    def change_plan(self, reference: str, price: Price, seats: int, key: str) -> SubscriptionSeen:
        return self._once("change_plan", key, lambda: self.becomes(reference, price=price, seats=seats))

    def tell_address(self, payer: str, email: str) -> None:
        self._answer("tell_address", payer)
        if email in self.refused_addresses:
            raise ProviderRefused("no such address")
        self.addresses[payer] = email

    def portal(self, payer: str, return_address: str) -> str:
        self._answer("portal", payer)
        return f"https://pay.example/portal/{payer}"

    def invoices(self, payer: str) -> list[InvoiceSeen]:
        self._answer("invoices", payer)
        paid = [each for each in self.payments.values() if each.payer == payer]
        return [InvoiceSeen(each.reference, "1", each.at, each.cents, each.currency, True) for each in paid]

    def refund(self, payment: str, cents: int, currency: str, key: str) -> RefundSeen:
        return self._once("refund", key, lambda: self.give_back(payment, cents))

    def dashboard_address(self, about: About, reference: str) -> str:
        return f"https://pay.example/staff/{reference}"

    def read_webhook(self, body: bytes, signature: str, at: datetime) -> EventSeen:
        if signature != "signed":
            raise WebhookRefused("not signed")
        return next(each for each in self.events if each.id == body.decode())

    def events_since(self, since: datetime) -> list[EventSeen]:
        self._answer("events_since", "")
        return [each for each in self.events if each.at >= max(since, self.at - self.keeps)]

    # What happens there

    def pay(self, reference: str, period: timedelta = MONTH) -> str:
        """The checkout goes through: the reference of the subscription, or of the payment."""
        order, payer = self.orders[reference], f"cus_{self.orders[reference].payer.ours}"
        paid = replace(self.checkouts[reference], state=CheckoutState.COMPLETE, is_paid=True, payer=payer)
        if order.price.interval is None:
            payment = self.take_money(order.ours, payer, order.price.cents * order.seats, order.price.currency)
            self.checkouts[reference] = replace(paid, payment=payment)
            self._tell(About.CHECKOUT, reference)
            return payment
        number = f"sub_{len(self.subscriptions) + 1}"
        is_trial = order.trial_until is not None
        until = order.trial_until or self.at + period
        self.subscriptions[number] = SubscriptionSeen(
            reference=number,
            ours=order.ours,
            payer=payer,
            state=SubscriptionState.TRIALING if is_trial else SubscriptionState.ACTIVE,
            started_at=self.at,
            period_started_at=self.at,
            period_ends_at=until,
            price=order.price,
            seats=order.seats,
            paid_until=until,
            trial_until=order.trial_until,
        )
        self.checkouts[reference] = replace(paid, subscription=number)
        self._tell(About.SUBSCRIPTION, number)
        self._tell(About.CHECKOUT, reference)
        if not is_trial:
            self.take_money("", payer, order.price.cents * order.seats, order.price.currency, number)
        return number

    def pay_later(self, reference: str) -> str:
        """By a way whose money takes days, once: the payment's reference."""
        order = self.orders[reference]
        number = self.take_money(order.ours, f"cus_{order.payer.ours}", order.price.cents, order.price.currency)
        self.payments[number] = replace(self.payments[number], state=PaymentState.OPEN)
        seen = self.checkouts[reference]
        self.checkouts[reference] = replace(seen, state=CheckoutState.COMPLETE, payment=number)
        self._tell(About.CHECKOUT, reference)
        return number

    def settle(self, reference: str, number: str, pays: bool) -> None:
        """That money has come, or does not."""
        state = PaymentState.PAID if pays else PaymentState.FAILED
        self.payments[number] = replace(self.payments[number], state=state)
        self.checkouts[reference] = replace(self.checkouts[reference], is_paid=pays, payment_failed=not pays)
        self._tell(About.CHECKOUT, reference)

    def fail_refund(self, payment: str) -> None:
        """The last one does not arrive."""
        held = self.payments[payment]
        *others, last = held.refunds
        self.payments[payment] = replace(held, refunds=(*others, replace(last, done=False, failed=True)))
        self._tell(About.PAYMENT, payment)

    def take_money(self, ours: str, payer: str, cents: int, currency: str, subscription: str = "") -> str:
        reference = f"pi_{len(self.payments) + 1}"
        self.payments[reference] = PaymentSeen(
            reference, ours, payer, PaymentState.PAID, cents, currency, self.at, subscription
        )
        self._tell(About.PAYMENT, reference)
        return reference

    def expire(self, reference: str) -> None:
        self.checkouts[reference] = replace(self.checkouts[reference], state=CheckoutState.EXPIRED)
        self._tell(About.CHECKOUT, reference)

    def becomes(self, reference: str, **fields: Any) -> SubscriptionSeen:
        self.subscriptions[reference] = replace(self._found(self.subscriptions, reference), **fields)
        self._tell(About.SUBSCRIPTION, reference)
        return self.subscriptions[reference]

    def renew(self, reference: str, period: timedelta = MONTH) -> SubscriptionSeen:
        held = self.subscriptions[reference]
        until = held.period_ends_at + period
        fields = {"period_started_at": held.period_ends_at, "period_ends_at": until, "paid_until": until}
        return self.becomes(reference, state=SubscriptionState.ACTIVE, retry_at=None, **fields)

    def decline(self, reference: str, retry_at: datetime | None) -> SubscriptionSeen:
        """The renewal's money does not come."""
        held = self.subscriptions[reference]
        fields: dict[str, Any] = {"state": SubscriptionState.PAST_DUE, "retry_at": retry_at}
        if held.state is not SubscriptionState.PAST_DUE:
            fields |= {"period_started_at": held.period_ends_at, "period_ends_at": held.period_ends_at + MONTH}
        return self.becomes(reference, **fields)

    def end(self, reference: str, why: EndedWhy) -> SubscriptionSeen:
        return self.becomes(
            reference, state=SubscriptionState.CANCELED, ended_at=self.at, ended_why=why, retry_at=None
        )

    def give_back(self, payment: str, cents: int) -> RefundSeen:
        held = self.payments[payment]
        refund = RefundSeen(f"re_{payment}_{len(held.refunds) + 1}", cents, done=True, at=self.at)
        self.payments[payment] = replace(held, refunds=(*held.refunds, refund))
        self._tell(About.PAYMENT, payment)
        return refund

    def dispute(self, payment: str, state: DisputeState) -> None:
        held = self.payments[payment]
        disputed = DisputeSeen(f"dp_{payment}", held.cents, state, self.at)
        self.payments[payment] = replace(held, disputes=(disputed,))
        self._tell(About.PAYMENT, payment)

    def _tell(self, about: About, reference: str) -> None:
        self.events.append(EventSeen(f"evt_{len(self.events) + 1}", about, reference, self.at))

    def _once(self, call: str, key: str, do: Callable[[], Any], asked: object = None) -> Any:
        self._answer(call, key)
        if key not in self._by_key:
            self._by_key[key] = (asked, do())
        before, answer = self._by_key[key]
        assert before == asked, f"{key}: asked for something else under the same key"
        return answer

    def _found(self, things: dict[str, Any], reference: str) -> Any:
        self._answer("get", reference)
        if reference not in things:
            raise NotThere(f"no {reference}")
        return things[reference]

    def _answer(self, call: str, what: str) -> None:
        self.calls.append((call, what))
        if self.away:
            raise ProviderAway("it does not answer")
