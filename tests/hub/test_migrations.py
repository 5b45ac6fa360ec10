"""Every app's migrations: from nothing to this version, back to nothing and forward again; with data, too."""

from collections.abc import Iterator

import pytest
from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.loader import MigrationLoader
from django.db.models.functions import Now

from hub.api.models import KeptAnswer
from hub.feed import queries as feeds
from hub.feed.operations import EVERYONE
from hub.members.models import Customer, Freeze
from hub.orders.models import ModeOrder
from hub.webhooks.models import Deadline
from tests.hub import people
from tests.hub.api_client import Api
from tests.hub.conftest import Database, run_hub
from tests.hub.scans import small_club

pytestmark = pytest.mark.timeout(400)
"""Each goes through all of them twice."""

PREVIOUS = {
    "checkins": "0004",
    "enrolment": "0003",
    "feed": "0006",
    "fleet": "0010",
    "login": "0001",
    "members": "0005",
    "orders": "0003",
    "partners": "0002",
    "reservations": "0002",
    "watch": "0003",
    "wire_keys": "0001",
}
"""The newest migration of each app before staff, profiles and the API; an app that is not here came with them."""


def own_apps() -> list[str]:
    loader = MigrationLoader(None)
    return sorted(
        {app for app, _ in loader.disk_migrations if loader.disk_migrations[app, _].__module__.startswith("hub.")}
    )


def tables_of(apps: list[str]) -> set[str]:
    return {name for name in connection.introspection.table_names() if name.split("_")[0] in apps}


@pytest.fixture
def apps(database: Database) -> Iterator[list[str]]:
    yield own_apps()
    connection.close()


def migrate(*names: str) -> None:
    call_command("migrate", *names, interactive=False, verbosity=0)


def go_back(apps: list[str], targets: dict[str, str]) -> None:
    """Each app to its target, or to nothing: by one plan, where a command for each would make its own anew."""
    executor = MigrationExecutor(connection)
    found = executor.loader.get_migration_by_prefix
    executor.migrate([(app, found(app, targets[app]).name if app in targets else None) for app in apps])


def test_all_of_them_go_back_to_nothing_and_forward_again(apps: list[str]) -> None:
    small_club()
    before = tables_of(apps)
    assert before
    go_back(apps, {})
    assert tables_of(apps) == set()
    migrate()
    assert tables_of(apps) == before
    assert Customer.objects.count() == 0


def test_to_the_release_before_and_back_with_data(apps: list[str]) -> None:
    club = small_club()
    before = feeds.head(EVERYONE)
    go_back(apps, PREVIOUS)
    with connection.cursor() as cursor:
        cursor.execute("SELECT name FROM members_customer")
        assert cursor.fetchall() == [(club.customer.name,)]
    migrate()
    assert feeds.head(EVERYONE) == before
    assert Customer.objects.get().name == club.customer.name
    assert feeds.digest_from_rows(EVERYONE) == before.digest
    assert list(ModeOrder.objects.all()) == []


def test_what_this_version_understands_otherwise(apps: list[str]) -> None:
    Api().post("/customers", {"name": "Member"}, Idempotency_Key="one")
    plan = people.a_plan()
    frozen, other = (people.a_membership(plan, customer=people.a_customer()) for _ in range(2))
    Freeze.objects.create(membership=frozen, from_at=people.AT)
    Deadline.objects.bulk_create(Deadline(membership_id=each.pk, over=False, set_by=0) for each in (frozen, other))
    migrate("api", "0002")
    migrate("webhooks", "0001")
    assert KeptAnswer.objects.exists()
    migrate()
    assert not KeptAnswer.objects.exists()
    assert [each.membership_id for each in Deadline.objects.filter(look_at__lte=Now())] == [frozen.pk]


def test_init_brings_the_release_before_to_this_one(apps: list[str], database: Database) -> None:
    small_club()
    go_back(apps, PREVIOUS)
    connection.close()
    refused = run_hub("checkins", **database.environment)
    assert (refused.returncode, "run `doorward-hub init`" in refused.stderr) == (2, True)
    assert run_hub("init", **database.environment).returncode == 0
    assert run_hub("checkins", **database.environment).returncode == 0
