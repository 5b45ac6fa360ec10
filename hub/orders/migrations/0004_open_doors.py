from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("orders", "0003_orders_that_are_waited_for")]

    operations = [
        migrations.AlterModelOptions(
            name="modeorder",
            options={
                "ordering": ["-since", "-id"],
                "permissions": [
                    ("set_mode", "Can lock down, and end what is set by hand"),
                    ("open_doors", "Can set everything else by hand, as doors that stand open"),
                ],
            },
        ),
    ]
