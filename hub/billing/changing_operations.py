"""What members and staff ask a provider to change: cancelled, kept, another plan, more seats, given back, and
where they look at it. What the provider answers is applied at once.

A change's number is written down before the provider is asked, and is its key there.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.db.models import F
from django.utils.translation import gettext as _

from hub.billing import choosing, look_operations
from hub.billing.hand_operations import refund_by_hand
from hub.billing.keeping import keep
from hub.billing.looking import apply_seen
from hub.billing.models import HAND, BillingAccount, Payment, Refund, Subscription
from hub.billing.offers import price_of
from hub.billing.port import Provider, ProviderAway, ProviderRefused
from hub.billing.queries import account_of, left_of
from hub.billing.seen import About, InvoiceSeen, SubscriptionSeen
from hub.errors import HubError
from hub.members.models import Company, Customer, Membership, Plan
from hub.members.prices import price_text
from hub.members.writing import stored, writing

Asked = Callable[[Provider, str, str], SubscriptionSeen]
"""Of a provider, by the subscription's reference, under a key."""


class CannotChange(HubError):
    """This cannot be changed like this; the message says what to do."""


def cancel_at_end(membership: Membership, at: datetime) -> None:
    """It runs to the end of what is paid for. CannotChange, ProviderError, as for all that follow."""
    _change(membership, at, lambda asked, reference, key: asked.cancel_at_end(reference, f"{key}-cancel"))


def keep_going(membership: Membership, at: datetime) -> None:
    """The cancellation is taken back."""
    _change(membership, at, lambda asked, reference, key: asked.keep(reference, f"{key}-keep"))


def cancel_now(membership: Membership, at: datetime) -> None:
    """It is over. Nothing is given back by this."""
    _change(membership, at, lambda asked, reference, key: asked.cancel_now(reference, f"{key}-end"))


def change_plan(membership: Membership, plan: Plan, seats: int | None, at: datetime) -> None:
    """From now on; what was paid and is not used yet the provider counts against it. `seats`: of a company's, and
    not fewer than people belong to it."""
    price = price_of(plan)
    if price is None or price.interval is None:
        raise CannotChange(_("This plan is not billed again and again: it cannot take another's place."))
    if plan.for_companies != (membership.company_id is not None):
        raise CannotChange(_("This plan is not for them: choose another one."))
    _check_currency(_billed(membership), plan)
    wanted = _check_seats(membership, plan, seats)
    _change(
        membership,
        at,
        lambda asked, reference, key: asked.change_plan(
            reference, price, wanted, f"{key}-{plan.public_id}-{wanted}"
        ),
    )


def refund(payment: Payment, cents: int, at: datetime) -> Refund:
    """Back the way it came; what was paid by hand somebody has handed back. Access stays as it is. Asked for again
    after the provider did not answer, it is the same refund."""
    with writing():
        held = Payment.objects.select_for_update().get(pk=payment.pk)
        begun = held.refunds.filter(reference=None, done=False).first() if held.provider != HAND else None
        if begun is not None and begun.cents == cents:
            given = begun
        else:
            _check_left(held, cents)
            if held.provider == HAND:
                return refund_by_hand(held, cents, at)
            given = keep(Refund(payment=held, cents=cents, at=at), action="refunded")
    try:
        seen = choosing.provider_named(held.provider).refund(
            held.reference or "", cents, held.currency, f"refund-{held.reference}-{given.pk}"
        )
    except ProviderAway:
        raise
    except ProviderRefused:
        given.delete()
        raise
    with writing():
        if not held.refunds.filter(reference=seen.reference).exists():
            given.reference, given.done, given.has_failed = seen.reference, seen.done, seen.failed
            keep(given)
    return given


def portal_address(holder: Customer | Company, return_address: str) -> str:
    """Where they see to how they pay. CannotChange: they never paid through a provider."""
    asked, account = _account(holder)
    return asked.portal(account.reference, return_address)


def invoices_of(holder: Customer | Company) -> list[InvoiceSeen]:
    """The provider's, the newest first; none where they never paid through one."""
    try:
        asked, account = _account(holder)
    except CannotChange:
        return []
    return asked.invoices(account.reference)


def _account(holder: Customer | Company) -> tuple[Provider, BillingAccount]:
    asked = choosing.provider()
    account = None if asked is None else account_of(holder, asked.name)
    if asked is None or account is None:
        raise CannotChange(_("Nothing is paid through a payment provider here."))
    return asked, account


def _change(membership: Membership, at: datetime, ask: Asked) -> None:
    subscription = _billed(membership)
    asked, reference = choosing.provider_named(subscription.provider), subscription.reference or ""
    Subscription.objects.filter(pk=subscription.pk).update(changes=F("changes") + 1)
    subscription.refresh_from_db(fields=["changes"])
    look = look_operations.begin(asked.name, About.SUBSCRIPTION, reference)
    seen = ask(asked, reference, f"subscription-{reference}-{subscription.changes}")
    apply_seen(asked, seen, look, at)


def _billed(membership: Membership) -> Subscription:
    found = Subscription.objects.filter(membership=membership, is_open=True, is_spare=False).exclude(provider=HAND)
    subscription = found.first()
    if subscription is None:
        raise CannotChange(_("No payment provider bills this membership."))
    return subscription


def _check_currency(subscription: Subscription, plan: Plan) -> None:
    """A provider bills on in the currency in which it began."""
    if subscription.currency != plan.currency:
        told = {"old": subscription.currency, "plan": plan.name, "new": plan.currency}
        said = _("This is paid in %(old)s, and %(plan)s in %(new)s: cancel it, and begin anew when it has ended.")
        raise CannotChange(said % told)


def _check_seats(membership: Membership, plan: Plan, seats: int | None) -> int:
    if not plan.for_companies:
        return 1
    held = stored(membership)
    wanted = seats or (held.seats if held else None) or 1
    if plan.seats_max is not None and wanted > plan.seats_max:
        raise CannotChange(_("This plan has at most %(most)s seats.") % {"most": plan.seats_max})
    taken = 0 if membership.company is None else membership.company.links.count()
    if wanted < taken:
        said = _("%(taken)s people belong to the company: take some out first, or keep as many seats.")
        raise CannotChange(said % {"taken": taken})
    return wanted


def _check_left(payment: Payment, cents: int) -> None:
    left: Any = left_of(payment)
    if not 0 < cents <= left:
        said = _("At most %(left)s can be given back of this, and something has to be.")
        raise CannotChange(said % {"left": price_text(left, payment.currency)})
