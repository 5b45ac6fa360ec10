"""What a test or a page does to this Stripe: pays, declines, lets time pass, tells, breaks things."""

import threading
from dataclasses import dataclass, field
from typing import Any

from demo.fake_stripe import checkout, collecting, life, payments, portal
from demo.fake_stripe.faults import Fault, Kind
from demo.fake_stripe.idempotency import Keys
from demo.fake_stripe.webhooks import Post, Webhooks
from demo.fake_stripe.world import Clock, World


@dataclass(frozen=True)
class Asked:
    """A request as it came: `key` is its idempotency key, `version` that of the API."""

    method: str
    path: str
    form: dict[str, Any]
    key: str
    version: str


@dataclass
class Fake:
    """`api_key`: the only one that is let in. `let_go`: ends what hangs."""

    world: World
    webhooks: Webhooks
    api_key: str
    keys: Keys = field(default_factory=Keys)
    faults: list[Fault] = field(default_factory=list)
    asked: list[Asked] = field(default_factory=list)
    let_go: threading.Event = field(default_factory=threading.Event)

    @property
    def address(self) -> str:
        return self.world.address

    @property
    def now(self) -> int:
        """Seconds since 1970."""
        return self.world.clock.now()

    def breaks(self, kind: Kind, times: int = 1, path: str = "", method: str = "") -> None:
        self.faults.append(Fault(kind, times, path, method))

    def fault_of(self, method: str, path: str) -> Kind | None:
        return next((fault.kind for fault in self.faults if fault.takes(method, path)), None)

    def pass_time(self, seconds: int) -> None:
        with self.world.lock:
            life.advance(self.world, self.now + seconds)

    def pay(self, session: str, pays: bool = True, later: bool = False) -> dict[str, Any]:
        """Somebody presses Pay. Problem: declined, or not open any more."""
        with self.world.lock:
            held = self.world.find("checkout.session", session)
            checkout.pay(self.world, held, pays, later)
            return held

    def settle(self, session: str, pays: bool) -> None:
        with self.world.lock:
            checkout.settle(self.world, self.world.find("checkout.session", session), pays)

    def begin_incomplete(self, session: str) -> dict[str, Any]:
        with self.world.lock:
            return checkout.begin_incomplete(self.world, self.world.find("checkout.session", session))

    def confirm(self, subscription: str) -> None:
        """The bank's confirmation of a first payment has come."""
        with self.world.lock:
            held = self.world.find("subscription", subscription)
            held["default_payment_method"] = payments.new_method(self.world, held["customer"])
            collecting.collect(self.world, self.world.find("invoice", held["latest_invoice"]))

    def new_card(self, customer: str, pays: bool) -> None:
        with self.world.lock:
            portal.new_card(self.world, customer, pays)

    def pay_invoice(self, invoice: str) -> bool:
        """On its own page, by a card that pays."""
        with self.world.lock:
            held = self.world.find("invoice", invoice)
            return collecting.collect(self.world, held, payments.new_method(self.world, held["customer"]))

    def refund(self, payment: str, amount: int) -> dict[str, Any]:
        """As somebody does it on Stripe's own pages."""
        with self.world.lock:
            return payments.refund(self.world, {"payment_intent": payment, "amount": str(amount)})

    def dispute(self, payment: str) -> str:
        with self.world.lock:
            return str(payments.open_dispute(self.world, self.world.find("payment_intent", payment))["id"])

    def close_dispute(self, dispute: str, won: bool) -> None:
        with self.world.lock:
            payments.close_dispute(self.world, self.world.find("dispute", dispute), won)


def new_fake(post: Post, api_key: str, secret: str, fixed_at: int | None = None) -> Fake:
    world = World(Clock(fixed_at))
    webhooks = Webhooks(secret, post)
    world.heard = webhooks.hear
    return Fake(world, webhooks, api_key)
