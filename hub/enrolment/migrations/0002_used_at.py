"""When a code was used: who comes later is told so."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("enrolment", "0001_initial")]

    operations = [migrations.AddField("enrolmentcode", "used_at", models.DateTimeField(null=True))]
