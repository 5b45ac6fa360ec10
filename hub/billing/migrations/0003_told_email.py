from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("billing", "0002_checkouts_of_nobody")]

    operations = [
        migrations.AddField(
            model_name="billingaccount",
            name="told_email",
            field=models.EmailField(blank=True, default="", max_length=254),
        ),
    ]
