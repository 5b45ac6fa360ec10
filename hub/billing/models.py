"""How memberships are paid: by whom, through whom, what was paid, and what a payment provider said last.

No data of a card or a bank is here: references, last states and amounts. Only the files of operations beside this
one write it. What is paid "by hand" (invoice, transfer, cash) has the provider HAND, and no references.
"""

from typing import Any, Final

from django.db import models
from django.db.models import ProtectedError, Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from hub.billing.inbox_models import Look, Progress, ProviderEvent
from hub.billing.seen import (
    CheckoutState,
    DisputeState,
    EndedWhy,
    PaymentState,
    SubscriptionState,
)

__all__ = [
    "BillingAccount",
    "Checkout",
    "Dispute",
    "Look",
    "Payment",
    "Progress",
    "ProviderEvent",
    "Refund",
    "Subscription",
]

HAND: Final = "hand"
"""The provider of what is paid to the organization itself."""
WRITTEN_OFF: Final = "written_off"
_PROVIDER_LETTERS: Final = 16
_REFERENCE_LETTERS: Final = 255


def protect_while_open(collector: Any, field: Any, sub_objs: Any, using: str) -> None:
    """Who goes while a provider still bills them would be billed on: it is ended there first."""
    held = list(sub_objs.filter(is_open=True).exclude(provider=HAND))
    if held:
        raise ProtectedError("a provider bills it", set(held))
    models.CASCADE(collector, field, sub_objs, using)


def _choices(words: type[Any]) -> list[tuple[str, str]]:
    return [(each.value, each.value) for each in words]


class BillingAccount(models.Model):
    """A customer or a company as a provider knows it. `told_email`: the address that it was told of last."""

    provider = models.CharField(max_length=_PROVIDER_LETTERS)
    reference = models.CharField(max_length=_REFERENCE_LETTERS)
    told_email = models.EmailField(blank=True, default="")
    customer = models.ForeignKey("members.Customer", models.CASCADE, null=True, related_name="billing_accounts")
    company = models.ForeignKey("members.Company", models.CASCADE, null=True, related_name="billing_accounts")

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["provider", "reference"], name="billing_account_once"),
            models.CheckConstraint(
                condition=Q(customer__isnull=False, company__isnull=True)
                | Q(customer__isnull=True, company__isnull=False),
                name="billing_account_of_one",
            ),
        ]

    def __str__(self) -> str:
        return _("Account of %(holder)s with %(provider)s") % {
            "holder": self.customer or self.company,
            "provider": self.provider,
        }


class Checkout(models.Model):
    """A page of a provider's where one membership is paid for, begun and perhaps never used.

    `public_id` is our name for it there. What was asked of the provider stands here, so that asking again asks for
    the same. `is_spare`: the membership was paid for otherwise by then. `membership` None: it was deleted
    meanwhile, so whatever is paid there is ended and shown to staff.
    """

    public_id = models.CharField(max_length=32, unique=True)
    provider = models.CharField(max_length=_PROVIDER_LETTERS)
    membership = models.ForeignKey("members.Membership", models.SET_NULL, null=True, related_name="checkouts")
    reference = models.CharField(max_length=_REFERENCE_LETTERS, blank=True, default="")
    address = models.TextField(blank=True, default="")
    asked = models.JSONField()
    """The price, seats, language and addresses that it was begun with; of who pays a digest alone."""
    state = models.CharField(max_length=16, choices=_choices(CheckoutState), default=CheckoutState.OPEN.value)
    is_spare = models.BooleanField(default=False)
    began_at = models.DateTimeField()
    until = models.DateTimeField()
    looked_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-pk"]
        default_permissions = ()

    def __str__(self) -> str:
        return self.public_id


class Subscription(models.Model):
    """How a membership is paid again and again. `state` and what follows: as the provider said last; by hand it is
    `active` until it ends.

    `is_spare`: a second one for the same membership, which is ended as soon as it is seen. `anchor_at`: from when
    on periods are counted, by hand. `cancel_at_end`: by hand, that it ended as its membership was cancelled.
    `paused`: the freeze that a pause at the provider has made.
    """

    provider = models.CharField(max_length=_PROVIDER_LETTERS)
    reference = models.CharField(max_length=_REFERENCE_LETTERS, null=True, default=None)
    membership = models.ForeignKey("members.Membership", protect_while_open, related_name="subscriptions")
    is_open = models.BooleanField(default=True)
    is_spare = models.BooleanField(default=False)
    state = models.CharField(
        max_length=24, choices=_choices(SubscriptionState), default=SubscriptionState.ACTIVE.value
    )
    cents = models.PositiveIntegerField()
    currency = models.CharField(max_length=3)
    seats = models.PositiveIntegerField(default=1)
    began_at = models.DateTimeField()
    anchor_at = models.DateTimeField()
    paid_until = models.DateTimeField(null=True)
    period_ends_at = models.DateTimeField(null=True)
    trial_until = models.DateTimeField(null=True)
    cancel_at_end = models.BooleanField(default=False)
    retry_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    ended_why = models.CharField(max_length=16, choices=_choices(EndedWhy), blank=True, default="")
    paused = models.ForeignKey("members.Freeze", models.SET_NULL, null=True, related_name="+")
    changes = models.PositiveIntegerField(default=0)
    """How many changes were asked for: the next one's key."""
    seen_at = models.DateTimeField(null=True)

    AUDIT_HIDDEN = ("seen_at", "changes", "anchor_at", "reference")

    class Meta:
        ordering = ["-pk"]
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["provider", "reference"], name="subscription_once"),
            models.UniqueConstraint(
                fields=["membership"], condition=Q(is_open=True, is_spare=False), name="subscription_open_once"
            ),
        ]

    def __str__(self) -> str:
        return _("Subscription %(number)s for %(membership)s") % {
            "number": self.pk,
            "membership": self.membership,
        }

    def concerns(self) -> tuple[int | None, int | None]:
        """For the audit log: those of its membership."""
        return self.membership.customer_id, self.membership.company_id


class Payment(models.Model):
    """Money for one membership: paid through a provider, or owed and paid to the organization itself.

    It stays when its membership goes: what was paid is for the books, and says nobody's name then.
    """

    class Kept(models.TextChoices):
        OPEN = PaymentState.OPEN.value, pgettext_lazy("a payment", "open")
        PAID = PaymentState.PAID.value, pgettext_lazy("a payment", "paid")
        FAILED = PaymentState.FAILED.value, pgettext_lazy("a payment", "failed")
        WRITTEN_OFF = WRITTEN_OFF, pgettext_lazy("a payment", "written off")

    class How(models.TextChoices):
        CASH = "cash", gettext_lazy("in cash")
        TRANSFER = "transfer", gettext_lazy("by transfer")
        CARD = "card", gettext_lazy("by card, on your own terminal")
        OTHER = "other", gettext_lazy("otherwise")

    provider = models.CharField(max_length=_PROVIDER_LETTERS)
    reference = models.CharField(max_length=_REFERENCE_LETTERS, null=True, default=None)
    membership = models.ForeignKey("members.Membership", models.SET_NULL, null=True, related_name="payments")
    subscription = models.ForeignKey(Subscription, models.SET_NULL, null=True, related_name="payments")
    text = models.CharField(max_length=300)
    """What it is for: the plan's name."""
    state = models.CharField(max_length=16, choices=Kept.choices)
    cents = models.PositiveIntegerField()
    currency = models.CharField(max_length=3)
    period_starts_at = models.DateTimeField(null=True)
    period_ends_at = models.DateTimeField(null=True)
    opened_at = models.DateTimeField()
    due_at = models.DateTimeField(null=True)
    done_at = models.DateTimeField(null=True)
    """When it was paid, or written off."""
    how = models.CharField(max_length=16, choices=How.choices, blank=True, default="")
    is_spare = models.BooleanField(default=False)
    """Paid for what was paid for already."""

    AUDIT_HIDDEN = ("reference",)

    class Meta:
        ordering = ["-opened_at", "-pk"]
        default_permissions = ()
        permissions = [
            ("take_money", gettext_lazy("Can see payments and mark them as paid")),
            ("refund_money", gettext_lazy("Can give money back")),
        ]
        constraints = [
            models.UniqueConstraint(fields=["provider", "reference"], name="payment_once"),
            models.UniqueConstraint(
                fields=["subscription", "period_starts_at"],
                condition=Q(provider=HAND),
                name="payment_once_a_period",
            ),
        ]
        indexes = [
            models.Index(fields=["due_at"], condition=Q(state=PaymentState.OPEN.value), name="payment_open")
        ]

    def __str__(self) -> str:
        return _("Payment %(number)s: %(text)s") % {"number": self.pk, "text": self.text}

    def concerns(self) -> tuple[int | None, int | None]:
        """For the audit log: those of its membership."""
        held = self.membership
        return (None, None) if held is None else (held.customer_id, held.company_id)


class Refund(models.Model):
    """Money given back. `done`: False while it is on its way. `has_failed`: it never came back to whoever paid."""

    payment = models.ForeignKey(Payment, models.CASCADE, related_name="refunds")
    reference = models.CharField(max_length=_REFERENCE_LETTERS, null=True, default=None)
    cents = models.PositiveIntegerField()
    done = models.BooleanField(default=False)
    has_failed = models.BooleanField(default=False)
    at = models.DateTimeField()

    AUDIT_HIDDEN = ("reference",)

    class Meta:
        ordering = ["at", "pk"]
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["payment", "reference"], name="refund_once")]

    def __str__(self) -> str:
        return _("Refund of %(payment)s") % {"payment": self.payment}

    def concerns(self) -> tuple[int | None, int | None]:
        return self.payment.concerns()


class Dispute(models.Model):
    """The payer has told their bank that they want the money back."""

    payment = models.ForeignKey(Payment, models.CASCADE, related_name="disputes")
    reference = models.CharField(max_length=_REFERENCE_LETTERS)
    cents = models.PositiveIntegerField()
    state = models.CharField(max_length=8, choices=_choices(DisputeState))
    at = models.DateTimeField()

    AUDIT_HIDDEN = ("reference",)

    class Meta:
        ordering = ["at", "pk"]
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["payment", "reference"], name="dispute_once")]

    def __str__(self) -> str:
        return _("Dispute of %(payment)s") % {"payment": self.payment}

    def concerns(self) -> tuple[int | None, int | None]:
        return self.payment.concerns()
