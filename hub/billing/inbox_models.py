"""What providers told of, waiting to be looked at; how far they were followed. Only event_operations.py and
look_operations.py write it."""

from django.db import models
from django.db.models import Q

from hub.billing.seen import About

_REFERENCE_LETTERS = 255


class ProviderEvent(models.Model):
    """Something has happened to the thing of this reference: reason to ask, and no more. Each is kept once."""

    provider = models.CharField(max_length=16)
    event_id = models.CharField(max_length=_REFERENCE_LETTERS)
    about = models.CharField(max_length=16, choices=[(each.value, each.value) for each in About])
    reference = models.CharField(max_length=_REFERENCE_LETTERS)
    happened_at = models.DateTimeField()
    came_at = models.DateTimeField()
    next_at = models.DateTimeField()
    tries = models.PositiveSmallIntegerField(default=0)
    done_at = models.DateTimeField(null=True)
    error = models.CharField(max_length=64, blank=True, default="")

    class Meta:
        ordering = ["pk"]
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["provider", "event_id"], name="provider_event_once")]
        indexes = [models.Index(fields=["next_at"], condition=Q(done_at=None), name="provider_event_due")]

    def __str__(self) -> str:
        return f"{self.provider} {self.event_id}"


class Look(models.Model):
    """How often a provider was asked about a thing, and which asking's answer was applied last: an answer to an
    earlier one comes too late, whatever it says."""

    provider = models.CharField(max_length=16)
    about = models.CharField(max_length=16)
    reference = models.CharField(max_length=_REFERENCE_LETTERS)
    asked = models.PositiveIntegerField(default=0)
    applied = models.PositiveIntegerField(default=0)

    class Meta:
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["provider", "about", "reference"], name="look_once")]

    def __str__(self) -> str:
        return f"{self.provider} {self.about} {self.reference}"


class Progress(models.Model):
    """How far a provider's events were read over, and when all open subscriptions were last asked about."""

    provider = models.CharField(max_length=16, primary_key=True)
    events_until = models.DateTimeField(null=True)
    read_at = models.DateTimeField(null=True)
    swept_at = models.DateTimeField(null=True)

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return self.provider
