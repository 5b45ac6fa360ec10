"""What scans became: the check-ins that stand at the hub, how far each journal is in, and rows that could not be.

A check-in is a fact from an edge: it is never changed, and it outlives the customer and the membership it names
(no database constraint holds those). Nothing here knows the wire or the feed.
"""

from django.db import models


class CheckIn(models.Model):
    """One scan and what was decided. `number` rises roughly as check-ins arrive; `at` is when it happened."""

    number = models.BigAutoField(primary_key=True)
    checkin_id = models.BinaryField("id", max_length=16, unique=True)
    # The indexes below begin with edge and customer, so these need none of their own.
    edge = models.ForeignKey("fleet.Edge", on_delete=models.PROTECT, db_index=False, related_name="+")
    journal = models.BinaryField(max_length=16)
    sequence = models.BigIntegerField()
    at = models.DateTimeField("when")
    received_at = models.DateTimeField()
    reader = models.CharField(max_length=64)
    outcome = models.CharField(max_length=64)
    reason = models.CharField(max_length=64)
    detail = models.CharField(max_length=64, null=True)
    permission = models.CharField(max_length=64)
    mode = models.CharField(max_length=64)
    counted = models.BooleanField()
    code_hash = models.BinaryField(max_length=32)
    code_length = models.BigIntegerField()
    code_classes = models.CharField(max_length=64)
    customer = models.ForeignKey(
        "members.Customer",
        null=True,
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        db_index=False,
        related_name="+",
    )
    membership = models.ForeignKey(
        "members.Membership",
        null=True,
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        db_index=False,
        related_name="+",
    )
    remaining = models.BigIntegerField(null=True)
    feed = models.CharField(max_length=64, null=True)
    feed_epoch = models.BigIntegerField(null=True)
    feed_sequence = models.BigIntegerField(null=True)

    class Meta:
        verbose_name = "check-in"
        constraints = [
            models.UniqueConstraint(fields=["edge", "journal", "sequence"], name="checkin_once_a_journal"),
        ]
        indexes = [
            models.Index(fields=["-at", "-number"], name="checkin_by_time"),
            models.Index(fields=["customer", "-at"], name="checkin_by_customer"),
        ]

    def __str__(self) -> str:
        return f"{self.reader}: {self.outcome} ({self.reason})"


class JournalPosition(models.Model):
    """Every row of an edge's journal up to `upto` is committed: as a check-in or as a refused row."""

    edge = models.ForeignKey("fleet.Edge", on_delete=models.CASCADE, related_name="+")
    journal = models.BinaryField(max_length=16)
    upto = models.BigIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["edge", "journal"], name="position_once_a_journal")]


class RefusedRow(models.Model):
    """A journal row that can be no check-in, kept as it came, so that it blocks nothing and nothing is lost."""

    edge = models.ForeignKey("fleet.Edge", on_delete=models.PROTECT, related_name="+")
    journal = models.BinaryField(max_length=16)
    sequence = models.BigIntegerField()
    body = models.BinaryField()
    error = models.TextField()
    received_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["edge", "journal", "sequence"], name="refused_once_a_journal"),
        ]

    def __str__(self) -> str:
        return f"row {self.sequence}: {self.error}"
