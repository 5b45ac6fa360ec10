import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("checkins", "0003_counts_at"),
        ("fleet", "0005_edge_presence"),
    ]

    operations = [
        migrations.CreateModel(
            name="LostRange",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("journal", models.BinaryField(max_length=16)),
                ("lost_id", models.BinaryField(max_length=16, null=True, unique=True)),
                ("first", models.BigIntegerField(null=True, verbose_name="from row")),
                ("last", models.BigIntegerField(null=True, verbose_name="to row")),
                ("from_at", models.DateTimeField(null=True, verbose_name="from")),
                ("upto_at", models.DateTimeField(null=True, verbose_name="until")),
                ("count", models.BigIntegerField(null=True, verbose_name="check-ins")),
                ("why", models.CharField(max_length=64)),
                ("noticed_at", models.DateTimeField(verbose_name="noticed")),
                (
                    "edge",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="fleet.edge"
                    ),
                ),
            ],
            options={
                "verbose_name": "lost range",
                "constraints": [
                    models.UniqueConstraint(fields=("edge", "journal", "first"), name="lost_once_a_journal")
                ],
            },
        ),
    ]
