from datetime import timedelta

from django.db import migrations, models


def touch_each_day(apps, _schema_editor):
    """So that the worker sums up what is counted already."""
    figures = apps.get_model("reports", "HourlyFigure").objects.order_by("hour")
    touched = apps.get_model("checkins", "TouchedHour")
    first = figures.first()
    while first is not None:
        touched.objects.create(hour=first.hour)
        day = first.hour.replace(hour=0)
        first = figures.filter(hour__gte=day + timedelta(days=1)).first()


class Migration(migrations.Migration):
    dependencies = [
        ("checkins", "0007_plans_and_hours"),
        ("reports", "0002_hourly_figures"),
    ]

    operations = [
        migrations.CreateModel(
            name="Sum",
            fields=[
                (
                    "id",
                    models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID"),
                ),
                ("period", models.CharField(max_length=8)),
                ("begins", models.DateTimeField()),
                ("kind", models.CharField(max_length=16)),
                ("slot", models.DateTimeField(null=True)),
                ("site", models.CharField(max_length=64, null=True)),
                ("edge_id", models.BigIntegerField(null=True)),
                ("reader", models.CharField(max_length=64, null=True)),
                ("permission", models.CharField(max_length=64, null=True)),
                ("partner", models.CharField(max_length=64, null=True)),
                ("plan_id", models.BigIntegerField(null=True)),
                ("reason", models.CharField(max_length=64, null=True)),
                ("counted", models.BooleanField(null=True)),
                ("granted", models.BigIntegerField()),
                ("denied", models.BigIntegerField()),
            ],
            options={
                "default_permissions": (),
                "indexes": [models.Index(fields=["kind", "period", "begins"], name="sum_by_period")],
            },
        ),
        migrations.RunPython(touch_each_day, migrations.RunPython.noop),
    ]
