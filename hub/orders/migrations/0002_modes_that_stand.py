"""Which modes stand at an edge, as it says: between an order and its edge lies the network."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("orders", "0001_initial")]

    operations = [
        migrations.AddField("reportedstate", "mode_edge", models.CharField(max_length=16, null=True)),
        migrations.AddField("reportedstate", "mode_readers", models.JSONField(default=dict)),
    ]
