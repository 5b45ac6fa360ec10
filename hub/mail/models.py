"""The outbox: what is to be mailed, and what became of it. Only operations.py beside this file writes it."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class Mail(models.Model):
    """`sealed`: its subject and texts, encrypted, and gone as soon as nobody has to send them any more.

    `tries` counts those begun; who sends it holds it until `leased_until`. After `until` it is not sent any more.
    `customer`: the number of whom it is to, if a customer. `error`: a word of ours, never the server's.
    """

    class State(models.TextChoices):
        WAITING = "waiting", _("waiting")
        SENT = "sent", _("sent")
        FAILED = "failed", _("failed")

    message_id = models.CharField(max_length=300, unique=True)
    kind = models.CharField(max_length=32)
    customer = models.BigIntegerField(null=True, db_index=True)
    recipient = models.CharField(max_length=254)
    sealed = models.BinaryField(null=True)
    state = models.CharField(max_length=12, choices=State.choices, default=State.WAITING)
    error = models.CharField(max_length=64, blank=True, default="")
    created_at = models.DateTimeField(db_index=True)
    until = models.DateTimeField()
    next_at = models.DateTimeField()
    leased_until = models.DateTimeField(null=True)
    tries = models.PositiveSmallIntegerField(default=0)
    done_at = models.DateTimeField(null=True)

    class Meta:
        ordering: ClassVar = ["-pk"]
        default_permissions = ()
        indexes: ClassVar = [models.Index(fields=["next_at"], condition=Q(state="waiting"), name="mail_due")]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"
