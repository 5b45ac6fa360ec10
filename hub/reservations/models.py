"""Answers to questions for confirmation, and what they hold free. Only operations.py beside this file writes them.

Knows ids and instants alone: customers, memberships and edges are other apps' things.
"""

from django.db import models


class Reservation(models.Model):
    """What was answered about a check-in that has not come in yet. Where it `holds`, one use is kept free for it
    until `lapses_at`. It is the edge's that asked: another one's check-in under the same id is another check-in.
    `asked` is the SHA-256 of what was asked, so that the same id with other content shows; `membership_id` is the
    one that grants."""

    edge_id = models.BigIntegerField()
    checkin_id = models.BinaryField(max_length=16)
    asked = models.BinaryField(max_length=32)
    lapses_at = models.DateTimeField()
    outcome = models.CharField(max_length=64)
    reason = models.CharField(max_length=64)
    remaining = models.BigIntegerField(null=True)
    next_available_at = models.DateTimeField(null=True)
    holds = models.BooleanField()
    occurred_at = models.DateTimeField()
    permission = models.CharField(max_length=64)
    customer_id = models.BigIntegerField(null=True)
    membership_id = models.BigIntegerField(null=True)
    company_id = models.BigIntegerField(null=True)
    partner = models.CharField(max_length=32, null=True)
    site = models.CharField(max_length=32, null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["edge_id", "checkin_id"], name="reservation_once_an_edge")]
        indexes = [models.Index(fields=["lapses_at"], name="reservation_by_lapse")]

    def __str__(self) -> str:
        return f"{self.permission}: {self.outcome} ({self.reason})"
