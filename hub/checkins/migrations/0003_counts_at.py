"""From when check-ins count, apart from when edges say that they happened; and a flag for what was undone at a reader.

The rows of feeds stay as they are: what is dated ahead in them goes with its void, or with a reset.
"""

from datetime import timedelta

from django.db import migrations, models
from django.db.models import F, Q

AHEAD_MAX = timedelta(minutes=5)


def fill(apps, _schema_editor):
    checkins = apps.get_model("checkins", "CheckIn").objects
    checkins.update(counts_at=F("at"))
    checkins.filter(at__gt=F("received_at") + AHEAD_MAX).update(counts_at=F("received_at"))
    checkins.filter(void_reason="undone at the reader", voided_by=None).update(undone=True)


class Migration(migrations.Migration):
    dependencies = [
        ("checkins", "0002_voids_and_limits"),
    ]

    operations = [
        migrations.RemoveIndex("checkin", "checkin_by_company"),
        migrations.RemoveIndex("checkin", "checkin_in_the_feed"),
        migrations.RemoveIndex("checkin", "checkin_out_of_the_feed"),
        migrations.AddField("checkin", "counts_at", models.DateTimeField(null=True, verbose_name="counts from")),
        migrations.AddField(
            "checkin", "undone", models.BooleanField(db_default=False, verbose_name="undone at the reader")
        ),
        migrations.RunPython(fill, migrations.RunPython.noop),
        migrations.AlterField("checkin", "counts_at", models.DateTimeField(verbose_name="counts from")),
        migrations.AddIndex(
            "checkin",
            models.Index(
                condition=Q(("company__isnull", False), ("counted", True)),
                fields=["company", "permission", "counts_at"],
                name="checkin_by_company",
            ),
        ),
        migrations.AddIndex(
            "checkin",
            models.Index(
                condition=Q(("is_use", True)), fields=["permission", "counts_at"], name="checkin_in_the_feed"
            ),
        ),
        migrations.AddIndex(
            "checkin",
            models.Index(
                condition=Q(("counted", True), ("is_use", False)),
                fields=["permission", "counts_at"],
                name="checkin_out_of_the_feed",
            ),
        ),
    ]
