"""Relay, lamps and buzzer on gpiozero's mock pins, for every outcome."""

import asyncio
from collections.abc import Callable

import pytest
from gpiozero import Device

from contract.configuration import PinFactory, Reader, ReaderKind
from contract.decision import Decision
from contract.reasons import Outcome, Reason
from edge.hardware import lgpio_library
from edge.hardware.pins import HardwareError, Pins, open_pins
from edge.hardware.signals import DENIED_BEEP_S, ReaderSignals
from tests.edge.fakes import FakeLog

RELAY, GREEN, RED, BUZZER = 17, 22, 27, 23
DOOR = Reader(
    name="door",
    kind=ReaderKind.DOOR,
    permission="front-door",
    device="/dev/ttyACM0",
    pulse_seconds=0.2,
    relay_pin=RELAY,
    granted_lamp_pin=GREEN,
    denied_lamp_pin=RED,
    buzzer_pin=BUZZER,
)
COUNTER = Reader(
    name="counter", kind=ReaderKind.COUNTER, permission="wine", device="/dev/ttyACM1", granted_lamp_pin=5
)
GRANTED = Decision(Outcome.GRANTED, Reason.GRANTED, "front-door", None)
DENIED = Decision(Outcome.DENIED, Reason.EXPIRED, "front-door", None)


class Board:
    """A mock board and one reader on it."""

    def __init__(self, reader: Reader) -> None:
        self.pins = open_pins(PinFactory.MOCK)
        self.signals = ReaderSignals(reader, self.pins, FakeLog())

    def on(self) -> set[int]:
        numbers = (RELAY, GREEN, RED, BUZZER, 5)
        return {number for number in numbers if self.pins.factory.pin(number).state}


def on_board(reader: Reader, scenario: Callable[[Board], object]) -> None:
    async def run() -> None:
        board = Board(reader)
        await scenario(board)  # type: ignore[misc]
        board.signals.close()
        assert board.on() == set()
        board.pins.close()

    asyncio.run(run())


def test_everything_rests_until_something_is_shown() -> None:
    async def scenario(board: Board) -> None:
        assert board.on() == set()

    on_board(DOOR, scenario)


def test_granted_then_at_rest_again() -> None:
    async def scenario(board: Board) -> None:
        board.signals.show(GRANTED)
        assert board.on() == {RELAY, GREEN, BUZZER}
        await asyncio.sleep(0.5)
        assert board.on() == set()

    on_board(DOOR, scenario)


def test_denied_moves_no_relay() -> None:
    async def scenario(board: Board) -> None:
        board.signals.show(DENIED)
        assert board.on() == {RED, BUZZER}
        await asyncio.sleep(DENIED_BEEP_S + 0.2)
        assert board.on() == {RED}

    on_board(DOOR, scenario)


def test_a_denial_leaves_the_door_to_whom_it_was_opened() -> None:
    async def scenario(board: Board) -> None:
        board.signals.show(GRANTED)
        board.signals.show(DENIED)
        assert board.on() == {RELAY, RED, BUZZER}
        board.signals.show(GRANTED)
        assert board.on() == {RELAY, GREEN, BUZZER}

    on_board(DOOR, scenario)


def test_a_grant_during_a_pulse_begins_it_anew() -> None:
    async def scenario(board: Board) -> None:
        loop = asyncio.get_running_loop()
        ended_s: list[float] = []
        board.pins.factory.pin(RELAY)
        begun_s = loop.time()
        board.signals.show(GRANTED)
        await asyncio.sleep(0.15)
        board.signals.show(GRANTED)
        while RELAY in board.on():
            await asyncio.sleep(0.005)
        ended_s.append(loop.time() - begun_s)
        # Not how fast, but that the first pulse's end did not end the second.
        assert ended_s[0] >= 0.35

    on_board(DOOR, scenario)


def test_a_code_that_is_turned_away_shows_as_a_denial() -> None:
    async def scenario(board: Board) -> None:
        board.signals.turn_away()
        assert board.on() == {RED, BUZZER}

    on_board(DOOR, scenario)


def test_a_door_is_held_open_whatever_is_shown_until_it_is_released() -> None:
    async def scenario(board: Board) -> None:
        board.signals.hold()
        assert board.on() == {RELAY, GREEN}
        board.signals.show(GRANTED)
        assert board.on() == {RELAY, GREEN, BUZZER}
        await asyncio.sleep(0.5)
        assert board.on() == {RELAY, GREEN}
        board.signals.show(DENIED)
        assert board.on() == {RELAY, GREEN, RED, BUZZER}
        board.signals.hold()
        board.signals.release()
        assert board.on() == {RED, BUZZER}
        board.signals.release()
        assert board.on() == {RED, BUZZER}

    on_board(DOOR, scenario)


def test_a_pulse_that_began_before_does_not_end_the_hold() -> None:
    async def scenario(board: Board) -> None:
        board.signals.show(GRANTED)
        board.signals.hold()
        await asyncio.sleep(0.5)
        assert board.on() == {RELAY, GREEN}
        board.signals.release()
        assert board.on() == set()

    on_board(DOOR, scenario)


def test_a_release_leaves_a_pulse_where_nothing_was_held() -> None:
    async def scenario(board: Board) -> None:
        board.signals.show(GRANTED)
        board.signals.release()
        assert board.on() == {RELAY, GREEN, BUZZER}

    on_board(DOOR, scenario)


def test_closing_ends_a_hold() -> None:
    async def scenario(board: Board) -> None:
        board.signals.hold()

    on_board(DOOR, scenario)


def test_the_relay_is_set_first() -> None:
    async def scenario(board: Board) -> None:
        seen: list[set[int]] = []
        green = board.pins.factory.pin(GREEN)
        change = green._change_state
        green._change_state = lambda value: (seen.append(board.on()), change(value))[1]
        board.signals.show(GRANTED)
        assert RELAY in seen[0]

    on_board(DOOR, scenario)


def test_a_counter_has_what_it_was_given() -> None:
    async def scenario(board: Board) -> None:
        board.signals.show(GRANTED)
        assert board.on() == {5}
        board.signals.show(DENIED)
        assert board.on() == set()

    on_board(COUNTER, scenario)


def test_closing_ends_a_pulse() -> None:
    async def scenario(board: Board) -> None:
        board.signals.show(GRANTED)

    on_board(DOOR, scenario)


def test_a_pin_that_is_taken_is_named_and_nothing_is_kept() -> None:
    async def scenario() -> None:
        pins = open_pins(PinFactory.MOCK)
        taken = pins.output(RED, "denied_lamp_pin", "other")
        with pytest.raises(HardwareError, match="reader door, denied_lamp_pin: GPIO 27"):
            ReaderSignals(DOOR, pins, FakeLog())
        taken.close()
        ReaderSignals(DOOR, pins, FakeLog()).close()

    asyncio.run(scenario())


def test_gpiozeros_own_factory_is_never_made() -> None:
    open_pins(PinFactory.MOCK).output(RELAY, "relay_pin", "door")
    assert Device.pin_factory is None


def test_without_lgpio_the_error_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(name: str) -> None:
        raise ImportError(name)

    monkeypatch.setattr(lgpio_library.importlib, "import_module", refuse)
    with pytest.raises(HardwareError, match="apt install python3-lgpio"):
        open_pins(PinFactory.LGPIO)


def test_pins_are_what_the_factory_says() -> None:
    assert isinstance(open_pins(PinFactory.MOCK), Pins)
