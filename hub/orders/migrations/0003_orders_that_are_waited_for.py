"""Since when an edge is to hear its modes, and which configurations were gone back from."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("orders", "0002_modes_that_stand")]

    operations = [
        migrations.AddField("edgemodes", "ordered_at", models.DateTimeField(null=True)),
        migrations.AddField("configuration", "left_at", models.DateTimeField(null=True)),
    ]
