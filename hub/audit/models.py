"""The audit log: who changed what of anybody's access, when, from what to what. Only operations.py writes it, in
the transaction of the change; nothing changes or deletes an entry but the erasure of somebody's personal data."""

from typing import ClassVar

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy

from hub.audit.acting import ActorKind


class Entry(models.Model):
    """One change of one thing. `before` and `after` hold the fields that changed, by name; None: it was not there
    before, or is not any more. The ids are of things that may be gone: the log outlives them."""

    number = models.BigAutoField(primary_key=True)
    at = models.DateTimeField("when", db_default=Now())
    """By the database's clock, as it was written."""
    actor_kind = models.CharField(max_length=8, choices=[(each.value, each.value) for each in ActorKind])
    actor = models.CharField("who", max_length=200)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    action = models.CharField(max_length=32)
    thing_kind = models.CharField(max_length=32)
    thing_id = models.BigIntegerField(null=True)
    thing = models.CharField("what", max_length=300)
    customer_id = models.BigIntegerField(null=True)
    company_id = models.BigIntegerField(null=True)
    before = models.JSONField(null=True, encoder=DjangoJSONEncoder)
    after = models.JSONField(null=True, encoder=DjangoJSONEncoder)

    class Meta:
        ordering: ClassVar = ["-number"]
        verbose_name = gettext_lazy("audit entry")
        verbose_name_plural = gettext_lazy("audit log")
        indexes: ClassVar = [
            models.Index(fields=["-at"], name="audit_by_time"),
            models.Index(fields=["customer_id", "-number"], name="audit_by_customer"),
            models.Index(fields=["company_id", "-number"], name="audit_by_company"),
            models.Index(fields=["thing_kind", "thing_id", "-number"], name="audit_by_thing"),
        ]

    def __str__(self) -> str:
        return f"{self.actor}: {self.action} {self.thing_kind} {self.thing}"
