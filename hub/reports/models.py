"""Check-ins counted by the hour, so that a year of them is read at once. Only rolling_operations.py writes them.

Each row can be counted anew from the check-ins, and is, whenever one of its hour comes late, is voided or undone.
"""

from django.db import models


class Figures(models.Model):
    """What may be asked for hangs on this; nothing is stored in it."""

    class Meta:
        managed = False
        default_permissions = ()
        permissions = [("view_figures", "Can view figures of check-ins and redemptions")]


class HourlyFigure(models.Model):
    """How many check-ins of `hour` (UTC) are alike in all that stands here down to `of_benefit`.

    `slot` begins with the hour, or with one of its quarters where the site's or the organization's clock is not
    whole hours from UTC. `count` is of those that stand; of them are `first`, somebody's first use of a benefit,
    `excess`, over a limit, and `said`, granted at a partner that whoever scanned only said to be at. `voided`
    stand no more.
    """

    hour = models.DateTimeField()
    slot = models.DateTimeField()
    site = models.CharField(max_length=64, null=True)
    edge_id = models.BigIntegerField(null=True)
    reader = models.CharField(max_length=64)
    permission = models.CharField(max_length=64)
    partner = models.CharField(max_length=64, null=True)
    plan_id = models.BigIntegerField(null=True)
    outcome = models.CharField(max_length=64)
    reason = models.CharField(max_length=64)
    of_benefit = models.BooleanField(db_default=False)
    count = models.IntegerField()
    first = models.IntegerField(db_default=0)
    excess = models.IntegerField(db_default=0)
    voided = models.IntegerField(db_default=0)
    said = models.IntegerField(db_default=0)

    class Meta:
        default_permissions = ()
        indexes = [models.Index(fields=["hour"], name="figure_by_hour")]


class Sum(models.Model):
    """Hourly figures of a day or a month (UTC, from `begins` on) by what one report asks: `kind`, of sums.KINDS.
    Of the fields below, those that the kind does not ask for are empty."""

    period = models.CharField(max_length=8)
    begins = models.DateTimeField()
    kind = models.CharField(max_length=32)
    slot = models.DateTimeField(null=True)
    site = models.CharField(max_length=64, null=True)
    edge_id = models.BigIntegerField(null=True)
    reader = models.CharField(max_length=64, null=True)
    permission = models.CharField(max_length=64, null=True)
    partner = models.CharField(max_length=64, null=True)
    plan_id = models.BigIntegerField(null=True)
    reason = models.CharField(max_length=64, null=True)
    granted = models.IntegerField()
    denied = models.IntegerField()
    first = models.IntegerField(db_default=0)
    excess = models.IntegerField(db_default=0)
    voided = models.IntegerField(db_default=0)
    said = models.IntegerField(db_default=0)

    class Meta:
        default_permissions = ()
        indexes = [
            models.Index(fields=["kind", "period", "begins"], name="sum_by_period"),
            # Of one site, or one partner.
            models.Index(
                fields=["kind", "site", "period", "begins"],
                name="sum_by_site",
                condition=models.Q(site__isnull=False),
            ),
            models.Index(
                fields=["kind", "partner", "period", "begins"],
                name="sum_by_partner",
                condition=models.Q(partner__isnull=False),
            ),
        ]


class Turn(models.Model):
    """Whoever holds this one row rolls up; others pass."""

    class Meta:
        default_permissions = ()
