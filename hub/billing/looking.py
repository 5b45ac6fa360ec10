"""The provider asked how a thing of theirs is now, and that applied. Whoever was told of an event, reconciles, or
waits for a payment calls this; it is the same however often and in whatever order.
"""

from dataclasses import replace
from datetime import datetime
from typing import Final

from hub.billing import look_operations, queries
from hub.billing.applying_operations import apply_subscription
from hub.billing.models import Subscription
from hub.billing.paying_operations import apply_checkout, apply_payment
from hub.billing.port import Provider
from hub.billing.seen import About, SubscriptionSeen, SubscriptionState
from hub.members.writing import writing


def look_at(provider: Provider, about: About, reference: str, at: datetime) -> None:
    """With what hangs on it. ProviderError: it could not be asked; nothing is changed."""
    _LOOKS[about](provider, reference, at)


def apply_seen(provider: Provider, seen: SubscriptionSeen, look: look_operations.Look, at: datetime) -> None:
    """What the provider answered to a change. `look` was begun before it was asked for."""
    kept = _apply(provider, seen, look, at)
    if kept is not None:
        spare = kept.membership.subscriptions.filter(provider=provider.name, is_open=True, is_spare=True)
        for each in spare:
            _end(provider, each.reference or "", "spare", at)
    elif seen.state not in _OVER and queries.is_nobodys(provider.name, seen.ours):
        provider.cancel_now(seen.reference, f"nobodys-{seen.reference}")


def look_at_subscription(provider: Provider, reference: str, at: datetime) -> SubscriptionSeen:
    look = look_operations.begin(provider.name, About.SUBSCRIPTION, reference)
    seen = provider.subscription(reference)
    apply_seen(provider, seen, look, at)
    return seen


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
        ours = look_at_subscription(provider, seen.subscription, at).ours
        seen = replace(seen, ours=seen.ours or ours)
    with writing():
        if look_operations.is_newest(look):
            apply_payment(provider.name, seen)


def end_unwanted(provider: Provider, subscription: Subscription, at: datetime) -> None:
    """Of a membership that staff have revoked: nobody pays on for it."""
    if subscription.membership.revoked_at is not None and subscription.is_open:
        _end(provider, subscription.reference or "", "revoked", at)


def _apply(
    provider: Provider, seen: SubscriptionSeen, look: look_operations.Look, at: datetime
) -> Subscription | None:
    with writing():
        return apply_subscription(provider.name, seen, at) if look_operations.is_newest(look) else None


def _end(provider: Provider, reference: str, why: str, at: datetime) -> None:
    look = look_operations.begin(provider.name, About.SUBSCRIPTION, reference)
    _apply(provider, provider.cancel_now(reference, f"{why}-{reference}"), look, at)


_OVER: Final = (SubscriptionState.CANCELED, SubscriptionState.INCOMPLETE_EXPIRED)


def _nothing(provider: Provider, reference: str, at: datetime) -> None:
    """Of no matter to us."""


_LOOKS: Final = {
    About.CHECKOUT: look_at_checkout,
    About.SUBSCRIPTION: look_at_subscription,
    About.PAYMENT: look_at_payment,
    About.NOTHING: _nothing,
}
