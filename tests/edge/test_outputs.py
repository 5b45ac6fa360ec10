"""One output on a mock pin: a level that cannot be set, a beep beside a pattern, and what closing leaves."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from contract.configuration import PinFactory
from edge.hardware import outputs
from edge.hardware.outputs import Output
from edge.hardware.pins import open_pins
from tests.edge.link_runs import until
from tests.edge.test_contacts import RELAY, WiredBoard
from tests.edge.test_contacts import on_board as on_wired_board
from tests.edge.test_signals import DOOR, GRANTED

PIN = 17
ALL = -1


class Stubborn:
    """gpiozero's device; the next `fails` times that it should go off it cannot (ALL: never)."""

    def __init__(self, device: Any) -> None:
        self._device = device
        self.fails = 0

    def __getattr__(self, name: str) -> Any:
        return getattr(self._device, name)

    @property
    def value(self) -> Any:
        return self._device.value

    @value.setter
    def value(self, on: bool) -> None:
        if not on and self.fails:
            self.fails -= 1
            raise OSError("the kernel is busy")
        self._device.value = on


class World:
    def __init__(self) -> None:
        self.pins = open_pins(PinFactory.MOCK)
        self.device = Stubborn(self.pins.output(PIN, "relay_pin", "door"))
        self.failed: list[Exception] = []
        self.output = Output(self.device, self.pins.errors, self.failed.append)

    @property
    def is_on(self) -> bool:
        return bool(self.pins.factory.pin(PIN).state)


def in_world(scenario: Callable[[World], Awaitable[None]]) -> None:
    async def run() -> None:
        await scenario(World())

    asyncio.run(run())


def test_a_level_that_could_not_be_set_is_set_a_moment_later_and_told_once() -> None:
    async def scenario(world: World) -> None:
        world.output.set(True)
        world.device.fails = 3
        world.output.set(False)
        assert world.is_on
        await until(lambda: not world.is_on)
        assert [str(error) for error in world.failed] == ["the kernel is busy"]
        world.output.set(True)
        world.device.fails = 1
        world.output.set(False)
        assert len(world.failed) == 2

    in_world(scenario)


def test_what_is_wanted_last_is_what_comes_of_it() -> None:
    async def scenario(world: World) -> None:
        world.output.set(True)
        world.device.fails = 1
        world.output.set(False)
        world.output.set(True)
        await asyncio.sleep(outputs.RETRY_S * 2)
        assert world.is_on

    in_world(scenario)


def test_one_that_cannot_be_set_is_given_back_and_left_alone() -> None:
    async def scenario(world: World) -> None:
        world.output.pulse(0.01)
        world.device.fails = ALL
        world.output.close()
        await asyncio.sleep(outputs.RETRY_S * 2)
        assert world.device.fails == ALL - 1
        assert len(world.failed) == 1

    in_world(scenario)


def test_a_beep_is_heard_to_its_end_before_a_pattern_begins() -> None:
    async def scenario(world: World) -> None:
        world.output.pulse(0.2)
        world.output.repeat((0.01, 60.0))
        await asyncio.sleep(0.1)
        assert world.is_on
        await until(lambda: not world.is_on)

    in_world(scenario)


def test_closing_leaves_nothing_to_come() -> None:
    async def scenario(world: World) -> None:
        for begin in (lambda: world.output.pulse(0.02), lambda: world.output.repeat((0.02, 0.02))):
            begin()
            world.output.close()
            assert not world.output.is_busy
            world.output = Output(world.pins.output(PIN, "relay_pin", "door"), (), world.failed.append)

    in_world(scenario)


def test_a_relay_that_would_not_go_off_goes_off_without_another_event() -> None:
    async def scenario(board: WiredBoard) -> None:
        relay = board.signals._outputs["relay_pin"]
        stubborn = Stubborn(relay._device)
        relay._device = stubborn
        board.signals.show(GRANTED)
        stubborn.fails = 2
        await until(lambda: stubborn.fails == 0)
        await until(lambda: not board.is_on(RELAY))
        (failed,) = board.log.all("output_failed")
        assert failed == {"reader": "door", "what": "relay_pin", "why": "the kernel is busy"}

    on_wired_board(scenario, DOOR)
