"""A door without a network: a scanner types, the relay moves, its contact and its button are heard."""

import pytest

from tests.machine.installed import Installed
from tests.machine.pins import A_PULSE
from tests.machine.wiring import OPEN, PRESSED, PULSE_S, RELEASED, Wire


def test_a_member_opens_the_door_for_one_pulse(edge: Installed) -> None:
    scan = edge.scan("full")
    assert scan["outcome"] == "granted"
    edge.next("door_state", state="locked")
    assert edge.pins.pulses(Wire.RELAY) == [A_PULSE]
    assert edge.pins.pulses(Wire.DOOR_GRANTED) == [A_PULSE]
    assert edge.checkin(scan).reader == "door"


@pytest.mark.parametrize("slug", ["expired", "revoked-card"])
def test_whoever_may_not_moves_nothing(edge: Installed, slug: str) -> None:
    scan = edge.scan(slug)
    assert scan["outcome"] == "denied"
    assert edge.checkin(scan).reader == "door"
    edge.guest.until("red's end", lambda: edge.pins.pulses(Wire.DOOR_DENIED))
    assert edge.pins.moves(Wire.RELAY) == []


def test_a_second_member_in_a_pulse_has_a_whole_one(edge: Installed) -> None:
    assert [edge.scan(each)["outcome"] for each in ("full", "door-only")] == ["granted", "granted"]
    edge.next("door_state", state="locked")
    assert len(edge.pins.pulses(Wire.RELAY)) == 1
    assert edge.pins.pulses(Wire.RELAY)[0] > PULSE_S


def test_the_button_lets_out_and_forces_nothing(edge: Installed) -> None:
    edge.pins.pull(Wire.EXIT_BUTTON, PRESSED)
    edge.next("door_state", state="unlocked")
    edge.pins.pull(Wire.CONTACT, OPEN)
    edge.next("door_state", state="open")
    edge.pins.pull(Wire.EXIT_BUTTON, RELEASED)
    edge.shut_the_door()
    edge.next("door_state", state="locked")
    assert (edge.heard("door_alarm"), edge.pins.moves(Wire.RELAY), edge.pins.moves(Wire.ALARM)) == ([], [], [])


def test_a_door_that_is_forced_sounds_until_it_is_shut(edge: Installed) -> None:
    edge.pins.pull(Wire.CONTACT, OPEN)
    assert edge.next("door_alarm")["alarm"] == "forced_open"
    assert edge.pins.level(Wire.ALARM) == 1
    edge.shut_the_door()
    edge.next("door_alarm_cleared")
    assert edge.pins.level(Wire.ALARM) == 0
    assert len(edge.pins.pulses(Wire.DOOR_BUZZER)) > 0
    assert edge.pins.moves(Wire.RELAY) == []


def test_a_door_that_is_held_open_sounds_and_the_next_one_is_let_in(edge: Installed) -> None:
    edge.scan("full")
    edge.pins.pull(Wire.CONTACT, OPEN)
    assert edge.next("door_alarm")["alarm"] == "held_open"
    assert edge.pins.level(Wire.ALARM) == 1
    assert edge.scan("full")["outcome"] == "granted"
    edge.shut_the_door()
    edge.next("door_alarm_cleared")
    assert edge.pins.level(Wire.ALARM) == 0


def test_a_scanner_that_is_pulled_out_is_missed_and_found_again(edge: Installed) -> None:
    edge.keyboard.pull()
    assert edge.next("reader_lost")["reader"] == "door"
    edge.keyboard.put_in()
    edge.next("reader_open", reader="door")
    assert edge.scan("full")["outcome"] == "granted"
