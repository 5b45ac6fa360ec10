"""A machine without time zone files, and a site whose zone it does not know: all are denied, and it is said."""

import asyncio
import sqlite3
import sys
import zoneinfo
from collections.abc import Iterator
from pathlib import Path

import pytest

from contract.calendar import Calendar, CalendarError, zone_of
from contract.card import lookup_hash
from contract.feed import Change
from contract.hours import Site
from contract.plan_rows import site_change, site_of
from contract.reasons import Reason
from edge.counter.screen import Screen
from edge.counter.view import state_of
from edge.doctor import replica
from edge.doctor.findings import Level
from tests.edge.doctor_runs import Ward, found, the
from tests.edge.fakes import NOON, FakeSignals
from tests.edge.gate_world import CODE, COUNTER, DOOR, KEY, World, reasons, scan, stored

HASH = lookup_hash(KEY, CODE)
MADRID = site_change("clubhouse", Site(Calendar("Europe/Madrid")))


def _forget_zones() -> None:
    zoneinfo.ZoneInfo.clear_cache()
    for remembered in (zone_of, site_of):
        remembered.cache_clear()


@pytest.fixture
def no_zones(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """As on a machine where the package tzdata is not installed."""
    there = zoneinfo.TZPATH
    monkeypatch.setitem(sys.modules, "tzdata", None)
    zoneinfo.reset_tzpath(())
    _forget_zones()
    with pytest.raises(CalendarError):
        zone_of("Europe/Madrid")
    yield
    zoneinfo.reset_tzpath(there)
    _forget_zones()


def in_madrid() -> World:
    world = World()
    world.site = "clubhouse"
    world.replica.rows[HASH].append(stored(MADRID))
    return world


def test_utc_is_known_on_every_machine(no_zones: None) -> None:
    assert NOON.astimezone(zone_of("UTC")).strftime("%H:%M %Z") == f"{NOON:%H:%M} UTC"
    assert zone_of("UTC").key == "UTC"
    assert reasons(scan(World(), DOOR, CODE.encode())) == [Reason.GRANTED]


def test_a_zone_that_is_not_known_denies_with_a_light_and_is_told_once(no_zones: None) -> None:
    world = in_madrid()
    assert reasons(scan(world, DOOR, CODE.encode(), CODE.encode())) == [Reason.NOT_READY] * 2
    assert [each.reason for each in world.journal.checkins] == [Reason.NOT_READY] * 2
    [told] = world.log.all("replica_unreadable")
    assert "'Europe/Madrid' is no time zone" in str(told["why"])


def test_what_could_be_read_again_is_told_when_it_cannot_anew() -> None:
    world, signals = World(), FakeSignals()
    gate = world.gate(DOOR, signals)

    async def run() -> None:
        for world.replica.broken in (True, True, False, True):
            await gate.handle(world.reading(CODE.encode()))

    asyncio.run(run())
    assert reasons(signals) == [Reason.NOT_READY] * 2 + [Reason.GRANTED, Reason.NOT_READY]
    assert len(world.log.all("replica_unreadable")) == 2


def test_a_counters_screen_says_so_too(no_zones: None) -> None:
    world = in_madrid()
    gate = world.gate(COUNTER, FakeSignals())
    asyncio.run(gate.handle(world.reading(CODE.encode())))
    assert isinstance(gate.screen, Screen)
    assert state_of(gate.screen, NOON, [])["shown"]["headline"] == "Not ready yet"


# The doctor


@pytest.fixture
def ward(tmp_path: Path) -> Iterator[Ward]:
    made = Ward(tmp_path)
    made.enrol()
    made.fill()
    assert made.configuration is not None
    made.configuration.write_text('site = "clubhouse"\n' + made.configuration.read_text())
    yield made
    made.close()


def put(ward: Ward, change: Change) -> None:
    """A row of the replica, whatever its digest says."""
    [path] = ward.state.glob("replica*.db")
    row = (10**6, *stored(change))
    with sqlite3.connect(path) as connection:
        connection.execute("INSERT INTO feed_row VALUES (?, ?, ?, ?, ?)", row)
    connection.close()


def test_the_doctor_finds_a_zone_that_is_not_known_here(ward: Ward, no_zones: None) -> None:
    put(ward, MADRID)
    one = the(replica.time_zone, ward.patient(), "replica.time_zone")
    assert (one.level, one.what) == (Level.FAILURE, "the time zone Europe/Madrid is not known here")
    assert one.to_do == "sudo apt install tzdata"


def test_the_doctor_finds_a_zone_that_is_known(ward: Ward) -> None:
    put(ward, MADRID)
    assert the(replica.time_zone, ward.patient(), "replica.time_zone").level is Level.OK


def test_the_doctor_says_nothing_of_the_zone_of_a_site_that_has_no_row_or_a_broken_one(ward: Ward) -> None:
    assert found(replica.time_zone, ward.patient()) == {}
    put(ward, Change(MADRID.kind, MADRID.key, b"", b"\xff"))
    assert found(replica.time_zone, ward.patient()) == {}
