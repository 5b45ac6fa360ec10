"""The epoch of orders that began with an enrolment: the same request again gets the same."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("enrolment", "0002_used_at")]

    operations = [migrations.AddField("enrolmentcode", "orders_epoch", models.BigIntegerField(null=True))]
