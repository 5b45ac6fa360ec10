"""Which letters customers want, and how far the worker is with those that it writes by itself.

Only wish_operations.py writes the wishes, paying.py what failed; due_operations.py with what it calls the rest.
"""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy


class LetterWishes(models.Model):
    """Of who has none of these, the defaults hold."""

    customer = models.OneToOneField(
        "members.Customer", models.CASCADE, primary_key=True, related_name="letter_wishes"
    )
    expiring = models.BooleanField(gettext_lazy("a letter before a membership ends"), default=True)
    receipts = models.BooleanField(gettext_lazy("a receipt of each redemption"), default=False)

    class Meta:
        default_permissions = ()
        indexes: ClassVar = [
            models.Index(fields=["customer"], condition=Q(receipts=True), name="wants_receipts"),
        ]

    def __str__(self) -> str:
        return _("Letters to %(customer)s") % {"customer": self.customer}


class EndTold(models.Model):
    """Of this end of a membership its member was told: a letter was queued. If the end moves, it is another."""

    membership = models.ForeignKey("members.Membership", models.CASCADE, related_name="+")
    ends_at = models.DateTimeField()

    class Meta:
        default_permissions = ()
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["membership", "ends_at"], name="told_once_of_an_end"),
        ]

    def __str__(self) -> str:
        return f"membership {self.membership_id}: {self.ends_at}"


class FailTold(models.Model):
    """That nothing was paid for what follows `paid_until` its member was told: once, however often it is tried."""

    membership = models.ForeignKey("members.Membership", models.CASCADE, related_name="+")
    paid_until = models.DateTimeField()

    class Meta:
        default_permissions = ()
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["membership", "paid_until"], name="told_once_of_a_failure"),
        ]

    def __str__(self) -> str:
        return f"membership {self.membership_id}: {self.paid_until}"


class Progress(models.Model):
    """One row: whoever writes letters holds it. Check-ins up to `checkins_upto` have their receipts.

    `looked_at`: when all memberships were last looked at for their ends; `memberships_upto`: how far that is,
    while it goes on.
    """

    checkins_upto = models.BigIntegerField()
    looked_at = models.DateTimeField(null=True)
    memberships_upto = models.BigIntegerField(null=True)

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"check-ins up to {self.checkins_upto}"
