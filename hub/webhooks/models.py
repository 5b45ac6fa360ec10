"""Who is told of what happens, what has happened, and what became of telling it. Only the files of operations
beside this one, and collecting.py with what it calls, write them.

The queue is these tables: a worker that dies leaves it as it is. No names, addresses or codes are in it.
"""

from datetime import datetime
from typing import ClassVar
from urllib.parse import urlsplit

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

URL_LETTERS_MAX = 500
NAME_LETTERS_MAX = 100


class Endpoint(models.Model):
    """An address that is told. `failing_since` and `failures`: since it last took something.

    Its address never changes (it may hold a token, and would need checking anew): another is another endpoint.
    `missed`: events that nobody queued for it, since its queue was full.
    """

    class Why(models.TextChoices):
        STAFF = "staff", _("switched off by hand")
        FAILING = "failing", _("switched off: it took nothing for 5 days")
        GONE = "gone", _("switched off: it answered that it is gone (410)")

    AUDIT_HIDDEN = ("url", "failing_since", "failures", "missed")

    name = models.CharField(_("name"), max_length=NAME_LETTERS_MAX)
    url = models.CharField(_("address"), max_length=URL_LETTERS_MAX)
    event_types = models.JSONField(_("events"), default=list)
    with_personal_data = models.BooleanField(_("names and e-mail addresses"), default=False)
    allow_private = models.BooleanField(_("in our own network"), default=False)
    salt = models.BinaryField(max_length=16)
    secret_encrypted = models.BinaryField(max_length=256)
    old_secret_encrypted = models.BinaryField(max_length=256, null=True)
    old_secret_until = models.DateTimeField(null=True)
    created_at = models.DateTimeField()
    disabled_at = models.DateTimeField(null=True)
    disabled_why = models.CharField(max_length=8, choices=Why.choices, blank=True, default="")
    failing_since = models.DateTimeField(null=True)
    failures = models.PositiveIntegerField(default=0)
    missed = models.PositiveIntegerField(default=0)

    class Meta:
        ordering: ClassVar = ["name", "id"]
        verbose_name = _("webhook endpoint")

    def __str__(self) -> str:
        return f"{self.name} at {self.host}"

    @property
    def host(self) -> str:
        """What may be shown and logged of the address: what stands behind it may be a token."""
        return urlsplit(self.url).hostname or ""

    def old_secret_counts(self, at: datetime) -> bool:
        return self.old_secret_until is not None and at < self.old_secret_until


class Event(models.Model):
    """Something that happened, as it is told: `event_id` follows from what it is of, so that it is told once."""

    event_id = models.CharField(max_length=40, unique=True)
    type = models.CharField(max_length=32)
    at = models.DateTimeField("when")
    data = models.JSONField()
    queued_at = models.DateTimeField(db_index=True)

    class Meta:
        ordering: ClassVar = ["-id"]

    def __str__(self) -> str:
        return f"{self.type} {self.event_id}"


class Delivery(models.Model):
    """One event for one endpoint. `attempts` counts those begun; who sends it holds it until `leased_until`."""

    class State(models.TextChoices):
        WAITING = "waiting", _("waiting")
        DELIVERED = "delivered", _("delivered")
        FAILED = "failed", _("failed")

    endpoint = models.ForeignKey(Endpoint, models.CASCADE, related_name="deliveries", db_index=False)
    event = models.ForeignKey(Event, models.CASCADE, related_name="deliveries")
    state = models.CharField(max_length=12, choices=State.choices, default=State.WAITING)
    attempts = models.PositiveSmallIntegerField(default=0)
    next_at = models.DateTimeField()
    leased_until = models.DateTimeField(null=True)
    tried_at = models.DateTimeField(null=True)
    code = models.PositiveSmallIntegerField(null=True)
    error = models.CharField(max_length=32, blank=True, default="")
    answer = models.TextField(blank=True, default="")

    class Meta:
        ordering: ClassVar = ["-id"]
        verbose_name_plural = "deliveries"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["endpoint", "event"], name="delivery_once_an_endpoint")
        ]
        indexes: ClassVar = [
            models.Index(fields=["endpoint", "next_at"], condition=Q(state="waiting"), name="delivery_due"),
            models.Index(fields=["endpoint", "state", "-id"], name="delivery_by_state"),
        ]

    def __str__(self) -> str:
        return f"{self.event} to {self.endpoint}"


class Progress(models.Model):
    """How far the hub's own records have been read, in one row: who reads on holds it. What was before `began_at`
    is not told. `filled_upto`: memberships up to this one have a deadline; None: all have."""

    began_at = models.DateTimeField()
    audit_upto = models.BigIntegerField()
    checkins_upto = models.BigIntegerField()
    filled_upto = models.BigIntegerField(null=True)
    pruned_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"entries up to {self.audit_upto}, check-ins up to {self.checkins_upto}"


class Deadline(models.Model):
    """When a membership expires by itself as it stands (contract.membership.expires_at), kept by following every
    change of it; None: never. `over`: it has, and nobody need be told any more. `set_by`: the audit entry.

    `frozen`: it was told of as frozen. `look_at`: when to see whether it is, or goes on (freezes.py); None: never.
    """

    membership_id = models.BigIntegerField(primary_key=True)
    at = models.DateTimeField(null=True)
    over = models.BooleanField()
    set_by = models.BigIntegerField()
    frozen = models.BooleanField(default=False)
    look_at = models.DateTimeField(null=True)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["at"], condition=Q(over=False), name="deadline_due"),
            models.Index(fields=["look_at"], condition=Q(look_at__isnull=False), name="deadline_look"),
        ]

    def __str__(self) -> str:
        return f"membership {self.membership_id}: {self.at}"


class EdgeAway(models.Model):
    """An edge that was out of reach for long enough, and has not come back. `told`: somebody heard of it."""

    edge = models.OneToOneField("fleet.Edge", models.CASCADE, primary_key=True, related_name="+")
    since = models.DateTimeField()
    told = models.BooleanField()

    def __str__(self) -> str:
        return f"{self.edge} since {self.since}"
