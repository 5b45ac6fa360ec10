from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('organization', '0004_printable_name'),
    ]

    operations = [
        migrations.AddField(
            model_name='organization',
            name='members_set_photo',
            field=models.BooleanField(default=False, help_text='Off: staff alone set it. Partners know members by it.', verbose_name='members choose their photo themselves'),
        ),
    ]
