"""Cards in phones' wallets, who asked to be told of their changes, and what waits to be told. Only the files of
hub/cards/passes write them.
"""

from typing import ClassVar

from django.db import models
from django.db.models import Q


class Waiting(models.Model):
    """Somebody to be told of a change: since `asked_at`, next at `next_at`; None: nothing waits. `tries` counts
    those begun since then; who tells holds it until `leased_until`. `error`: a word of ours."""

    asked_at = models.DateTimeField(null=True)
    next_at = models.DateTimeField(null=True)
    leased_until = models.DateTimeField(null=True)
    tries = models.PositiveSmallIntegerField(default=0)
    error = models.CharField(max_length=64, blank=True, default="")

    class Meta:
        abstract = True
        indexes: ClassVar = [
            models.Index(fields=["next_at"], condition=Q(next_at__isnull=False), name="%(class)s_due")
        ]


class WalletPass(Waiting):
    """A card as one of the two wallets has it, by a `serial` that says nothing; `card` None: it is gone.

    `shown`: a hash of what it showed when that was looked at, next at `look_at`; None: it does not change by
    itself. `change` is the number of its latest change, which rises over all passes; `changed_at` is its second,
    another one for each of its changes. In a row of Google's it is Google who waits; of Apple's the devices do.
    """

    class Wallet(models.TextChoices):
        APPLE = "apple"
        GOOGLE = "google"

    card = models.ForeignKey("members.Card", models.SET_NULL, null=True, related_name="wallet_passes")
    customer = models.BigIntegerField(db_index=True)
    wallet = models.CharField(max_length=8, choices=Wallet.choices)
    serial = models.CharField(max_length=32, unique=True)
    shown = models.CharField(max_length=64)
    look_at = models.DateTimeField(null=True)
    changed_at = models.DateTimeField()
    change = models.BigIntegerField(default=0)

    class Meta(Waiting.Meta):
        abstract = False
        default_permissions = ()
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["card", "wallet"], name="wallet_pass_once_a_card")
        ]
        indexes: ClassVar = [
            *Waiting.Meta.indexes,
            models.Index(fields=["look_at"], condition=Q(look_at__isnull=False), name="walletpass_look"),
        ]

    def __str__(self) -> str:
        return f"{self.wallet} pass {self.pk}"


class Device(Waiting):
    """A phone with Apple's Wallet: `library_id` is what it calls itself, `push_token` what Apple knows it by. One
    that has said two tokens, for different passes, is two."""

    library_id = models.CharField(max_length=100)
    push_token = models.CharField(max_length=200)
    passes = models.ManyToManyField(WalletPass, through="Registration", related_name="devices")

    class Meta(Waiting.Meta):
        abstract = False
        default_permissions = ()
        constraints: ClassVar = [models.UniqueConstraint(fields=["library_id", "push_token"], name="device_once")]

    def __str__(self) -> str:
        return f"device {self.pk}"


class Registration(models.Model):
    """A device asks to be told of a pass."""

    device = models.ForeignKey(Device, models.CASCADE, related_name="registrations")
    wallet_pass = models.ForeignKey(WalletPass, models.CASCADE, related_name="registrations")

    class Meta:
        default_permissions = ()
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["device", "wallet_pass"], name="registration_once")
        ]

    def __str__(self) -> str:
        return f"{self.device}: {self.wallet_pass}"


class PassProgress(models.Model):
    """How far the audit log was read for passes, and the number of the latest change (Unix seconds, or one more
    than the last): one row, which whoever reads on holds."""

    audit_upto = models.BigIntegerField()
    change = models.BigIntegerField(default=0)

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"entries up to {self.audit_upto}, change {self.change}"
