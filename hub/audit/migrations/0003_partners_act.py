from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('audit', '0002_members_act'),
    ]

    operations = [
        migrations.AlterField(
            model_name='entry',
            name='actor_kind',
            field=models.CharField(choices=[('user', 'user'), ('token', 'token'), ('command', 'command'), ('edge', 'edge'), ('member', 'member'), ('partner', 'partner'), ('hub', 'hub')], max_length=8),
        ),
    ]
