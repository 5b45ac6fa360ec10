"""What is asked of whoever takes payments for us, and what they answer: the port. It names no provider.

Money is in minor units (int) of an ISO 4217 currency. A `reference` is the provider's own name for a thing of
theirs; nothing of a card or an account of a bank ever comes this way. Every write takes a `key` that follows from
our own rows: the same one again changes nothing more, and answers as it did at first.

What the provider says is how things are with it now. An event is only a hint of what to ask about.
"""

from datetime import datetime
from typing import Protocol

from hub.billing.seen import (
    About,
    CheckoutSeen,
    CheckoutStarted,
    EventSeen,
    InvoiceSeen,
    Order,
    PaymentSeen,
    Price,
    RefundSeen,
    SubscriptionSeen,
)
from hub.errors import HubError


class ProviderError(HubError):
    """Something asked of the provider did not come about."""


class ProviderAway(ProviderError):
    """It could not be reached, is busy, or failed in itself: the same may be asked again later."""


class ProviderRefused(ProviderError):
    """It says no, and would again. The message is ours, and says what to do."""


class NotThere(ProviderRefused):
    """It knows nothing by this reference."""


class WebhookRefused(ProviderError):
    """What came was not signed by the provider, too long ago, or is not whole."""


class Provider(Protocol):
    """Whoever takes payments. Every call may raise ProviderAway and ProviderRefused (NotThere among them)."""

    @property
    def name(self) -> str:
        """Kept beside every reference: as in `stripe`."""
        ...

    def check_price(self, price: Price, setup_fee_cents: int) -> None:
        """ProviderRefused: it could never be billed like this; the message says what to change. Asks nobody."""
        ...

    def begin_checkout(self, order: Order, key: str) -> CheckoutStarted: ...

    def checkout(self, reference: str) -> CheckoutSeen: ...

    def close_checkout(self, reference: str) -> CheckoutSeen:
        """Nobody can pay there any more; where somebody had, nothing changes. As it is then."""
        ...

    def subscription(self, reference: str) -> SubscriptionSeen: ...

    def payment(self, reference: str) -> PaymentSeen: ...

    def cancel_at_end(self, reference: str, key: str) -> SubscriptionSeen:
        """It runs to the end of what is paid for. As it is then, as for all that follow."""
        ...

    def keep(self, reference: str, key: str) -> SubscriptionSeen:
        """It is not to end any more, where cancel_at_end had said so."""
        ...

    def cancel_now(self, reference: str, key: str) -> SubscriptionSeen: ...

    def change_plan(self, reference: str, price: Price, seats: int, key: str) -> SubscriptionSeen:
        """From now on; what was paid and not used is counted against it by the provider."""
        ...

    def tell_address(self, payer: str, email: str) -> None:
        """What it writes to them goes there from now on. Told once more, nothing changes, so it takes no key."""
        ...

    def portal(self, payer: str, return_address: str) -> str:
        """The address of a page of the provider's, for minutes, where whoever pays sees to how they pay."""
        ...

    def invoices(self, payer: str) -> list[InvoiceSeen]:
        """The newest first; at most 100."""
        ...

    def refund(self, payment: str, cents: int, currency: str, key: str) -> RefundSeen: ...

    def dashboard_address(self, about: About, reference: str) -> str:
        """Where staff look at it with the provider; empty: there is no such page."""
        ...

    def read_webhook(self, body: bytes, signature: str, at: datetime) -> EventSeen:
        """WebhookRefused: it is not the provider's."""
        ...

    def events_since(self, since: datetime) -> list[EventSeen]:
        """All that happened at `since` or later, as far back as it keeps them, the oldest first; what is
        About.NOTHING may be left out."""
        ...
