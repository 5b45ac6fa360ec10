from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('feed', '0003_rotating'),
    ]

    operations = [
        migrations.AddField(
            model_name='feed',
            name='horizon',
            field=models.BigIntegerField(db_default=0),
        ),
    ]
