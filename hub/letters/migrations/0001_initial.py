import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('members', '0010_see_card_code'),
    ]

    operations = [
        migrations.CreateModel(
            name='Progress',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('checkins_upto', models.BigIntegerField()),
                ('looked_at', models.DateTimeField(null=True)),
                ('memberships_upto', models.BigIntegerField(null=True)),
            ],
            options={
                'default_permissions': (),
            },
        ),
        migrations.CreateModel(
            name='LetterWishes',
            fields=[
                ('customer', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='letter_wishes', serialize=False, to='members.customer')),
                ('expiring', models.BooleanField(default=True, verbose_name='a letter before a membership ends')),
                ('receipts', models.BooleanField(default=False, verbose_name='a receipt of each redemption')),
            ],
            options={
                'default_permissions': (),
                'indexes': [models.Index(condition=models.Q(('receipts', True)), fields=['customer'], name='wants_receipts')],
            },
        ),
        migrations.CreateModel(
            name='EndTold',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('ends_at', models.DateTimeField()),
                ('membership', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='members.membership')),
            ],
            options={
                'default_permissions': (),
                'constraints': [models.UniqueConstraint(fields=('membership', 'ends_at'), name='told_once_of_an_end')],
            },
        ),
    ]
