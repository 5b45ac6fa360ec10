from typing import Any

from django.db import migrations

import hub.members.folding

_AT_ONCE = 1_000


def fill(apps: Any, schema_editor: Any) -> None:
    """As what is written from now on has it."""
    for name in ("Company", "Customer"):
        model = apps.get_model("members", name)
        last = 0
        while things := list(model.objects.filter(pk__gt=last).order_by("pk")[:_AT_ONCE]):
            for thing in things:
                model._meta.get_field("search_text").pre_save(thing, add=False)
            model.objects.bulk_update(things, ["search_text"], batch_size=200)
            last = things[-1].pk


class Migration(migrations.Migration):
    dependencies = [("members", "0007_more_permissions")]

    operations = [
        migrations.AddField(
            model_name="company",
            name="search_text",
            field=hub.members.folding.SearchTextField(
                "email", "phone", "external_id", blank=True, default="", editable=False
            ),
        ),
        migrations.AddField(
            model_name="customer",
            name="search_text",
            field=hub.members.folding.SearchTextField(
                "email", "phone", "external_id", blank=True, default="", editable=False
            ),
        ),
        migrations.RunPython(fill, migrations.RunPython.noop),
    ]
