"""Of the check-ins that stand: the plan of their membership, and the hours that figures are to be counted of."""

from datetime import UTC, timedelta

from django.db import migrations
from django.db.models import OuterRef, Subquery


def fill(apps, _schema_editor):
    checkins = apps.get_model("checkins", "CheckIn").objects
    memberships = apps.get_model("members", "Membership").objects
    plan = memberships.filter(pk=OuterRef("membership_id")).values("plan_id")[:1]
    checkins.filter(membership__isnull=False).update(plan_id=Subquery(plan))
    hours = apps.get_model("checkins", "TouchedHour").objects
    hours.bulk_create([hours.model(hour=each) for each in _hours(checkins)], batch_size=1_000)


def _hours(checkins):
    """One search of the index by time each."""
    by_time = checkins.order_by("at").values_list("at", flat=True)
    at = by_time.first()
    while at is not None:
        hour = at.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
        yield hour
        at = by_time.filter(at__gte=hour + timedelta(hours=1)).first()


def refuse_to_lose(apps, _schema_editor):
    """An older version has no room for a check-in without an edge."""
    made_here = apps.get_model("checkins", "CheckIn").objects.filter(edge=None).count()
    if made_here:
        raise RuntimeError(
            f"{made_here} check-ins were made at the hub itself, which an older version cannot hold: stay with this"
            " version, or restore a backup from before it"
        )


class Migration(migrations.Migration):
    dependencies = [("checkins", "0006_made_at_the_hub"), ("members", "0008_search_text")]

    operations = [migrations.RunPython(fill, refuse_to_lose)]
