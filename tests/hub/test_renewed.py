"""Tests on PostgreSQL share one database: each finds it as the first did."""

from collections.abc import Iterator

import psycopg
import pytest

from tests.hub.postgresql import Cluster
from tests.hub.renewed import RenewedDatabase

NAME = "again"


@pytest.fixture
def again(cluster: Cluster) -> Iterator[RenewedDatabase]:
    database = RenewedDatabase(cluster, NAME)
    database.renew()
    yield database
    database.close()
    cluster.drop_database(NAME)


def asked(cluster: Cluster, statement: str) -> list[tuple]:
    with psycopg.connect(cluster.url(NAME), autocommit=True) as connection:
        done = connection.execute(statement)
        return done.fetchall() if done.description else []


@pytest.mark.parametrize(
    ("written", "look"),
    [
        ("INSERT INTO django_session VALUES ('k', 'd', now())", "SELECT * FROM django_session"),
        ("UPDATE feed_feed SET epoch = epoch + 1", "SELECT * FROM feed_feed"),
        ("DELETE FROM auth_group_permissions", "SELECT * FROM auth_group_permissions"),
        ("TRUNCATE auth_group CASCADE", "SELECT * FROM auth_group"),
        ("SELECT nextval('auth_user_id_seq')", "SELECT last_value, is_called FROM auth_user_id_seq"),
        ("SELECT nextval('auth_group_id_seq')", "SELECT last_value, is_called FROM auth_group_id_seq"),
        ("CREATE TABLE other (x int)", "SELECT to_regclass('other')"),
        ("ALTER TABLE auth_user ADD COLUMN x int", "SELECT count(*) FROM pg_attribute WHERE attname = 'x'"),
        ("ALTER TABLE feed_feedrow DROP CONSTRAINT feed_feedrow_pkey", "SELECT count(*) FROM pg_class"),
    ],
)
def test_what_was_written_is_gone(cluster: Cluster, again: RenewedDatabase, written: str, look: str) -> None:
    before = asked(cluster, look)
    for _ in range(2):
        asked(cluster, written)
        assert asked(cluster, look) != before
        again.renew()
        assert asked(cluster, look) == before


def test_who_is_still_connected_is_sent_away(cluster: Cluster, again: RenewedDatabase) -> None:
    with psycopg.connect(cluster.url(NAME)) as left:
        left.execute("DELETE FROM feed_feed")
        again.renew()
        with pytest.raises(psycopg.OperationalError):
            left.execute("SELECT 1")
    assert asked(cluster, "SELECT count(*) FROM feed_feed") == [(1,)]


def test_whoever_ends_all_connections_ends_none_of_what_comes(cluster: Cluster, again: RenewedDatabase) -> None:
    counted = "SELECT count(*) FROM auth_group_permissions"
    before = asked(cluster, counted)
    asked(cluster, "DELETE FROM auth_group_permissions")
    everybody = "FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
    assert asked(cluster, f"SELECT pg_terminate_backend(pid, 10000) {everybody}")
    again.renew()
    assert asked(cluster, counted) == before
