"""Notes of what somebody said as they joined: those that stand keep saying that nobody is known."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("members", "0013_partner_may_be_said")]

    operations = [
        migrations.AddField(
            model_name=model, name="by_themselves", field=models.BooleanField(default=False)
        )
        for model in ("customernote", "companynote")
    ]
