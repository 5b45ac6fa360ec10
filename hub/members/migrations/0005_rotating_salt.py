"""Cards that rotate get a salt in place of their secret: `init` brings the feeds in line."""

import secrets

from django.db import migrations, models

AT_ONCE = 1_000
SALT_BYTES = 16


def give_salts(apps, _schema_editor):
    cards = apps.get_model("members", "Card").objects
    rotating = list(cards.filter(rotating_secret_encrypted__isnull=False).values_list("pk", flat=True))
    for start in range(0, len(rotating), AT_ONCE):
        some = list(cards.filter(pk__in=rotating[start : start + AT_ONCE]))
        for card in some:
            card.rotating_salt = secrets.token_bytes(SALT_BYTES)
        cards.bulk_update(some, ["rotating_salt"], batch_size=200)


class Migration(migrations.Migration):
    dependencies = [
        ("members", "0004_grants"),
    ]

    operations = [
        migrations.AddField("card", "rotating_salt", models.BinaryField(blank=True, max_length=16, null=True)),
        migrations.RunPython(give_salts, migrations.RunPython.noop),
        migrations.RemoveField("card", "rotating_secret_encrypted"),
    ]
