import django.core.validators
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('organization', '0002_letters'),
    ]

    operations = [
        migrations.AddField(
            model_name='organization',
            name='expiring_days',
            field=models.PositiveSmallIntegerField(default=14, help_text='Its member gets a letter then, unless it renews by itself. 0: no such letters.', validators=[django.core.validators.MaxValueValidator(90)], verbose_name='days of notice before a membership ends'),
        ),
    ]
