"""Letters about money and its end: a cancellation confirmed, a payment that failed, one that was received by hand.

Each is written in the transaction of what it tells of. Of a company's memberships its admins are written to. Of
what a provider was paid it sends receipts itself.
"""

from contextlib import suppress
from datetime import datetime
from typing import Any

from django.conf import settings

from contract.membership import State, end_of
from hub.billing.models import Payment, Subscription
from hub.billing.seen import SubscriptionState
from hub.letters.kinds import Kind
from hub.letters.models import FailTold
from hub.letters.writing import written
from hub.mail.draft import BadLetter
from hub.mail.operations import queue
from hub.mail.queries import can_send
from hub.members.models import Customer, Membership
from hub.members.prices import price_text
from hub.members.queries import status_of
from hub.members.rows import meaning_of

_ACCOUNT = "/card/account/"


def confirm_cancelled(membership: Membership, at: datetime, **_signal: Any) -> None:
    """For hub.members.signals.cancelled."""
    ends_at = end_of(meaning_of(membership))
    if ends_at is not None:
        is_over = status_of(membership, at).state is State.EXPIRED
        _write(Kind.CANCELLED, membership, at, ends_at=ends_at, is_over=is_over)


def tell_failed(subscription: Subscription, at: datetime, **_signal: Any) -> None:
    """For hub.billing.signals.payment_failed: once for each period."""
    membership = subscription.membership
    told = {"membership": membership, "paid_until": subscription.paid_until}
    if not (can_send() and FailTold.objects.get_or_create(**told)[1]):
        return
    is_over = subscription.state != SubscriptionState.PAST_DUE
    said = {"paid_until": subscription.paid_until, "retry_at": subscription.retry_at, "is_over": is_over}
    _write(Kind.PAYMENT_FAILED, membership, at, **said)


def confirm_received(payment: Payment, at: datetime, **_signal: Any) -> None:
    """For hub.billing.signals.paid_by_hand."""
    if payment.membership is not None:
        amount = price_text(payment.cents, payment.currency)
        said = {"amount": amount, "how": payment.get_how_display(), "until": payment.period_ends_at}
        _write(Kind.PAYMENT_RECEIVED, payment.membership, at, **said)


def _write(kind: Kind, membership: Membership, at: datetime, **said: Any) -> None:
    """Somebody's address that no letter can be sent to is no reason to change nothing."""
    if not can_send():
        return
    page = f"{settings.DOORWARD_URL}{_ACCOUNT}"
    if membership.company_id is not None:
        page = f"{page}companies/{membership.company_id}"
    for customer in _whom(membership):
        with suppress(BadLetter):
            draft = written(kind, customer, plan=membership.plan.name, account_page=page, **said)
            queue(draft, customer.email, kind, at, customer=customer.pk)


def _whom(membership: Membership) -> list[Customer]:
    if membership.customer is not None:
        return [membership.customer] if membership.customer.email else []
    admins = Customer.objects.filter(links__company=membership.company_id, links__is_admin=True)
    return list(admins.exclude(email="").order_by("pk"))
