"""Figures of benefits beside those of check-ins. Hours in which there were some are counted anew, and all days are
summed up anew, by other kinds."""

from datetime import UTC, timedelta

from django.db import migrations, models
from django.db.models import Q


def touch(apps, _schema_editor):
    """Hours with something of a benefit in them, and one of each day."""
    apps.get_model("reports", "Sum").objects.all().delete()
    figures = apps.get_model("reports", "HourlyFigure").objects.order_by("hour")
    of_benefits = apps.get_model("checkins", "CheckIn").objects.filter(of_benefit=True).order_by("at")
    _touch(apps, {*_hours(of_benefits), *_days(figures)})


def begin_anew(apps, _schema_editor):
    """An older version counts all of it again."""
    apps.get_model("reports", "Sum").objects.all().delete()
    apps.get_model("reports", "HourlyFigure").objects.all().delete()
    _touch(apps, set(_hours(apps.get_model("checkins", "CheckIn").objects.order_by("at"))))


def _touch(apps, hours):
    touched = apps.get_model("checkins", "TouchedHour")
    touched.objects.bulk_create([touched(hour=each) for each in sorted(hours)], batch_size=1_000)


def _hours(checkins):
    last = None
    for at in checkins.values_list("at", flat=True).iterator():
        hour = at.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
        if hour != last:
            yield hour
        last = hour


def _days(figures):
    hour = figures.values_list("hour", flat=True).first()
    while hour is not None:
        yield hour
        day = hour.astimezone(UTC).replace(hour=0)
        hour = figures.filter(hour__gte=day + timedelta(days=1)).values_list("hour", flat=True).first()


class Migration(migrations.Migration):
    dependencies = [
        ("checkins", "0008_of_benefit"),
        ("reports", "0003_sums"),
    ]

    operations = [
        migrations.RemoveField(model_name="hourlyfigure", name="counted"),
        migrations.RemoveField(model_name="sum", name="counted"),
        migrations.AlterField(model_name="sum", name="kind", field=models.CharField(max_length=32)),
        # Of which PostgreSQL's sums are integers.
        *(
            migrations.AlterField(model_name=model, name=name, field=models.IntegerField())
            for model, name in (("hourlyfigure", "count"), ("sum", "granted"), ("sum", "denied"))
        ),
        migrations.AddField(
            model_name="hourlyfigure", name="of_benefit", field=models.BooleanField(db_default=False)
        ),
        *(
            migrations.AddField(model_name=model, name=name, field=models.IntegerField(db_default=0))
            for model in ("hourlyfigure", "sum")
            for name in ("first", "excess", "voided")
        ),
        migrations.AddIndex(
            model_name="sum",
            index=models.Index(
                condition=Q(("partner__isnull", False)),
                fields=["kind", "partner", "period", "begins"],
                name="sum_by_partner",
            ),
        ),
        migrations.AddIndex(
            model_name="sum",
            index=models.Index(
                condition=Q(("site__isnull", False)),
                fields=["kind", "site", "period", "begins"],
                name="sum_by_site",
            ),
        ),
        migrations.RunPython(touch, begin_anew),
    ]
