from django.db import migrations


def forget(apps, schema_editor):
    """The version before kept the answer without its ETag: it cannot be answered again."""
    apps.get_model("api", "KeptAnswer").objects.using(schema_editor.connection.alias).all().delete()


class Migration(migrations.Migration):

    dependencies = [
        ('api', '0002_delete_spent'),
    ]

    operations = [
        migrations.RunPython(forget, migrations.RunPython.noop),
    ]
