from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('feed', '0002_history'),
    ]

    operations = [
        migrations.AddField(
            model_name='feed',
            name='rotating',
            field=models.BooleanField(default=False, verbose_name='rotating codes'),
        ),
    ]
