"""How edges are: what is kept of what they say, the light that it makes, and the worker that takes it."""

import io
import json
from datetime import timedelta

import pytest

from contract.messages import Presence, ReaderPresence, encode, will_n
from contract.trust import ClockState
from hub.feed.models import Feed
from hub.fleet import operations
from hub.fleet.models import Edge, EdgePresence, Site
from hub.fleet.named import UnknownEdge
from hub.fleet.standing import Light, Standing, elapsed_text, standing_of
from hub.sync.inbox import Incoming
from hub.sync.worker import Worker
from tests.hub.conftest import Database
from tests.hub.presences import presence, well
from tests.hub.scans import AT, Club, fill_feed, small_club
from tests.hub.seals import said


@pytest.fixture
def club(database: Database) -> Club:
    return small_club()


@pytest.fixture
def feed(club: Club) -> Feed:
    return Feed.objects.get(pk=club.edge.feed_id)


def note(said: Presence, seconds: float = 0, edge: str = "clubhouse") -> EdgePresence:
    operations.note_presence(edge, said, AT + timedelta(seconds=seconds))
    return EdgePresence.objects.get(edge__name=edge)


def standing(seconds: float = 0) -> Standing:
    edge = Edge.objects.select_related("site", "feed", "presence").get(name="clubhouse")
    return standing_of(edge, AT + timedelta(seconds=seconds))


def facts(seconds: float = 0) -> dict[str, str]:
    return {fact.name: fact.text for fact in standing(seconds).facts}


# What is kept


def test_the_newest_by_arrival_is_kept(club: Club) -> None:
    note(presence(100, last=9))
    kept = note(presence(40, last=8, readers=[]), 60)
    assert (kept.last, kept.acked, kept.readers, bytes(kept.journal)) == (8, 7, [], b"j" * 16)
    assert (kept.said_at, kept.received_at, kept.since) == (
        AT + timedelta(seconds=40),
        AT + timedelta(seconds=60),
        AT,
    )


@pytest.mark.parametrize("said", [presence(), presence(online=False)])
def test_the_same_again_changes_nothing(club: Club, said: Presence) -> None:
    note(said)
    assert note(said, 500).received_at == AT


def test_since_is_when_online_changed(club: Club) -> None:
    note(presence())
    assert note(presence(60), 60).since == AT
    gone = note(presence(70, online=False), 70)
    assert (gone.online, gone.since) == (False, AT + timedelta(seconds=70))
    back = note(presence(90), 90)
    assert (back.online, back.since) == (True, AT + timedelta(seconds=90))


def test_a_last_will_takes_nothing_back_of_what_was_said_since(club: Club) -> None:
    will = presence(online=False, n=will_n(0), last=3, acked=3)
    note(presence(120, last=9), 120)
    gone = note(will, 200)
    assert (gone.online, gone.last, gone.said_at) == (False, 9, AT + timedelta(seconds=120))
    assert note(will, 900).received_at == AT + timedelta(seconds=200)


def test_nobody_elses_presence_is_kept(club: Club) -> None:
    with pytest.raises(UnknownEdge):
        operations.note_presence("nowhere", presence(), AT)
    assert not EdgePresence.objects.exists()


def test_it_goes_with_its_edge(club: Club) -> None:
    note(presence())
    operations.delete_edges([club.edge])
    assert not EdgePresence.objects.exists()


# The light


def test_green(feed: Feed) -> None:
    note(well(feed))
    shown = standing(150)
    assert (shown.light, shown.word, shown.faults) == (Light.GREEN, "online", [])
    assert facts()["Journal"] == "all of it is sent"
    assert facts()["Software"] == "1.2"
    assert "up to the feed's" in facts()["Copy of the feed"]


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"clock": ClockState.UNKNOWN}, "clock unknown"),
        ({"epoch": None, "sequence": None, "replica_age_s": None}, "no copy of the feed"),
        ({"replica_age_s": 301.0}, "up to date 5 min 1 s ago"),
        ({"replica_age_s": float("inf")}, "more than 30 years ago"),
        ({"replica_age_s": None}, "cannot be known"),
        ({"readers": [ReaderPresence(name="door", open=False)]}, "door: port closed"),
        ({"feed": "another"}, "follows the feed another"),
    ],
)
def test_amber(feed: Feed, changed: dict[str, object], said: str) -> None:
    note(well(feed, **changed))
    shown = standing()
    assert (shown.light, shown.word) == (Light.AMBER, "online")
    [fault] = shown.faults
    assert said in fault


def test_rows_in_flight_are_nothing_wrong(feed: Feed) -> None:
    """Each time it says something, some are on their way; those of the last time have arrived."""
    for minute, last in enumerate((8, 30, 95)):
        note(well(feed, 60 * minute, last=last, acked=last - 1), 60 * minute)
        assert standing(60 * minute).light is Light.GREEN
    assert facts(120)["Journal"] == "1 row waiting to be sent"


def test_rows_that_stay_are(feed: Feed) -> None:
    note(well(feed, last=10), 0)
    note(well(feed, 2, last=11), 2)
    assert standing(2).light is Light.GREEN
    note(well(feed, 60, last=12, acked=8), 60)
    shown = standing(60)
    assert (shown.light, shown.faults) == (Light.AMBER, ["4 rows waiting to be sent"])
    note(well(feed, 62, last=12, acked=10), 62)
    assert standing(62).light is Light.GREEN
    note(well(feed, 121, last=12, acked=11), 121)
    assert standing(121).light is Light.AMBER
    note(well(feed, 122, last=1, acked=0, journal=b"k" * 16), 122)
    assert standing(122).light is Light.GREEN


def test_what_is_wrong_says_what_to_do(feed: Feed, club: Club) -> None:
    assert "Is it switched on" in standing().remedy
    Edge.objects.update(signing_key=None)
    assert "its page at the desk makes a code" in standing().remedy
    note(well(feed, clock=ClockState.UNKNOWN))
    [wrong] = [fact for fact in standing().facts if fact.wrong]
    assert "timedatectl" in wrong.remedy
    assert "The broker still has it" in standing(500).remedy
    note(well(feed, 60, online=False), 60)
    assert "goes on deciding by itself" in standing(60).remedy


def test_who_is_revoked_is_in_no_trouble(feed: Feed) -> None:
    note(well(feed, online=False))
    Edge.objects.update(revoked_at=AT)
    shown = standing(9_999)
    assert (shown.light, shown.word, shown.since_at) == (Light.GREY, "revoked", AT)


def test_holdover_is_fine_and_said(feed: Feed) -> None:
    note(well(feed, clock=ClockState.HOLDOVER))
    assert standing().light is Light.GREEN
    assert "synced once since it started" in facts()["Clock"]


def test_a_copy_ages_while_nothing_is_heard(feed: Feed) -> None:
    note(well(feed, replica_age_s=290.0))
    assert [standing(seconds).light for seconds in (10, 11)] == [Light.GREEN, Light.AMBER]


def test_red(feed: Feed, club: Club) -> None:
    assert (standing().light, standing().word) == (Light.RED, "never heard of")
    note(well(feed))
    silent = standing(150.1)
    assert (silent.light, silent.word, silent.since) == (Light.RED, "not heard of", "2026-03-01 18:30:00 UTC")
    note(well(feed, 60, online=False), 60)
    for seconds in (60, 10_000):
        gone = standing(seconds)
        assert (gone.light, gone.word, gone.since) == (Light.RED, "offline", "2026-03-01 18:31:00 UTC")


def test_how_far_it_is_behind(feed: Feed) -> None:
    note(well(feed))
    fill_feed(1)
    assert "1 change behind" in facts()["Copy of the feed"]
    fill_feed(2, start=1)
    assert "3 changes behind" in facts()["Copy of the feed"]
    note(well(feed, epoch=feed.epoch + 1))
    assert "another epoch" in facts()["Copy of the feed"]
    note(well(feed, feed="another"))
    assert "of another feed" in facts()["Copy of the feed"]


def test_times_are_the_sites(feed: Feed) -> None:
    Site.objects.update(time_zone="Asia/Tokyo")
    note(well(feed))
    assert standing().since == "2026-03-02 03:30:00 JST"


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(-5, "0 s"), (0.4, "0 s"), (61, "1 min 1 s"), (90_061, "1 d 1 h"), (1e300, "more than 30 years")],
)
def test_elapsed(seconds: float, text: str) -> None:
    assert elapsed_text(seconds) == text


# The worker


def message(payload: bytes, edge: str = "clubhouse") -> Incoming:
    return said("presence", payload, edge)


def test_of_a_turn_the_last_counts(worker: Worker, log_lines: io.StringIO) -> None:
    worker.handle([message(encode(presence(0, last=8))), message(encode(presence(1, last=9)))])
    assert EdgePresence.objects.get().last == 9
    assert log_lines.getvalue() == ""


@pytest.mark.parametrize(
    ("why", "bad"),
    [
        ("no_message", message(b"\xff")),
        ("unknown_edge", message(encode(presence()), "nowhere")),
    ],
)
def test_what_cannot_be_kept_is_dropped_with_a_word(
    worker: Worker, log_lines: io.StringIO, why: str, bad: Incoming
) -> None:
    worker.handle([bad, message(encode(presence()))])
    assert EdgePresence.objects.count() == 1
    assert [json.loads(line)["why"] for line in log_lines.getvalue().splitlines()] == [why]


def test_what_the_database_refuses_holds_nobody_up(
    worker: Worker, log_lines: io.StringIO, postgresql_only: None
) -> None:
    worker.handle([message(encode(presence(version="nul\x00")))])
    assert not EdgePresence.objects.exists()
    assert json.loads(log_lines.getvalue())["why"] == "database_refused"


@pytest.fixture
def postgresql_only(database: Database) -> None:
    if database.vendor != "postgresql":
        pytest.skip("SQLite keeps a NUL")
