"""A door as it is wired, in a change of its configuration; and what is told of it."""

import asyncio
from datetime import timedelta

import pytest
from msgspec.structs import replace

from contract.configuration import PinFactory
from contract.door_configuration import Level
from contract.instants import to_us
from edge.core.door import Alarm, DoorState, Shown
from edge.hardware.door_drive import DoorStands, report_of
from edge.hardware.pins import HardwareError, open_pins
from edge.hardware.signals import ALARM_PATTERNS
from tests.edge.fakes import NOON
from tests.edge.link_runs import until
from tests.edge.test_contacts import CONTACT, OPENED, RELAY, TAMPER, WIRED, WiredBoard, on_board
from tests.edge.test_signals import DOOR, GRANTED

MOVED = 24
STEADY = replace(WIRED, debounce_seconds=1.0)
"""A mock pin that is claimed reads high, as if the door were shut, until it is driven again."""


def test_a_forced_door_stays_one_where_its_pins_are_opened_anew() -> None:
    async def scenario(board: WiredBoard) -> None:
        board.drive(CONTACT, OPENED)
        await until(lambda: board.alarms() == ["forced_open"])
        board.signals.free({})
        board.pins = open_pins(PinFactory.MOCK)
        board.signals.claim(STEADY, board.pins)
        board.drive(CONTACT, OPENED)
        await asyncio.sleep(0.05)
        assert board.states() == ["forced_open"]
        assert board.log.all("door_alarm_cleared") == []
        assert board.is_on(26)

    on_board(scenario)


def test_a_pin_that_could_not_be_had_takes_no_alarm_away_where_all_is_put_back() -> None:
    async def scenario(board: WiredBoard) -> None:
        board.drive(CONTACT, OPENED)
        await until(lambda: board.alarms() == ["forced_open"])
        taken = board.pins.output(19, "granted_lamp_pin", "counter")
        moved = replace(WIRED, buzzer_pin=19)
        board.signals.free(moved.pins)
        with pytest.raises(HardwareError):
            board.signals.claim(moved, board.pins)
        taken.close()
        board.signals.claim(STEADY, board.pins)
        board.drive(CONTACT, OPENED)
        await asyncio.sleep(0.05)
        assert board.states() == ["forced_open"]

    on_board(scenario)


def test_an_input_that_is_taken_away_while_it_is_active_is_active_no_more() -> None:
    async def scenario(board: WiredBoard) -> None:
        board.drive(TAMPER, Level.LOW)
        await until(lambda: board.alarms() == ["tamper"])
        without = replace(WIRED, tamper_pin=None)
        board.signals.free(without.pins)
        board.signals.claim(without, board.pins)
        stands = board.signals.door.stands()
        assert stands is not None
        assert stands.alarms == {}
        assert not board.is_on(26)

    on_board(scenario)


def test_an_edge_of_a_pin_that_was_given_back_is_nobodys() -> None:
    async def scenario(board: WiredBoard) -> None:
        moved = replace(WIRED, contact_pin=MOVED)
        board.drive(CONTACT, OPENED)
        board.signals.free(moved.pins)
        board.signals.claim(moved, board.pins)
        await asyncio.sleep(0.05)
        assert board.alarms() == []

    on_board(scenario)


def test_new_times_count_from_the_change_on() -> None:
    async def scenario(board: WiredBoard) -> None:
        board.signals.claim(
            replace(WIRED, pulse_seconds=60.0, held_open_seconds=3_600, debounce_seconds=0.5), board.pins
        )
        assert board.signals.door._door.times == (60.0, 3_600, 0.5)

    on_board(scenario)


def test_the_gravest_alarm_sounds_whichever_came_first() -> None:
    async def scenario(board: WiredBoard) -> None:
        board.drive(TAMPER, Level.LOW)
        await until(lambda: board.alarms() == ["tamper"])
        buzzer = board.signals._outputs["buzzer_pin"]
        assert buzzer._pattern == ALARM_PATTERNS[Alarm.TAMPER]
        board.drive(CONTACT, OPENED)
        await until(lambda: "forced_open" in board.alarms())
        assert buzzer._pattern == ALARM_PATTERNS[Alarm.FORCED_OPEN]

    on_board(scenario)


def test_tamper_sounds_before_a_door_that_is_held_open() -> None:
    async def scenario(board: WiredBoard) -> None:
        board.signals.door._show(Shown(False, DoorState.HELD_OPEN, {Alarm.HELD_OPEN: 0.0, Alarm.TAMPER: 0.0}))
        assert board.signals._outputs["buzzer_pin"]._pattern == ALARM_PATTERNS[Alarm.TAMPER]

    on_board(scenario)


def test_of_a_door_without_a_contact_no_state_is_told() -> None:
    async def scenario(board: WiredBoard) -> None:
        board.signals.show(GRANTED)
        assert board.is_on(RELAY)
        assert board.states() == []

    on_board(scenario, replace(DOOR, tamper_pin=TAMPER))


def test_one_alarm_in_the_place_of_another_is_told() -> None:
    async def scenario(board: WiredBoard) -> None:
        told = board.told
        board.signals.door._show(Shown(False, DoorState.LOCKED, {Alarm.TAMPER: 0.0}))
        board.signals.door._show(Shown(False, DoorState.LOCKED, {Alarm.FIRE: 0.0}))
        assert board.told == told + 2

    on_board(scenario)


def test_since_when_is_told_in_microseconds_by_the_clock() -> None:
    async def run() -> None:
        now_s = asyncio.get_running_loop().time()
        stands = DoorStands(DoorState.OPEN, now_s - 3_600, {Alarm.TAMPER: now_s - 7_200})
        report = report_of("door", stands, NOON)
        (alarm,) = report.alarms
        for since_us, hours in ((report.since_us, 1), (alarm.since_us, 2)):
            assert abs(since_us - to_us(NOON - timedelta(hours=hours))) < 60_000_000

    asyncio.run(run())
