"""A page of the provider's for one membership: begun, given again while it is open, closed.

The row is there before the provider is asked, and says what is asked for: whoever asks again, after an answer that
was lost or beside somebody else, asks for the same under the same key, and is given the same page.
"""

import hashlib
import secrets
from dataclasses import asdict, astuple
from datetime import datetime, timedelta
from typing import Any, Final

from django.utils.translation import get_language, override
from django.utils.translation import gettext as _

from hub.billing import choosing
from hub.billing.looking import look_at_checkout
from hub.billing.models import Checkout
from hub.billing.offers import price_of
from hub.billing.port import NotThere, Provider
from hub.billing.queries import account_of
from hub.billing.seen import (
    CheckoutStarted,
    CheckoutState,
    Interval,
    Order,
    Payer,
    Price,
    Unit,
)
from hub.billing.trials import trial_days
from hub.errors import HubError
from hub.members.models import Membership
from hub.members.writing import stored, writing

LASTS: Final = timedelta(hours=2)
_LEFT_AT_LEAST: Final = timedelta(minutes=40)
"""A page that closes soon is no use to who is sent to it, and Stripe begins none for less than 30 minutes."""
_ASKED_EVERY: Final = timedelta(seconds=3)


class NotForSale(HubError):
    """This membership cannot be paid for like this; the message says what to do."""


def begin_checkout(membership: Membership, success: str, cancel: str, at: datetime) -> CheckoutStarted:
    """A page where a membership that waits for its first payment is paid for. `success` and `cancel`: whole
    addresses of ours. NotForSale; ProviderError: nothing was begun, or it may be asked for again."""
    asked = choosing.provider()
    if asked is None:
        raise NotForSale(_("Nothing can be paid online here: choose another way."))
    checkout, others, held = _row(asked, membership, success, cancel, at)
    for other in others:
        close(asked, other, at)
    if others:
        _check_waits(membership)
    if checkout.address:
        return CheckoutStarted(checkout.reference, checkout.address, checkout.until)
    with override(checkout.asked["language"] or None):
        started = asked.begin_checkout(_order(asked, checkout, held), f"checkout-{checkout.public_id}")
    Checkout.objects.filter(pk=checkout.pk).update(
        reference=started.reference, address=started.address, until=started.until
    )
    return started


def close(asked: Provider, checkout: Checkout, at: datetime) -> None:
    """Nobody can pay there any more. Where somebody has, that counts."""
    try:
        if checkout.reference:
            asked.close_checkout(checkout.reference)
            return look_at_checkout(asked, checkout.reference, at)
    except NotThere:
        pass  # nobody can pay there either
    Checkout.objects.filter(pk=checkout.pk).update(state=CheckoutState.EXPIRED)


def look_again(membership: Membership, at: datetime) -> bool:
    """Whether it is paid, for who waits at the page: the provider is asked at most every 3 s. ProviderError: it
    did not answer; who waits asks again."""
    held = stored(membership)
    asked = choosing.provider()
    if held is None or asked is None or not held.pending:
        return held is not None and not held.pending
    open_ones = Checkout.objects.filter(membership=held, provider=asked.name).exclude(reference="")
    checkout = open_ones.exclude(state=CheckoutState.EXPIRED).first()
    if checkout is None or (
        checkout.looked_at is not None and checkout.looked_at <= at < checkout.looked_at + _ASKED_EVERY
    ):
        return False
    Checkout.objects.filter(pk=checkout.pk).update(looked_at=at)
    look_at_checkout(asked, checkout.reference, at)
    held = stored(held)
    return held is not None and not held.pending


def _row(
    asked: Provider, membership: Membership, success: str, cancel: str, at: datetime
) -> tuple[Checkout, list[Checkout], Membership]:
    """The one to go on with, others of the membership that are open, and the membership as it is stored."""
    with writing():
        held = _check_waits(membership)
        wanted = _wanted(asked, held, success, cancel)
        found = list(held.checkouts.filter(provider=asked.name, state=CheckoutState.OPEN))
        good = next((each for each in found if each.asked == wanted and each.until > at + _LEFT_AT_LEAST), None)
        checkout = good or Checkout.objects.create(
            public_id=secrets.token_hex(12),
            provider=asked.name,
            membership=held,
            asked=wanted,
            began_at=at,
            until=at + LASTS,
        )
        return checkout, [each for each in found if each.pk != checkout.pk], held


def _check_waits(membership: Membership) -> Membership:
    held = stored(membership)
    if held is None or held.revoked_at is not None or not held.pending:
        raise NotForSale(_("This membership does not wait for a payment: it is paid, or over."))
    return held


def _wanted(asked: Provider, held: Membership, success: str, cancel: str) -> dict[str, Any]:
    """All that is asked for: under one key it is the same each time. Of who pays, only whether it is the same."""
    plan = held.plan
    price = price_of(plan)
    if price is None:
        raise NotForSale(_("The plan says no price: there is nothing to pay."))
    return {
        "price": asdict(price),
        "seats": held.seats or 1,
        "success": success,
        "cancel": cancel,
        "setup_fee_cents": plan.setup_fee_cents,
        "trial_days": trial_days(plan, held.customer or held.company),
        "language": (get_language() or "")[:2],
        "payer": hashlib.sha256(repr(astuple(payer_of(asked, held))).encode()).hexdigest()[:32],
    }


def _order(asked: Provider, checkout: Checkout, membership: Membership) -> Order:
    wanted: dict[str, Any] = checkout.asked
    interval, days = wanted["price"]["interval"], wanted["trial_days"]
    billed = None if interval is None else Interval(Unit(interval["unit"]), interval["count"])
    return Order(
        ours=checkout.public_id,
        payer=payer_of(asked, membership),
        price=Price(**wanted["price"] | {"interval": billed}),
        seats=wanted["seats"],
        until=checkout.until,
        success=wanted["success"],
        cancel=wanted["cancel"],
        setup_fee_cents=wanted["setup_fee_cents"],
        trial_until=checkout.until + timedelta(days=days) if days else None,
        language=wanted["language"],
    )


def payer_of(asked: Provider, membership: Membership) -> Payer:
    holder = membership.customer or membership.company
    kind = "customer" if membership.customer_id is not None else "company"
    account = account_of(holder, asked.name)
    reference = "" if account is None else account.reference
    return Payer(f"{kind}-{holder.pk}", holder.name, holder.email, reference)
