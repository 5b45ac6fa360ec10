from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("members", "0009_permission_is_benefit")]

    operations = [
        migrations.AlterModelOptions(
            name="card",
            options={
                "ordering": ["-id"],
                "permissions": [("see_card_code", "Can see and print the codes of cards")],
            },
        ),
    ]
