"""What is left where somebody began to pay through a provider and did not: pages that closed without a word, pages
of memberships that are gone, and memberships that wait for nobody. Money on its way keeps its membership.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final

from django.db.models import Exists, F, OuterRef, Q, QuerySet

from hub.billing.checkout_operations import close
from hub.billing.models import Checkout, Payment, Subscription
from hub.billing.port import Provider, ProviderRefused
from hub.billing.seen import CheckoutState, PaymentState
from hub.members import billed_operations
from hub.members.models import Customer, Membership
from hub.members.writing import writing

UNPAID_FOR: Final = timedelta(days=1)
"""So long after its last page has closed a membership waits for somebody to begin to pay again."""
_AT_ONCE: Final = 50


def close_what_nobody_needs(asked: Provider, at: datetime) -> None:
    """Checkouts that ended without a word of it, and those whose membership was deleted, revoked, or paid for
    otherwise. ProviderAway."""
    over = Q(until__lt=at - timedelta(minutes=5)) | Q(membership=None)
    over |= Q(membership__pending=False) | Q(membership__revoked_at__isnull=False)
    found = _open(asked).filter(over)
    _close(asked, found.order_by(F("looked_at").asc(nulls_first=True), "pk")[:_AT_ONCE], at)


def close_pages_of(asked: Provider, customer: Customer, at: datetime) -> None:
    """Theirs, not their companies'. ProviderAway."""
    _close(asked, _open(asked).filter(membership__customer=customer), at)


def give_up_unpaid(at: datetime) -> int:
    """Memberships that somebody wanted to pay through a provider, and did not: every page has closed unpaid for
    UNPAID_FOR, and no money is on its way. How many are over now."""
    left = Membership.objects.filter(pending=True, revoked_at=None, billed_by="")
    return sum(_give_up(each, at) for each in left.filter(_unpaid(at)).distinct())


def _open(asked: Provider) -> QuerySet[Checkout]:
    return Checkout.objects.filter(provider=asked.name, state=CheckoutState.OPEN)


def _close(asked: Provider, checkouts: Iterable[Checkout], at: datetime) -> None:
    for checkout in checkouts:
        try:
            close(asked, checkout, at)
        except ProviderRefused:
            # It holds up no other, and is asked about again after them.
            Checkout.objects.filter(pk=checkout.pk).update(looked_at=at)


def _unpaid(at: datetime) -> Q:
    since = at - UNPAID_FOR
    lately = ~Q(state=CheckoutState.EXPIRED) | Q(until__gt=since) | Q(looked_at__gt=since)
    recent = Checkout.objects.filter(lately, membership=OuterRef("pk"))
    billed = Subscription.objects.filter(membership=OuterRef("pk"), is_open=True)
    on_its_way = Payment.objects.filter(
        membership=OuterRef("pk"), state__in=[PaymentState.OPEN, PaymentState.PAID]
    )
    begun = Checkout.objects.filter(membership=OuterRef("pk"))
    return Q(Exists(begun)) & ~Q(Exists(recent)) & ~Q(Exists(billed)) & ~Q(Exists(on_its_way))


def _give_up(membership: Membership, at: datetime) -> bool:
    with writing():
        # Somebody may have begun to pay meanwhile.
        if not Membership.objects.filter(_unpaid(at), pk=membership.pk, pending=True).exists():
            return False
        billed_operations.give_up(membership, at)
        return True
