"""What scans became: the check-ins that stand at the hub, how far each journal is in, and rows that could not be.

Those made at the hub itself have no edge: their journal is the hub's own, and `reader` says where (places.py).

What an edge said of a check-in is never changed, and it outlives the customer and the membership it names (no
database constraint holds those). Beside it stands what the hub has found since: whether it was over a limit,
whether it was voided, and whether it is in the feed as a use. Nothing here knows the wire or the feed.
"""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from contract.reasons import Outcome


def _named(model: str) -> models.ForeignKey:
    """Of something that may be gone, or may never have been here."""
    return models.ForeignKey(
        model, null=True, on_delete=models.DO_NOTHING, db_constraint=False, db_index=False, related_name="+"
    )


class CheckIn(models.Model):
    """One scan and what was decided. `number` rises roughly as check-ins arrive; `at` is when it happened.

    `policy`, `circumstances` and `own_uses` are packed: content.py reads them. Everything from `counts_at` on is
    the hub's own; that is the instant by which it counts, `at` itself unless the edge's clock runs ahead.
    """

    number = models.BigAutoField(primary_key=True)
    checkin_id = models.BinaryField("id", max_length=16, unique=True)
    # The indexes below begin with edge and customer, so these need none of their own.
    edge = models.ForeignKey("fleet.Edge", null=True, on_delete=models.PROTECT, db_index=False, related_name="+")
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
    customer = _named("members.Customer")
    membership = _named("members.Membership")
    company = _named("members.Company")
    remaining = models.BigIntegerField(null=True)
    feed = models.CharField(max_length=64, null=True)
    feed_epoch = models.BigIntegerField(null=True)
    feed_sequence = models.BigIntegerField(null=True)
    policy = models.BinaryField(db_default=b"\xa0")
    circumstances = models.BinaryField(db_default=b"\xa0")
    own_uses = models.BinaryField(db_default=b"")
    inside_already = models.BooleanField(gettext_lazy("inside already"), db_default=False)
    step = models.BigIntegerField(null=True)
    partner = models.CharField(max_length=64, null=True)
    partner_said = models.BooleanField(gettext_lazy("partner only said"), db_default=False)
    """Whoever scanned, whom nobody knows, said that they were there."""
    site = models.CharField(max_length=64, null=True)

    counts_at = models.DateTimeField(gettext_lazy("counts from"))
    plan = _named("members.Plan")
    """That of the membership when it came in."""
    hub_site = _named("fleet.Site")
    """Where it was made without an edge."""
    checked_in_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, db_index=False, related_name="+"
    )
    over_limit = models.BooleanField(gettext_lazy("over the limit"), db_default=False)
    voided_at = models.DateTimeField("voided", null=True)
    void_reason = models.CharField(gettext_lazy("why it was voided"), max_length=200, db_default="")
    voided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, db_index=False, related_name="+"
    )
    undone = models.BooleanField(gettext_lazy("undone at the reader"), db_default=False)
    of_benefit = models.BooleanField(db_default=False)
    """Whether it was to use a benefit up, by what was known when it came in (benefits.py)."""
    is_use = models.BooleanField(db_default=False)
    is_pool_use = models.BooleanField(db_default=False)

    class Meta:
        verbose_name = "check-in"
        permissions = [
            ("void_checkin", gettext_lazy("Can void check-ins")),
            ("add_desk_checkin", gettext_lazy("Can check members in at the desk")),
        ]
        constraints = [
            models.UniqueConstraint(fields=["edge", "journal", "sequence"], name="checkin_once_a_journal"),
            # Where there is no edge the one above holds nothing.
            models.UniqueConstraint(
                fields=["journal", "sequence"], name="checkin_once_at_the_hub", condition=Q(edge__isnull=True)
            ),
        ]
        indexes = [
            models.Index(fields=["-at", "-number"], name="checkin_by_time"),
            models.Index(fields=["customer", "-at"], name="checkin_by_customer"),
            models.Index(
                fields=["company", "permission", "counts_at"],
                name="checkin_by_company",
                condition=Q(counted=True, company__isnull=False),
            ),
            models.Index(fields=["permission", "counts_at"], name="checkin_in_the_feed", condition=Q(is_use=True)),
            models.Index(
                fields=["permission", "counts_at"],
                name="checkin_out_of_the_feed",
                condition=Q(counted=True, is_use=False),
            ),
            models.Index(fields=["-at"], name="checkin_over_limit", condition=Q(over_limit=True)),
            models.Index(
                fields=["customer", "permission", "counts_at"],
                name="checkin_by_benefit",
                condition=Q(of_benefit=True),
            ),
            # Of lists by one of these, the newest first.
            models.Index(fields=["site", "-at", "-number"], name="checkin_by_site"),
            models.Index(fields=["edge", "reader", "-at", "-number"], name="checkin_by_reader"),
            models.Index(fields=["permission", "-at", "-number"], name="checkin_by_permission"),
            models.Index(
                fields=["partner", "-at", "-number"], name="checkin_by_partner", condition=Q(partner__isnull=False)
            ),
            models.Index(
                fields=["-at", "-number"], name="checkin_denied", condition=Q(outcome=Outcome.DENIED.value)
            ),
            models.Index(
                fields=["reason", "-at", "-number"],
                name="checkin_by_reason",
                condition=Q(outcome=Outcome.DENIED.value),
            ),
        ]

    def __str__(self) -> str:
        why = "" if self.reason == self.outcome else f" ({self.reason.replace('_', ' ')})"
        return f"{self.reader}: {self.outcome}{why}"


class HubJournal(models.Model):
    """The hub's own journal: one row, and the last check-in that was made without an edge."""

    journal = models.BinaryField(max_length=16)
    sequence = models.BigIntegerField(default=0)


class TouchedHour(models.Model):
    """In this hour (UTC) check-ins came, or were voided: whoever keeps figures counts it anew, and takes the row.

    Rows are only added: one that stands already may just be taken by somebody who cannot see this change yet.
    """

    hour = models.DateTimeField()


class EarlyVoid(models.Model):
    """A void that came before its check-in: remembered until that comes. Its place is that of its journal row."""

    edge = models.ForeignKey("fleet.Edge", on_delete=models.CASCADE, db_index=False, related_name="+")
    journal = models.BinaryField(max_length=16)
    sequence = models.BigIntegerField()
    checkin_id = models.BinaryField(max_length=16, db_index=True)
    reader = models.CharField(max_length=64)
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["edge", "journal", "sequence"], name="early_void_once_a_journal"),
        ]


class JournalPosition(models.Model):
    """Every row of an edge's journal up to `upto` is committed: as a check-in, a void, refused, or lost."""

    edge = models.ForeignKey("fleet.Edge", on_delete=models.CASCADE, related_name="+")
    journal = models.BinaryField(max_length=16)
    upto = models.BigIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["edge", "journal"], name="position_once_a_journal")]


class LostRange(models.Model):
    """What an edge made and the hub will never see: rows `first` to `last` that left its journal, or about `count`
    (NULL: nobody knows) that it could not keep, made between `from_at` and `upto_at`: it told so by `lost_id`."""

    edge = models.ForeignKey("fleet.Edge", on_delete=models.PROTECT, related_name="+")
    journal = models.BinaryField(max_length=16)
    lost_id = models.BinaryField(max_length=16, null=True, unique=True)
    first = models.BigIntegerField(gettext_lazy("from row"), null=True)
    last = models.BigIntegerField(gettext_lazy("to row"), null=True)
    from_at = models.DateTimeField("from", null=True)
    upto_at = models.DateTimeField("until", null=True)
    count = models.BigIntegerField("check-ins", null=True)
    why = models.CharField(max_length=64)
    noticed_at = models.DateTimeField("noticed")

    class Meta:
        verbose_name = gettext_lazy("lost range")
        constraints = [
            models.UniqueConstraint(fields=["edge", "journal", "first"], name="lost_once_a_journal"),
        ]

    def __str__(self) -> str:
        return f"{self.edge}: {self.count or 'some'} lost"


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
        return _("row %(sequence)s: %(error)s") % {"sequence": self.sequence, "error": self.error}
