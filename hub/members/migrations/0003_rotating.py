from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('members', '0002_membership_status'),
    ]

    operations = [
        migrations.AddField(
            model_name='card',
            name='rotating_secret_encrypted',
            field=models.BinaryField(blank=True, max_length=64, null=True),
        ),
    ]
