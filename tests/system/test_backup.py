"""A backup of a hub that works, and the way back, with an edge that follows before and after."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.hub import postgresql
from tests.system.club import Club, wait_until


@pytest.fixture(scope="module")
def cluster() -> Iterator[postgresql.Cluster]:
    cluster = postgresql.start()
    yield cluster
    postgresql.stop(cluster)


@pytest.fixture(params=["sqlite", "postgresql"])
def club(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Club]:
    url = ""
    if request.param == "postgresql":
        cluster = request.getfixturevalue("cluster")
        cluster.create_database("hub")
        url = cluster.url("hub")
    club = Club(tmp_path, database_url=url)
    try:
        club.start_all()
        yield club
    finally:
        club.close()


def lose_all(club: Club, cluster: postgresql.Cluster | None) -> None:
    """The hub's machine is gone: its data, its keys, its database."""
    shutil.rmtree(club.env["DOORWARD_DATA"])
    if cluster is not None:
        cluster.drop_database("hub")
        cluster.create_database("hub")


def test_on_another_machine_edges_follow_and_send_what_the_backup_lacks(
    club: Club, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    codes = club.seeded["tireless"]
    assert club.scan("counter", codes[0])["outcome"] == "granted"
    club.settle()
    phrase = club.write("passphrase", "what opens the keys\n")
    backup = tmp_path / "club.backup"
    club.hub("backup", str(backup), "--passphrase-file", str(phrase))
    before = club.at_hub()
    assert before

    assert club.scan("counter", codes[1])["outcome"] == "granted"
    club.hub("revoke_membership", str(club.newest_membership_of("Tireless member 2")))
    club.settle()
    assert club.scan("door", codes[2])["reason"] == "expired"
    club.settle()
    followed = epoch_of(club)

    club.end("worker")
    on_postgresql = bool(club.env["DATABASE_URL"])
    lose_all(club, request.getfixturevalue("cluster") if on_postgresql else None)
    club.hub("restore", str(backup), "--passphrase-file", str(phrase))
    assert club.at_hub() == before
    assert epoch_of(club) > followed

    club.start_worker()
    club.settle()
    assert sorted(club.at_hub()) == sorted(each.id for each in club.journaled())
    # What was done at the hub after the backup is gone, and the edge is where the hub is.
    wait_until(lambda: club.scan("door", codes[2])["outcome"] == "granted", "the membership that is back")
    club.hub("revoke_membership", str(club.newest_membership_of("Tireless member 3")))
    club.settle()
    assert club.scan("door", codes[3])["reason"] == "expired"


def epoch_of(club: Club) -> int:
    return int(club.rows("SELECT epoch FROM feed_feed")[0][0])
