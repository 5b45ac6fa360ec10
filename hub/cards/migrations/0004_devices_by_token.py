from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('cards', '0003_wallet_passes'),
    ]

    operations = [
        migrations.AlterField(
            model_name='device',
            name='library_id',
            field=models.CharField(max_length=100),
        ),
        migrations.AddConstraint(
            model_name='device',
            constraint=models.UniqueConstraint(fields=('library_id', 'push_token'), name='device_once'),
        ),
    ]
