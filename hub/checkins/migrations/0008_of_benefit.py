"""Of the check-ins that stand: which were to use up what is a benefit now."""

from django.db import migrations, models
from django.db.models import Q


def fill(apps, _schema_editor):
    permissions = apps.get_model("members", "Permission").objects
    is_one = Q(is_benefit=True) | Q(grants__limits__isnull=False)
    slugs = set(permissions.filter(is_one).values_list("slug", flat=True))
    asked = Q(counted=True) | Q(partner__isnull=False) | Q(permission__in=slugs)
    apps.get_model("checkins", "CheckIn").objects.filter(asked, mode="redeem").update(of_benefit=True)


class Migration(migrations.Migration):
    dependencies = [
        ("checkins", "0007_plans_and_hours"),
        ("members", "0009_permission_is_benefit"),
    ]

    operations = [
        migrations.AddField(
            model_name="checkin",
            name="of_benefit",
            field=models.BooleanField(db_default=False),
        ),
        migrations.RunPython(fill, migrations.RunPython.noop),
        migrations.AddIndex(
            model_name="checkin",
            index=models.Index(
                condition=Q(("of_benefit", True)),
                fields=["customer", "permission", "counts_at"],
                name="checkin_by_benefit",
            ),
        ),
    ]
