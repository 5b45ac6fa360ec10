"""Doors with contacts on gpiozero's mock pins: levels that are driven from outside, and what comes of them."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest
from msgspec.structs import replace

from contract.configuration import PinFactory, Reader
from contract.door_configuration import Level
from edge.core.door import Event
from edge.hardware import contacts
from edge.hardware.pins import HardwareError, open_pins
from edge.hardware.signals import ALARM_PATTERNS, ReaderSignals
from tests.edge.fakes import FakeLog
from tests.edge.link_runs import until
from tests.edge.test_signals import BUZZER, DENIED, DOOR, GRANTED, GREEN, RED, RELAY, Board

CONTACT, EXIT, FIRE, TAMPER, ALARM = 6, 12, 13, 16, 26
WIRED = replace(
    DOOR,
    alarm_pin=ALARM,
    contact_pin=CONTACT,
    contact_open=Level.LOW,
    request_to_exit_pin=EXIT,
    fire_pin=FIRE,
    fire_active=Level.LOW,
    tamper_pin=TAMPER,
    tamper_active=Level.LOW,
    debounce_seconds=0.005,
    held_open_seconds=1,
    pulse_seconds=0.1,
)
SHUT, OPENED = Level.HIGH, Level.LOW  # a mock pin that is pulled up reads high


class WiredBoard(Board):
    """All contacts are at rest."""

    def __init__(self, reader: Reader = WIRED) -> None:
        self.pins = open_pins(PinFactory.MOCK)
        self.log, self.told = FakeLog(), 0
        self.signals = ReaderSignals(reader, self.pins, self.log)
        self.signals.door.changed = self._changed

    def drive(self, pin: int, level: Level) -> None:
        mock = self.pins.factory.pin(pin)
        (mock.drive_high if level is Level.HIGH else mock.drive_low)()

    def is_on(self, pin: int) -> bool:
        return bool(self.pins.factory.pin(pin).state)

    def states(self) -> list[object]:
        return [line["state"] for line in self.log.all("door_state")]

    def alarms(self) -> list[object]:
        return [line["alarm"] for line in self.log.all("door_alarm")]

    def _changed(self) -> None:
        self.told += 1


def on_board(scenario: Callable[[WiredBoard], Awaitable[None]], reader: Reader = WIRED) -> None:
    async def run() -> None:
        board = WiredBoard(reader)
        await scenario(board)
        board.signals.close()
        assert not board.is_on(RELAY)
        assert not board.is_on(ALARM)
        board.pins.close()

    asyncio.run(run())


def test_a_grant_an_opening_and_a_door_that_shuts_again() -> None:
    async def scenario(board: WiredBoard) -> None:
        board.signals.show(GRANTED)
        board.drive(CONTACT, OPENED)
        await until(lambda: board.states() == ["unlocked", "open"])
        assert board.signals.door.may_be_open
        board.drive(CONTACT, SHUT)
        await until(lambda: board.states()[-1] == "locked")
        assert board.alarms() == []

    on_board(scenario)


def test_a_forced_door_is_an_alarm_that_sounds_until_it_is_shut() -> None:
    async def scenario(board: WiredBoard) -> None:
        board.drive(CONTACT, OPENED)
        await until(lambda: board.alarms() == ["forced_open"])
        assert board.is_on(ALARM)
        assert board.is_on(BUZZER)
        assert not board.is_on(RELAY)
        stands = board.signals.door.stands()
        assert stands is not None
        assert (stands.state, list(stands.alarms)) == ("forced_open", ["forced_open"])
        board.drive(CONTACT, SHUT)
        await until(lambda: board.log.all("door_alarm_cleared") != [])
        assert not board.is_on(ALARM)
        assert not board.is_on(BUZZER)
        assert board.told == 2

    on_board(scenario)


def test_a_door_that_is_found_open_is_open_and_held_open_later() -> None:
    async def scenario(board: WiredBoard) -> None:
        assert board.states() == ["open"]
        assert board.alarms() == []
        await until(lambda: board.alarms() == ["held_open"])

    on_board(scenario, replace(WIRED, contact_open=Level.HIGH))


def test_who_goes_out_moves_no_relay_and_forces_nothing() -> None:
    async def scenario(board: WiredBoard) -> None:
        board.drive(EXIT, Level.LOW)
        await until(lambda: board.states() == ["unlocked"])
        board.drive(CONTACT, OPENED)
        await until(lambda: board.states()[-1] == "open")
        assert not board.is_on(RELAY)
        assert board.alarms() == []

    on_board(scenario)


def test_fire_is_a_notice_without_a_sound_and_tamper_has_one() -> None:
    async def scenario(board: WiredBoard) -> None:
        board.drive(FIRE, Level.LOW)
        await until(lambda: board.alarms() == ["fire"])
        assert board.states() == ["held_unlocked"]
        assert not board.is_on(ALARM)
        board.drive(TAMPER, Level.LOW)
        await until(lambda: "tamper" in board.alarms())
        assert board.is_on(ALARM)

    on_board(scenario)


def test_an_edge_that_nobody_told_of_is_seen_a_moment_later(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(contacts, "LOOK_EVERY_S", 0.01)

    async def scenario(board: WiredBoard) -> None:
        pin = board.pins.factory.pin(CONTACT)
        pin._when_changed = None
        pin._state = False
        await until(lambda: board.alarms() == ["forced_open"])

    on_board(scenario)


def test_a_pin_that_cannot_be_read_once_is_looked_at_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(contacts, "LOOK_EVERY_S", 0.01)

    async def scenario(board: WiredBoard) -> None:
        failed: list[object] = []
        asyncio.get_running_loop().set_exception_handler(lambda _, context: failed.append(context["exception"]))
        pin = board.pins.factory.pin(CONTACT)
        pin._when_changed = None
        read = pin._get_state

        def fail_once() -> object:
            pin._get_state = read
            raise OSError

        pin._get_state = fail_once
        pin._state = False
        await until(lambda: board.alarms() == ["forced_open"])
        assert len(failed) == 1

    on_board(scenario)


def test_a_scan_is_heard_through_an_alarm_which_goes_on_after_it() -> None:
    async def scenario(board: WiredBoard) -> None:
        board.drive(TAMPER, Level.LOW)
        await until(lambda: board.alarms() == ["tamper"])
        board.signals.show(DENIED)
        assert board.is_on(BUZZER)
        await until(lambda: not board.is_on(BUZZER))
        await until(lambda: board.is_on(BUZZER))

    on_board(scenario)


def test_every_alarm_that_sounds_has_a_pattern_of_its_own() -> None:
    assert len(set(ALARM_PATTERNS.values())) == len(ALARM_PATTERNS)
    assert all(len(pattern) % 2 == 0 and min(pattern) > 0 for pattern in ALARM_PATTERNS.values())


def test_inputs_that_change_are_freed_claimed_and_read_anew() -> None:
    async def scenario(board: WiredBoard) -> None:
        board.drive(CONTACT, OPENED)
        await until(lambda: board.alarms() == ["forced_open"])
        moved = replace(WIRED, contact_pin=24, tamper_pin=None)
        board.signals.free(moved.pins)
        assert CONTACT not in board.signals.pins
        board.signals.claim(moved, board.pins)
        assert {24, EXIT, FIRE} <= board.signals.pins
        assert TAMPER not in board.signals.pins
        assert board.log.all("door_alarm_cleared") != []
        board.drive(24, OPENED)
        await until(lambda: board.alarms() == ["forced_open", "forced_open"])

    on_board(scenario)


def test_a_contact_that_is_read_the_other_way_round_is_another_level() -> None:
    async def scenario(board: WiredBoard) -> None:
        turned = replace(WIRED, contact_open=Level.HIGH)
        board.signals.free(turned.pins)
        board.signals.claim(turned, board.pins)
        assert board.states() == ["open"]

    on_board(scenario)


def test_a_relay_that_is_on_at_low_rests_high_and_changes_with_its_polarity() -> None:
    async def scenario(board: WiredBoard) -> None:
        low = replace(WIRED, relay_active=Level.LOW)
        board.signals.free(low.pins)
        board.signals.claim(low, board.pins)
        assert board.is_on(RELAY)
        board.signals.show(GRANTED)
        assert not board.is_on(RELAY)
        board.signals.free(WIRED.pins)
        board.signals.claim(WIRED, board.pins)

    on_board(scenario)


def test_an_input_that_cannot_be_had_gives_all_back() -> None:
    async def scenario(board: WiredBoard) -> None:
        taken = board.pins.output(19, "granted_lamp_pin", "counter")
        moved = replace(WIRED, fire_pin=19)
        board.signals.free(moved.pins)
        with pytest.raises(HardwareError) as caught:
            board.signals.claim(moved, board.pins)
        assert caught.value.field == "fire_pin"
        assert board.signals.pins == frozenset()
        taken.close()

    on_board(scenario)


def test_while_the_partner_is_open_a_grant_is_shown_as_a_denial() -> None:
    async def scenario(board: WiredBoard) -> None:
        board.signals.claim(replace(WIRED, interlock="inner"), board.pins)
        is_open = [True]
        board.signals.door.partner_is_open = lambda name: name == "inner" and is_open[0]
        board.signals.show(GRANTED)
        assert (board.is_on(RELAY), board.is_on(GREEN), board.is_on(RED)) == (False, False, True)
        assert board.log.all("door_interlocked") == [{"reader": "door", "open": "inner"}]
        is_open[0] = False
        board.signals.show(GRANTED)
        assert board.is_on(RELAY)

    on_board(scenario)


def test_an_open_partner_keeps_nobody_out_of_a_door_that_is_held() -> None:
    async def scenario(board: WiredBoard) -> None:
        board.signals.claim(replace(WIRED, interlock="inner"), board.pins)
        board.signals.door.partner_is_open = lambda _: True
        assert board.signals.interlocked_by() == "inner"
        board.signals.hold()
        assert board.signals.interlocked_by() is None
        board.signals.show(GRANTED)
        assert (board.is_on(RELAY), board.is_on(RED)) == (True, False)

    on_board(scenario)


def test_a_lockdown_is_a_state_of_the_door() -> None:
    async def scenario(board: WiredBoard) -> None:
        board.signals.lock_down(True)
        assert board.states() == ["lockdown"]
        board.signals.lock_down(False)
        assert board.states() == ["lockdown", "locked"]

    on_board(scenario)


def test_a_door_that_is_closed_tells_nothing_any_more() -> None:
    async def scenario(board: WiredBoard) -> None:
        board.drive(CONTACT, OPENED)
        await until(lambda: board.alarms() == ["forced_open"])
        board.signals.close()
        board.signals.door.handle(Event.TICK)
        assert board.log.all("door_alarm_cleared") == []

    on_board(scenario)
