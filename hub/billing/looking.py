"""The provider asked how a thing of theirs is now, and that applied. Whoever was told of an event, reconciles, or
waits for a payment calls this; it is the same however often and in whatever order.
"""

from datetime import datetime
from typing import Final

from hub.billing import look_operations
from hub.billing.applying_operations import apply_subscription
from hub.billing.models import Subscription
from hub.billing.paying_operations import apply_checkout, apply_payment
from hub.billing.port import About, Provider, SubscriptionSeen
from hub.members.writing import writing


def look_at(provider: Provider, about: About, reference: str, at: datetime) -> None:
    """With what hangs on it. ProviderError: it could not be asked; nothing is changed."""
    _LOOKS[about](provider, reference, at)


def apply_seen(provider: Provider, seen: SubscriptionSeen, look: look_operations.Look, at: datetime) -> None:
    """What the provider answered to a change. `look` was begun before it was asked for."""
    with writing():
        spare = apply_subscription(provider.name, seen, at) if look_operations.is_newest(look) else None
    if spare is not None and spare.is_open and spare.is_spare:
        provider.cancel_now(spare.reference or "", f"spare-{spare.pk}")
        look_at_subscription(provider, spare.reference or "", at)


def look_at_subscription(provider: Provider, reference: str, at: datetime) -> None:
    look = look_operations.begin(provider.name, About.SUBSCRIPTION, reference)
    apply_seen(provider, provider.subscription(reference), look, at)


def look_at_checkout(provider: Provider, reference: str, at: datetime) -> None:
    look = look_operations.begin(provider.name, About.CHECKOUT, reference)
    seen = provider.checkout(reference)
    with writing():
        if look_operations.is_newest(look):
            apply_checkout(provider.name, seen, at)
    if seen.subscription:
        look_at_subscription(provider, seen.subscription, at)
    elif seen.payment:
        look_at_payment(provider, seen.payment, at)


def look_at_payment(provider: Provider, reference: str, at: datetime) -> None:
    look = look_operations.begin(provider.name, About.PAYMENT, reference)
    seen = provider.payment(reference)
    if seen.subscription:
        look_at_subscription(provider, seen.subscription, at)
    with writing():
        if look_operations.is_newest(look):
            apply_payment(provider.name, seen)


def end_unwanted(provider: Provider, subscription: Subscription, at: datetime) -> None:
    """Of a membership that staff have revoked: nobody pays on for it."""
    if subscription.membership.revoked_at is not None and subscription.is_open:
        provider.cancel_now(subscription.reference or "", f"revoked-{subscription.pk}")
        look_at_subscription(provider, subscription.reference or "", at)


def _nothing(provider: Provider, reference: str, at: datetime) -> None:
    """Of no matter to us."""


_LOOKS: Final = {
    About.CHECKOUT: look_at_checkout,
    About.SUBSCRIPTION: look_at_subscription,
    About.PAYMENT: look_at_payment,
    About.NOTHING: _nothing,
}
