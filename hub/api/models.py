"""Tokens of the API, and what was answered under an idempotency key.

Only token_operations.py and idempotency.py beside this file write them.
"""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy

from hub.members.validators import printable

NAME_MAX = 100


class ApiToken(models.Model):
    """A secret of which only the hash is kept. `shown` is how it begins: by it people and logs know it again."""

    AUDIT_HIDDEN: ClassVar = ("last_used_at", "shown")

    name = models.CharField(max_length=NAME_MAX, unique=True, validators=[printable])
    shown = models.CharField(max_length=16, db_index=True)
    hash = models.BinaryField(max_length=32)
    scopes = models.JSONField(default=list)
    created_at = models.DateTimeField("made")
    expires_at = models.DateTimeField(gettext_lazy("valid until"))
    last_used_at = models.DateTimeField(gettext_lazy("last used"), null=True, blank=True)
    """Written at most once a minute."""
    revoked_at = models.DateTimeField("revoked", null=True, blank=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )

    class Meta:
        ordering: ClassVar = ["-created_at", "-id"]
        verbose_name = gettext_lazy("API token")

    def __str__(self) -> str:
        return self.name


class KeptAnswer(models.Model):
    """What was answered to a POST with an Idempotency-Key. It may hold a card's code, so it is encrypted."""

    token = models.ForeignKey(ApiToken, models.CASCADE, related_name="+")
    key_hash = models.BinaryField(max_length=32)
    request_hash = models.BinaryField(max_length=32)
    status = models.PositiveSmallIntegerField(default=0)
    answer = models.BinaryField(default=b"")
    at = models.DateTimeField(db_index=True)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["token", "key_hash"], name="answered_once")]
