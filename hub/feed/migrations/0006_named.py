import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("feed", "0005_epoch_asked")]

    operations = [
        migrations.AddField(
            "feed", "with_names", models.BooleanField("names", db_default=True, default=True)
        ),
        migrations.AddField(
            "feed", "all_holders", models.BooleanField("everybody", db_default=True, default=True)
        ),
        migrations.AddField(
            "feed", "all_permissions", models.BooleanField("all permissions", db_default=True, default=True)
        ),
        migrations.CreateModel(
            "Assignment",
            [
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "feed", "what", "key", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "what",
                    models.CharField(
                        choices=[("holder", "Holder"), ("permission", "Permission"), ("area", "Area")],
                        max_length=16,
                    ),
                ),
                ("key", models.BinaryField(max_length=64)),
                (
                    "feed",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="assignments",
                        to="feed.feed",
                    ),
                ),
            ],
        ),
        migrations.AddIndex(
            "feedrow",
            models.Index(condition=models.Q(("kind__in", [1, 3])), fields=["feed", "ref"], name="feed_row_by_ref"),
        ),
    ]
