"""Of a check-in, whether its partner was only said. None was before this."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("checkins", "0008_of_benefit")]

    operations = [
        migrations.AddField(
            model_name="checkin",
            name="partner_said",
            field=models.BooleanField(db_default=False, verbose_name="partner only said"),
        ),
    ]
