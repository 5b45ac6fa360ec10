"""Reservations belong to an edge. They last a minute: those that stand now are dropped, and asked for again."""

from django.db import migrations, models


def drop_all(apps, _schema_editor):
    apps.get_model("reservations", "Reservation").objects.all().delete()


class Migration(migrations.Migration):
    dependencies = [
        ("reservations", "0001_initial"),
    ]

    operations = [
        migrations.RunPython(drop_all, migrations.RunPython.noop),
        migrations.AddField("reservation", "edge_id", models.BigIntegerField(default=0), preserve_default=False),
        migrations.AlterField("reservation", "checkin_id", models.BinaryField(max_length=16)),
        migrations.AddConstraint(
            "reservation",
            models.UniqueConstraint(fields=("edge_id", "checkin_id"), name="reservation_once_an_edge"),
        ),
    ]
