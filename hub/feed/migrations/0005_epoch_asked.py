from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("feed", "0004_horizon")]

    operations = [
        migrations.AddField("epoch", "asked_by", models.CharField(db_default="", max_length=32)),
        migrations.AddField("epoch", "began_at", models.DateTimeField(null=True)),
    ]
