"""What lamps say of a decision, and an amber lamp among them."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest
from msgspec.structs import replace

from contract.configuration import PinFactory, Reader
from contract.door_configuration import Level
from contract.reasons import Outcome, Reason
from edge.core.signs import NOT_NOW, Sign, sign_of
from edge.counter.texts import OF_REASON, Tone
from edge.hardware.pins import open_pins
from edge.hardware.signals import ReaderSignals
from tests.edge.fakes import FakeLog
from tests.edge.link_runs import until
from tests.edge.test_signals import BUZZER, DENIED, DOOR, GRANTED, GREEN, RED, RELAY

AMBER = 24
LIT = replace(DOOR, caution_lamp_pin=AMBER)
AGAIN = replace(DENIED, reason=Reason.UNREADABLE)
WARNED = replace(GRANTED, inside_already=True)


class Board:
    def __init__(self, reader: Reader) -> None:
        self.pins = open_pins(PinFactory.MOCK)
        self.signals = ReaderSignals(reader, self.pins, FakeLog())

    def on(self) -> set[int]:
        return {pin for pin in (RELAY, GREEN, AMBER, RED, BUZZER) if self.pins.factory.pin(pin).state}


def on_board(scenario: Callable[[Board], Awaitable[None]], reader: Reader = LIT) -> None:
    async def run() -> None:
        board = Board(reader)
        await scenario(board)
        board.signals.close()

    asyncio.run(run())


@pytest.mark.parametrize("reason", Reason)
def test_a_lamp_says_what_a_counters_screen_would(reason: Reason) -> None:
    tone = OF_REASON[reason].tone
    if tone is Tone.GREEN:
        assert sign_of(replace(GRANTED, reason=reason)) is Sign.GRANTED
    else:
        sign = Sign.CAUTION if tone is Tone.AMBER else Sign.DENIED
        assert sign_of(replace(DENIED, outcome=Outcome.DENIED, reason=reason)) is sign
    assert (reason in NOT_NOW) is (tone is Tone.AMBER or reason is Reason.GRANTED)


def test_nothing_to_undo_is_no_plain_no() -> None:
    assert sign_of(replace(GRANTED, outcome=Outcome.DENIED)) is Sign.CAUTION


def test_scan_again_and_a_no_are_two_lights() -> None:
    async def scenario(board: Board) -> None:
        board.signals.show(AGAIN)
        assert board.on() == {AMBER, BUZZER}
        board.signals.show(DENIED)
        assert board.on() == {RED, BUZZER}
        board.signals.turn_away()
        assert board.on() == {AMBER, BUZZER}

    on_board(scenario)


def test_a_grant_with_a_warning_is_green_and_amber() -> None:
    async def scenario(board: Board) -> None:
        board.signals.show(WARNED)
        assert board.on() == {RELAY, GREEN, AMBER, BUZZER}
        board.signals.show(GRANTED)
        assert board.on() == {RELAY, GREEN, BUZZER}
        await until(lambda: board.on() == set())

    on_board(scenario)


def test_while_the_hub_is_asked_the_lamp_before_is_no_answer() -> None:
    async def scenario(board: Board) -> None:
        board.signals.show(GRANTED)
        board.signals.wait()
        assert board.on() == {RELAY, AMBER, BUZZER}
        board.signals.show(DENIED)
        assert board.on() == {RELAY, RED, BUZZER}

    on_board(scenario)


def test_without_an_amber_lamp_red_says_it() -> None:
    async def scenario(board: Board) -> None:
        for say in (lambda: board.signals.show(AGAIN), board.signals.turn_away):
            board.signals.show(WARNED)
            say()
            assert board.on() == {RELAY, RED, BUZZER}

    on_board(scenario, DOOR)


def test_lamps_that_are_on_at_low() -> None:
    async def scenario(board: Board) -> None:
        assert board.on() == {AMBER, RED, BUZZER}
        board.signals.show(AGAIN)
        assert board.on() == {RED}

    low = {"caution_lamp_active": Level.LOW, "denied_lamp_active": Level.LOW, "buzzer_active": Level.LOW}
    on_board(scenario, replace(LIT, **low))
