"""Workers' beats are the fleet's now; their table stays."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("watch", "0001_initial"), ("fleet", "0009_workers")]

    operations = [
        migrations.SeparateDatabaseAndState(state_operations=[migrations.DeleteModel(name="WorkerBeat")])
    ]
