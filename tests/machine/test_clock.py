"""A clock that nobody keeps: years behind, years ahead, past the end of 32 bits, and moved in mid-pulse.

What the hub has said of the time is a floor: what is dated is decided by it where the clock is behind, and by the
clock where it is ahead (docs/decisions.md, edge/core/clock_trust.py). A clock that is set right is right at once.
"""

from datetime import UTC, datetime, timedelta

import pytest

from edge.doctor.findings import Level
from tests.machine.doctor import report_of
from tests.machine.installed import Installed
from tests.machine.pins import A_PULSE
from tests.machine.wiring import Wire

LONG_AGO = datetime(1970, 1, 2, tzinfo=UTC)
THE_END_OF_32_BITS = datetime(2038, 1, 19, 3, 14, 8, tzinfo=UTC)


def set_right(edge: Installed, at: datetime) -> None:
    """As a time server does, to whom a network leads again; the same process goes on."""
    edge.forget()
    edge.clock.set(at)
    edge.clock.keep()
    edge.next("clock", to="synced")
    assert edge.scan("full")["outcome"] == "granted"


def wrong_by_the_doctor(edge: Installed) -> str:
    """What it says of a clock that cannot be right."""
    (floor,) = (each for each in report_of(edge.guest).findings if each.check == "clock.floor")
    assert floor.level is Level.FAILURE
    return floor.what


def test_in_1970_the_edge_decides_by_what_has_surely_passed(edge: Installed) -> None:
    right, process = edge.clock.now(), edge.process()
    edge.clock.set(LONG_AGO)
    edge.next("clock", to="unknown")
    assert [edge.scan(each)["reason"] for each in ("full", "expired", "scheduled")] == [
        "granted",
        "expired",
        "scheduled",
    ]
    assert all(checkin.at_us / 1e6 > right.timestamp() - 60 for checkin in edge.checkins()[-3:])
    assert "1970-01-02" in wrong_by_the_doctor(edge)
    set_right(edge, right + timedelta(minutes=1))
    assert edge.process() == process


def test_past_the_end_of_32_bits_what_has_ended_has_and_the_rest_goes_on(edge: Installed) -> None:
    right, process = edge.clock.now(), edge.process()
    edge.clock.set(THE_END_OF_32_BITS - timedelta(seconds=1))
    edge.next("clock", to="unknown")
    late = edge.scan("door-only")
    assert late["outcome"] == "granted"
    edge.next("door_state", state="locked")
    assert edge.pins.pulses(Wire.RELAY) == [A_PULSE]
    edge.clock.set(THE_END_OF_32_BITS + timedelta(days=900))
    assert [edge.scan(each)["reason"] for each in ("full", "scheduled")] == ["expired", "expired"]
    assert edge.checkin(late).at_us / 1e6 >= 2**31 - 1
    assert "ahead of the hub's" in wrong_by_the_doctor(edge)
    set_right(edge, right + timedelta(minutes=1))
    assert edge.process() == process


@pytest.mark.parametrize("further_s", [-3600, 3 * 3600])
def test_a_pulse_is_as_long_where_the_clock_is_moved(edge: Installed, further_s: int) -> None:
    moved_s = edge.pins.when_on(Wire.RELAY, f"time.clock_settime(time.CLOCK_REALTIME, time.time() + {further_s})")
    edge.scan("full")
    edge.next("door_state", state="locked")
    (on_s, _), (off_s, _) = edge.pins.moves(Wire.RELAY)
    assert on_s < moved_s() < off_s
    assert edge.pins.pulses(Wire.RELAY) == [A_PULSE]
