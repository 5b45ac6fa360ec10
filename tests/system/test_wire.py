"""What the wire means, over each of three makes of broker: the same tests, so that no meaning hangs on one.

mosquitto, the demo's own (which forgets on restart and has no rights) and nats-server (which makes clusters).
"""

from collections.abc import Iterator

import pytest

from contract.messages import PAGE_ROWS_MAX
from demo.processes import DemoError, Event
from tests.brokers import KINDS
from tests.system.club import EDGE, Club, wait_until

MEMBERS = 400
"""Cards, customers, links and memberships: more rows than a page has."""


@pytest.fixture(scope="module", params=KINDS)
def club(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Club]:
    club = Club(tmp_path_factory.mktemp(request.param), members=MEMBERS, broker=request.param)
    try:
        club.start_all()
        yield club
    finally:
        club.close()


def online(club: Club) -> bool:
    return club.rows("SELECT online FROM fleet_edgepresence") == [(1,)]


def event_of(club: Club, name: str, seen: int) -> Event:
    return club.edge.wait_for(lambda event: event.get("event") == name, name, after=seen)


def test_a_new_edge_gets_the_whole_feed_by_pages(club: Club) -> None:
    assert club.rows("SELECT count(*) FROM feed_feedrow")[0][0] > PAGE_ROWS_MAX
    club.settle()
    kept, counted = club.replica_digests()
    assert kept == counted == club.hub_digest()


def test_a_check_in_comes_to_the_hub_once_and_its_use_comes_back(club: Club) -> None:
    code = club.seeded["tireless"][0]
    first = club.scan("counter", code)
    assert first["outcome"] == "granted"
    club.settle()
    assert club.scan("counter", code)["remaining"] == first["remaining"] - 1
    club.settle()
    assert sorted(club.at_hub()) == sorted(checkin.id for checkin in club.journaled())


def test_a_change_at_the_hub_is_known_at_the_next_scan(club: Club) -> None:
    code, seen = club.seeded["tireless"][1], club.edge.event_count()
    assert club.scan("door", code)["outcome"] == "granted"
    club.hub("revoke_membership", str(club.newest_membership_of("Tireless member 1")))
    event_of(club, "applied", seen)
    assert club.scan("door", code)["reason"] == "expired"


def test_an_edge_that_is_gone_is_missed_and_seen_again(club: Club) -> None:
    wait_until(lambda: online(club), "the edge to be seen")
    club.end(EDGE, kill=True)
    wait_until(lambda: not online(club), "its last will")
    club.start_edge()
    wait_until(lambda: online(club), "the edge to be seen again")


def test_a_broker_that_was_killed_costs_nothing(club: Club) -> None:
    code = club.seeded["tireless"][2]
    club.end("broker", kill=True)
    assert club.scan("counter", code)["outcome"] == "granted"
    club.hub("revoke_membership", str(club.newest_membership_of("Tireless member 2")))
    club.start_broker()
    club.settle()
    assert club.scan("door", code)["reason"] == "expired"
    club.settle()
    assert sorted(club.at_hub()) == sorted(checkin.id for checkin in club.journaled())


def test_a_configuration_is_pushed_and_a_wrong_one_refused(club: Club) -> None:
    text = club.config.read_text()
    assert "stands" in club.hub("config", "push", "clubhouse", str(club.write("next.toml", text + "\n")))
    broken = text.replace(str(club.folder / "door.tty"), str(club.folder / "nowhere.tty"))
    with pytest.raises(DemoError, match=r"device"):
        club.hub("config", "push", "clubhouse", str(club.write("broken.toml", broken)))
    assert club.scan("door", club.seeded["tireless"][0])["outcome"] == "granted"


def test_a_lockdown_stands_at_once_and_ends(club: Club) -> None:
    code, seen = club.seeded["tireless"][0], club.edge.event_count()
    club.hub("mode", "lockdown", "--edge", "clubhouse")
    event_of(club, "modes", seen)
    assert club.scan("door", code)["reason"] == "lockdown"
    club.hub("mode", "clear", "--edge", "clubhouse")
    wait_until(lambda: club.scan("door", code)["outcome"] == "granted", "the end of the lockdown")


def test_a_command_is_answered(club: Club) -> None:
    assert "blink" in club.hub("order", "identify", "clubhouse", "door")
    with pytest.raises(DemoError, match=r"nowhere"):
        club.hub("order", "identify", "clubhouse", "nowhere")


def test_the_hub_gets_another_key(club: Club) -> None:
    seen = club.edge.event_count()
    club.hub("rotate_key")
    event_of(club, "hub_key", seen)
    code = club.seeded["tireless"][3]
    club.hub("revoke_membership", str(club.newest_membership_of("Tireless member 3")))
    wait_until(lambda: club.scan("door", code)["reason"] == "expired", "a change sealed by the new key")
