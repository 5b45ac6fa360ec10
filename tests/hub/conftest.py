"""Django for the hub's tests, and a database of its own for each: SQLite files and a real PostgreSQL.

`database` runs a test on both, or as its marks say (`pytest_generate_tests`); `sqlite_database` on SQLite alone.
Each test finds what `init` made, and no more.
"""

import atexit
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.hub import postgresql
from tests.hub.renewed import RenewedDatabase
from tests.made_once import made_once
from tests.prepared_hub import prepare_hub

DATA = Path(tempfile.mkdtemp(prefix="doorward-hub-"))
atexit.register(shutil.rmtree, DATA, ignore_errors=True)
for name in ("DATABASE_URL", "DOORWARD_URL", "DOORWARD_BROKER"):
    os.environ.pop(name, None)
os.environ["DOORWARD_DATA"] = str(DATA)
os.environ["DJANGO_SETTINGS_MODULE"] = "hub.settings"


def run_hub(*arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """`python -m hub ARGUMENTS` as a process of its own."""
    return subprocess.run(
        [sys.executable, "-m", "hub", *arguments],
        env=os.environ | variables,
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )


prepare_hub(DATA)

import django  # noqa: E402

django.setup()

from django.contrib.auth.hashers import PBKDF2PasswordHasher  # noqa: E402
from django.db import connections  # noqa: E402
from django.utils import timezone, translation  # noqa: E402

from hub import environment, example_club  # noqa: E402
from tests.hub.shared_middleware import share_middleware  # noqa: E402

share_middleware()
# A million would cost each password half a second; how many there are is Django's matter.
PBKDF2PasswordHasher.iterations = 2_000


@dataclass(frozen=True)
class Database:
    """The test's own database; `environment` is what a process of the hub needs to work on it."""

    vendor: str
    url: str

    @property
    def environment(self) -> dict[str, str]:
        return {"DOORWARD_DATA": str(DATA), "DATABASE_URL": self.url}


def connect(url: str) -> None:
    """This process's default database is `url` from now on, for threads that start later too."""
    database = environment.read({"DATABASE_URL": url, "DOORWARD_DATA": str(DATA)}).database
    if pragmas := database.get("OPTIONS", {}).get("init_command"):
        # What a crash of the machine loses does not matter to tests.
        database["OPTIONS"]["init_command"] = pragmas.replace("synchronous=FULL", "synchronous=OFF")
    _use(database)


def disconnect() -> None:
    """Until a test asks for a database there is none: nothing may reach what the others are copied from."""
    _use({"ENGINE": "django.db.backends.dummy"})


def _use(settings: dict[str, Any]) -> None:
    connections.close_all()
    for connection in connections.all(initialized_only=True):
        del connections[connection.alias]
    connections.databases.update(connections.configure_settings({"default": settings}))


disconnect()


@pytest.fixture(scope="session")
def cluster() -> Iterator[postgresql.Cluster]:
    cluster = postgresql.start_prepared()
    try:
        yield cluster
    finally:
        postgresql.stop(cluster)


@pytest.fixture
def sqlite_database(tmp_path: Path) -> Iterator[Database]:
    yield from _copied(DATA, tmp_path)


@pytest.fixture
def sqlite_example(tmp_path: Path) -> Iterator[Database]:
    """With the example club in it."""
    yield from _copied(made_once("example", _make_example), tmp_path)


def _make_example(folder: Path) -> None:
    for _ in _copied(DATA, folder):
        example_club.seed(timezone.now())


def _copied(original: Path, tmp_path: Path) -> Iterator[Database]:
    shutil.copy(original / "hub.db", tmp_path / "hub.db")
    url = f"sqlite:///{tmp_path / 'hub.db'}"
    connect(url)
    yield Database("sqlite", url)
    disconnect()


@pytest.fixture(scope="session")
def renewed(cluster: postgresql.Cluster) -> RenewedDatabase:
    return RenewedDatabase(cluster, "hub")


@pytest.fixture
def postgresql_database(cluster: postgresql.Cluster, renewed: RenewedDatabase) -> Iterator[Database]:
    renewed.renew()
    url = cluster.url("hub")
    connect(url)
    yield Database("postgresql", url)
    disconnect()


@pytest.fixture
def database(request: pytest.FixtureRequest) -> Database:
    """Each of those that `pytest_generate_tests` chooses."""
    return request.getfixturevalue(f"{request.param}_database")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """On which databases a test runs that asks for `database`.

    On both, but where what is tested is the same on any: what pages say and what they look like (`any_database`,
    most often a mark of a whole file). What depends on the database runs on both in these files too
    (`both_databases`): how often it is asked, what two do at once, what it finds, refuses and keeps.
    """
    if "database" not in metafunc.fixturenames:
        return
    mark = metafunc.definition.get_closest_marker
    is_the_same = mark("any_database") and not mark("both_databases")
    metafunc.parametrize("database", ["sqlite"] if is_the_same else ["sqlite", "postgresql"], indirect=True)


@pytest.fixture(autouse=True)
def no_language_yet() -> None:
    """What a page was asked for in stays with the thread, for the next test."""
    translation.deactivate()


# At the end: these modules take what stands above.
from tests.hub.colleagues import (  # noqa: E402, F401
    admin_user,
    admin_user_client,
    colleague,
    colleague_client,
    front_desk,
    front_desk_client,
    nobody_client,
    outsider,
    outsider_client,
    owner,
    owner_client,
    partner_user,
    partner_user_client,
    reports_only,
    reports_only_client,
)
from tests.hub.stripe_driver import fake_stripe, stripe_driver  # noqa: E402, F401
from tests.hub.worker_desk import broker, clock_s, club, inbox, log_lines, worker  # noqa: E402, F401
