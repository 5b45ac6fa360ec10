"""Benefits that anybody's phone may check in at one of their approved partners: none, until it is chosen."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("members", "0012_billed_memberships")]

    operations = [
        migrations.AddField(
            model_name="permission",
            name="partner_may_be_said",
            field=models.BooleanField(
                default=False,
                help_text=(
                    "At the approved partners, on any phone, without a link or a sign-in. Off: where they are known"
                    " alone."
                ),
                verbose_name="whoever scans may say that they are there",
            ),
        ),
    ]
