"""Workers' beats move here from the room that shows them: what is ordered of edges asks for them too."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("fleet", "0008_presence_journal_fault"), ("watch", "0001_initial")]

    operations = [
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.CreateModel(
                    name="WorkerBeat",
                    fields=[
                        ("name", models.CharField(max_length=32, primary_key=True, serialize=False)),
                        ("started_at", models.DateTimeField()),
                        ("beat_at", models.DateTimeField()),
                        ("connected", models.BooleanField()),
                    ],
                    options={"db_table": "watch_workerbeat"},
                )
            ]
        )
    ]
