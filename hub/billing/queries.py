"""How memberships are paid, read: what stands, what is owed, what was paid."""

from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from django.db.models import OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce

from hub.billing.models import HAND, BillingAccount, Checkout, Payment, Refund, Subscription
from hub.billing.seen import CheckoutState, DisputeState, PaymentState
from hub.members.models import Company, Customer, Membership


@dataclass(frozen=True, slots=True)
class Standing:
    """How a membership is paid. `subscription` None: nobody bills it. `owed`: by hand, the earliest due first."""

    subscription: Subscription | None
    owed: tuple[Payment, ...] = ()
    is_being_paid: bool = False
    """Somebody is at a provider's page for it."""

    @property
    def is_by_hand(self) -> bool:
        return self.subscription is not None and self.subscription.provider == HAND

    @property
    def is_by_provider(self) -> bool:
        return self.subscription is not None and not self.is_by_hand


def standing(membership: Membership) -> Standing:
    return standings([membership])[membership.pk]


def standings(memberships: list[Membership]) -> dict[int, Standing]:
    """By the membership's id, in three queries."""
    ids = [each.pk for each in memberships]
    found = Subscription.objects.filter(membership__in=ids, is_spare=False).order_by("is_open", "pk")
    billed = {each.membership_id: each for each in found}
    open_ones = Payment.objects.filter(membership__in=ids, provider=HAND, state=PaymentState.OPEN)
    by_one = groupby(open_ones.order_by("membership_id", "due_at", "pk"), key=lambda each: each.membership_id)
    owed = {number: tuple(payments) for number, payments in by_one}
    paying = set(
        Checkout.objects.filter(membership__in=ids, state=CheckoutState.OPEN).values_list(
            "membership_id", flat=True
        )
    )
    return {each: Standing(billed.get(each), owed.get(each, ()), each in paying) for each in ids}


def payments_of(membership: Membership) -> QuerySet[Payment]:
    """With what was given back and what is disputed, the newest first."""
    return Payment.objects.filter(membership=membership).prefetch_related("refunds", "disputes")


def payments_of_holder(holder: Customer | Company) -> QuerySet[Payment]:
    whose = {"membership__customer": holder} if isinstance(holder, Customer) else {"membership__company": holder}
    return (
        Payment.objects.filter(**whose).select_related("membership__plan").prefetch_related("refunds", "disputes")
    )


def owed() -> QuerySet[Payment]:
    """What is open by hand, the earliest due first. What is owed for nobody any more is not."""
    found = Payment.objects.filter(provider=HAND, state=PaymentState.OPEN, membership__isnull=False)
    parts = ("membership__plan", "membership__customer", "membership__company")
    return found.select_related(*parts).order_by("due_at", "pk")


def waiting() -> QuerySet[Payment]:
    """First payments by hand: their memberships begin with them. The oldest first."""
    return owed().filter(membership__pending=True).order_by("opened_at", "pk")


def to_look_at() -> QuerySet[Payment]:
    """What staff should decide about: paid twice and not given back whole; disputes that run, or were lost."""
    back = Refund.objects.filter(payment=OuterRef("pk"), has_failed=False).values("payment")
    given = Coalesce(Subquery(back.annotate(cents_back=Sum("cents")).values("cents_back")), 0)
    wrong = Q(is_spare=True, state=PaymentState.PAID, cents__gt=given)
    wrong |= Q(disputes__state__in=[DisputeState.OPEN, DisputeState.LOST])
    found = Payment.objects.filter(wrong).select_related("membership__customer", "membership__company")
    return found.prefetch_related("refunds", "disputes").distinct().order_by("-opened_at")


def account_of(holder: Customer | Company, provider: str) -> BillingAccount | None:
    whose = {"customer": holder} if isinstance(holder, Customer) else {"company": holder}
    return BillingAccount.objects.filter(provider=provider, **whose).order_by("-pk").first()


def left_of(payment: Payment) -> int:
    """What can still be given back of it, in minor units."""
    if payment.state != PaymentState.PAID:
        return 0
    return max(0, payment.cents - sum(each.cents for each in payment.refunds.all() if not each.has_failed))


def is_nobodys(provider: str, ours: str) -> bool:
    """Whether it is of a checkout whose membership was deleted."""
    return bool(ours) and Checkout.objects.filter(provider=provider, public_id=ours, membership=None).exists()


def overdue(payment: Payment, at: datetime) -> bool:
    return payment.state == PaymentState.OPEN and payment.due_at is not None and payment.due_at < at
