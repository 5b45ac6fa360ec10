"""`doorward-hub move`: a hub on SQLite, with all that is in it, comes to an empty PostgreSQL database."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.contrib.auth.models import User
from django.db import connection
from django.utils import timezone

from hub import example_club
from hub.access import user_operations
from hub.access.roles import Role
from hub.api import token_operations
from hub.audit.models import Entry
from hub.checkins import operations as checkins
from hub.checkins.models import CheckIn
from hub.feed import queries as feeds
from hub.feed.models import Epoch, Feed
from hub.feed.operations import EVERYONE
from hub.fleet.models import Edge, Site, WorkerBeat
from hub.members import operations as members
from hub.members.models import Customer
from hub.startup import check_database
from hub.watch.operations import note_worker
from tests.hub.api_client import a_token
from tests.hub.conftest import Database, connect, run_hub
from tests.hub.postgresql import Cluster
from tests.hub.scans import batch, checkin, journal_rows
from tests.hub.seals import PUBLIC

_MOVED_ON = {Feed, Epoch, Entry, WorkerBeat}
"""What a new epoch changes."""


@pytest.fixture
def empty(cluster: Cluster) -> Iterator[str]:
    """The address of an empty database."""
    cluster.create_database("empty")
    yield cluster.url("empty")
    connection.close()
    cluster.drop_database("empty")


@pytest.fixture
def file(sqlite_database: Database) -> Path:
    return Path(sqlite_database.url.removeprefix("sqlite:///"))


def moved(database: Database, *options: str, code: int = 0) -> str:
    connection.close()
    done = run_hub("move", *options, **database.environment)
    assert (done.returncode, "Traceback" in done.stderr) == (code, False), done.stderr
    return done.stdout + done.stderr


def everything() -> dict[str, list[Any]]:
    tables = [each for each in apps.get_models(include_auto_created=True) if each._meta.managed]
    return {each._meta.db_table: rows(each) for each in tables if each not in _MOVED_ON}


def rows(model: Any) -> list[Any]:
    return list(model._base_manager.order_by("pk").values_list())


def content(file: Path) -> list[str]:
    with closing(sqlite3.connect(file)) as opened:
        return list(opened.iterdump())


def fill() -> str:
    """The example club, an edge's check-ins, a colleague who is invited, and a token, whose secret is returned."""
    example_club.seed(timezone.now())
    everyone = Feed.objects.get(name=EVERYONE)
    Edge.objects.create(name="hall", site=Site.objects.first(), feed=everyone, signing_key=PUBLIC, enrolments=1)
    checkins.ingest([batch(b"j" * 16, journal_rows(checkin(1), checkin(2)), "hall")], timezone.now())
    user_operations.invite("Ann", "ann@club.example", Role.STAFF, None, timezone.now())
    return a_token()


def test_all_of_it_moves_and_edges_follow_the_new_one(
    sqlite_database: Database, file: Path, empty: str, tmp_path: Path
) -> None:
    secret = fill()
    long_ago = timezone.now() - timedelta(hours=1)
    note_worker("killed", long_ago, True, {}, long_ago)
    gone = members.save_customer(Customer(name="Gone again"))
    number = gone.pk
    members.delete_customers([gone])
    before, entries, epoch = everything(), rows(Entry), feeds.head(EVERYONE).epoch
    connection.close()
    as_it_was = content(file)
    address = tmp_path / "database_url"
    address.write_text(f"{empty}\n")
    said = moved(sqlite_database, "--to-file", str(address))
    assert content(file) == as_it_was

    connect(empty)
    check_database()
    after, head = everything(), feeds.head(EVERYONE)
    assert {name: after[name] for name, found in before.items() if after[name] != found} == {}
    assert [each for each in rows(Entry) if each in entries] == entries
    assert f"everyone: epoch {head.epoch} has begun" in said and head.epoch > epoch
    assert feeds.digest_from_rows(EVERYONE) == head.digest
    assert not WorkerBeat.objects.exists()
    assert (CheckIn.objects.count(), User.objects.filter(email="ann@club.example").count()) == (2, 1)
    assert token_operations.token_of(secret, timezone.now()) is not None
    assert members.save_customer(Customer(name="The next")).pk == number + 1
    assert Entry.objects.get(action="moved").actor_kind == "command"


def test_a_hub_that_works_is_not_moved(sqlite_database: Database, empty: str) -> None:
    note_worker("one", timezone.now(), True, {}, timezone.now())
    assert "stop `web`, `worker`" in moved(sqlite_database, "--to", empty, code=2)


def test_where_it_cannot_go(sqlite_database: Database, cluster: Cluster, empty: str, tmp_path: Path) -> None:
    taken = cluster.url("template_hub")
    assert "there are tables in that database already" in moved(sqlite_database, "--to", taken, code=2)
    assert "moves to PostgreSQL alone" in moved(sqlite_database, "--to", f"sqlite:///{tmp_path}/new.db", code=2)
    nowhere = moved(sqlite_database, "--to", cluster.url("nowhere"), code=2)
    assert "cannot be used" in nowhere
    there = Database("postgresql", taken)
    assert "is not on SQLite" in moved(there, "--to", empty, code=2)


def test_what_does_not_fit_leaves_the_database_empty(sqlite_database: Database, file: Path, empty: str) -> None:
    """SQLite keeps what is longer than it should be."""
    Customer.objects.create(name="A" * 1_000, search_text="")
    as_it_was = content(file)
    assert "members_customer does not fit" in moved(sqlite_database, "--to", empty, code=2)
    assert content(file) == as_it_was
    connect(empty)
    assert connection.introspection.table_names() == []


def test_rows_that_are_not_those_of_the_digest_are_not_moved(sqlite_database: Database, empty: str) -> None:
    Feed.objects.filter(name=EVERYONE).update(digest=b"x" * 32)
    assert "are not those of its digest" in moved(sqlite_database, "--to", empty, code=2)
    connect(empty)
    assert connection.introspection.table_names() == []
