import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import hub.members.validators


class Migration(migrations.Migration):

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ('partners', '0002_names_by_example'),
    ]

    operations = [
        migrations.CreateModel(
            name='PartnerLink',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('label', models.CharField(help_text='Where it is used, as in bar phone.', max_length=100, validators=[hub.members.validators.printable])),
                ('secret_hash', models.BinaryField(max_length=32, unique=True)),
                ('made_at', models.DateTimeField()),
                ('last_used_at', models.DateTimeField(null=True)),
                ('revoked_at', models.DateTimeField(null=True)),
                ('partner', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='links', to='partners.partner')),
            ],
            options={
                'ordering': ['-pk'],
                'default_permissions': (),
            },
        ),
        migrations.CreateModel(
            name='PartnerUser',
            fields=[
                ('user', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='partner_user', serialize=False, to=settings.AUTH_USER_MODEL)),
                ('partner', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='users', to='partners.partner')),
            ],
            options={
                'verbose_name': "partner's user",
                'permissions': [('redeem_here', 'Can check members in at their own partner'), ('view_own_figures', 'Can view figures of their own partner')],
                'default_permissions': (),
            },
        ),
    ]
