"""Of figures, how many were at a partner that was only said. None was before this, so what is counted stands."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("checkins", "0009_partner_said"), ("reports", "0004_benefits")]

    operations = [
        migrations.AddField(model_name=model, name="said", field=models.IntegerField(db_default=0))
        for model in ("hourlyfigure", "sum")
    ]
