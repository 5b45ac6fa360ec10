"""Doors as edges tell of them, with their alarms."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("watch", "0002_workers")]

    operations = [migrations.AddField("edgetelemetry", "doors", models.JSONField(default=list))]
