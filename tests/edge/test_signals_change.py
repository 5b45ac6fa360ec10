"""Outputs whose pins change while they show something, and lamps that blink, on gpiozero's mock pins."""

import asyncio

import pytest
from msgspec.structs import replace

from edge.hardware import signals
from edge.hardware.pins import HardwareError
from tests.edge.test_signals import COUNTER, DENIED, DOOR, GRANTED, GREEN, RED, RELAY, Board, on_board

ELSEWHERE = replace(DOOR, relay_pin=5)


def test_a_pin_that_stays_goes_on_with_its_pulse_and_one_that_goes_is_off() -> None:
    async def scenario(board: Board) -> None:
        board.signals.show(GRANTED)
        board.signals.free(ELSEWHERE.pins)
        assert GREEN in board.on()
        assert RELAY not in board.on()
        board.signals.claim(ELSEWHERE, board.pins)
        assert board.signals.pins == frozenset(ELSEWHERE.pins.values())
        assert 5 not in board.on()
        board.signals.show(GRANTED)
        assert {5, GREEN} <= board.on()

    on_board(DOOR, scenario)


def test_a_door_that_is_held_is_held_by_its_new_pin() -> None:
    async def scenario(board: Board) -> None:
        board.signals.hold()
        board.signals.free(ELSEWHERE.pins)
        assert RELAY not in board.on()
        board.signals.claim(ELSEWHERE, board.pins)
        assert {5, GREEN} <= board.on()
        board.signals.release()
        assert board.on() == set()

    on_board(DOOR, scenario)


def test_a_pin_that_cannot_be_had_gives_all_back_and_names_its_field() -> None:
    async def scenario(board: Board) -> None:
        taken = board.pins.output(5, "granted_lamp_pin", "counter")
        board.signals.free(ELSEWHERE.pins)
        with pytest.raises(HardwareError) as caught:
            board.signals.claim(ELSEWHERE, board.pins)
        assert caught.value.field == "relay_pin"
        assert board.signals.pins == frozenset()
        taken.close()
        board.signals.claim(DOOR, board.pins)
        assert board.signals.pins == frozenset(DOOR.pins.values())

    on_board(DOOR, scenario)


def test_unlocked_once_is_a_grants_pulse() -> None:
    async def scenario(board: Board) -> None:
        board.signals.unlock_once()
        assert {RELAY, GREEN} <= board.on()

    on_board(DOOR, scenario)


def test_lamps_blink_and_come_to_rest(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(signals, "BLINK_S", 0.04)
    monkeypatch.setattr(signals, "IDENTIFY_S", 0.2)

    async def scenario(board: Board) -> None:
        board.signals.identify()
        seen = []
        for _ in range(60):
            seen.append(frozenset(board.on()))
            await asyncio.sleep(0.01)
        assert set(seen) <= {frozenset(), frozenset({GREEN, RED}), frozenset({GREEN}), frozenset({RED})}
        assert frozenset({GREEN, RED}) in seen
        assert board.on() == set()

    on_board(DOOR, scenario)


def test_what_a_scan_shows_ends_the_blinking(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(signals, "BLINK_S", 0.02)

    async def scenario(board: Board) -> None:
        board.signals.identify()
        board.signals.show(DENIED)
        for _ in range(20):
            assert RED in board.on()
            assert GREEN not in board.on()
            await asyncio.sleep(0.005)

    on_board(DOOR, scenario)


def test_what_a_scan_has_shown_is_not_cut_short_by_blinking(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(signals, "BLINK_S", 0.02)

    async def scenario(board: Board) -> None:
        board.signals.show(GRANTED)
        board.signals.identify()
        board.signals.identify()
        for _ in range(10):
            assert {RELAY, GREEN} <= board.on()
            await asyncio.sleep(0.005)

    on_board(DOOR, scenario)


def test_one_lamp_blinks_alone() -> None:
    async def scenario(board: Board) -> None:
        board.signals.identify()
        assert board.on() == {5}

    on_board(COUNTER, scenario)
