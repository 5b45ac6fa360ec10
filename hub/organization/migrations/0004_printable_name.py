from django.db import migrations, models

import hub.printable


class Migration(migrations.Migration):

    dependencies = [
        ('organization', '0003_expiring_days'),
    ]

    operations = [
        migrations.AlterField(
            model_name='organization',
            name='name',
            field=models.CharField(blank=True, help_text='On cards, letters and pages.', max_length=100, validators=[hub.printable.printable], verbose_name='name'),
        ),
    ]
