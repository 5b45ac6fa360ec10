from django.db import migrations, models
from django.db.models.deletion import SET_NULL


class Migration(migrations.Migration):
    dependencies = [("billing", "0001_initial")]

    operations = [
        migrations.AddField(
            model_name="refund",
            name="has_failed",
            field=models.BooleanField(default=False),
        ),
        migrations.AlterField(
            model_name="checkout",
            name="membership",
            field=models.ForeignKey(
                null=True, on_delete=SET_NULL, related_name="checkouts", to="members.membership"
            ),
        ),
    ]
