"""The switch as the edge has it: told before anything can be on, ended with what it is for, in nobody's way."""

import asyncio
import os
import signal
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from contract.configuration import PinFactory
from contract.door_configuration import Level
from edge.hardware import dead_man_switch
from edge.hardware.dead_man_switch import DeadManSwitch
from edge.hardware.pins import Pins, open_pins
from tests.edge import fake_lgpio
from tests.edge.dead_man_runs import BUZZER, NEVER_S, RELAY, children, with_switch
from tests.edge.edge_at_pins import CHIP, at_pins
from tests.edge.edge_process import EdgeProcess
from tests.edge.fakes import FakeLog
from tests.edge.link_runs import until
from tests.edge.reader_runs import World, in_world

HEARS_NOTHING = (sys.executable, "-c", "import time; time.sleep(3600)")


def test_one_that_has_hardly_begun_takes_no_signal_that_is_meant_for_a_group() -> None:
    """systemd sends one to the whole group as soon as the edge is dead."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, ())
    child = dead_man_switch._Child((sys.executable, "-c", "import sys; sys.stdin.read(); sys.exit(7)"), False)
    assert signal.pthread_sigmask(signal.SIG_BLOCK, ()) == before
    for number in dead_man_switch.FOR_THE_GROUP:
        os.kill(child._process.pid, number)
    assert child.end(NEVER_S) == 7


def test_one_whose_beginning_is_cut_off_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    class Slow(dead_man_switch._Child):
        def __init__(self, command: tuple[str, ...], again: bool) -> None:
            beginning.set()
            time.sleep(0.2)
            super().__init__(command, again)

    beginning = threading.Event()
    monkeypatch.setattr(dead_man_switch, "_Child", Slow)
    switch = DeadManSwitch(FakeLog(), (sys.executable, "-c", "import time; time.sleep(3600)"))

    async def work() -> None:
        holding = asyncio.create_task(switch.hold(CHIP, {RELAY: 0}))
        await asyncio.to_thread(beginning.wait)
        holding.cancel()

    monkeypatch.setattr(dead_man_switch, "_END_S", 0.1)
    with_switch(switch, work)


def test_one_whose_end_is_cut_off_is_ended() -> None:
    """Where no thread has begun with it, none will."""
    may_go_on = threading.Event()
    switch = DeadManSwitch(FakeLog(), (sys.executable, "-c", "import sys; sys.stdin.read()"))

    async def work() -> None:
        loop, before = asyncio.get_running_loop(), children()
        loop.set_default_executor(ThreadPoolExecutor(1))
        await switch.hold(CHIP, {RELAY: 0})
        (one,) = children() - before
        loop.run_in_executor(None, may_go_on.wait)
        os.kill(one, signal.SIGKILL)
        await until(lambda: switch._child is None)
        loop.call_later(0.1, may_go_on.set)

    with_switch(switch, work)


def test_outputs_change_while_one_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    class Tough(dead_man_switch._Child):
        def end(self, within_s: float) -> int | None:
            may_end.wait()
            return super().end(within_s)

    may_end = threading.Event()
    monkeypatch.setattr(dead_man_switch, "_Child", Tough)
    monkeypatch.setattr(dead_man_switch, "_AGAIN_S", NEVER_S)
    log = FakeLog()
    switch = DeadManSwitch(log, (sys.executable, "-c", "import sys; sys.stdin.read()"))

    async def work() -> None:
        before = children()
        await switch.hold(CHIP, {RELAY: 0})
        (first,) = children() - before
        os.kill(first, signal.SIGKILL)
        await until(lambda: switch._child is None)
        await switch.hold(CHIP, {RELAY: 1})
        assert len(children() - before - {first}) == 1
        may_end.set()
        await until(lambda: log.all("unguarded"))

    with_switch(switch, work)


def test_one_that_cannot_be_begun_stops_nothing() -> None:
    log = FakeLog()
    switch = DeadManSwitch(log, ("/no/such/command",))

    async def work() -> None:
        await switch.hold(CHIP, {RELAY: 0})
        await switch.hold(CHIP, {RELAY: 1})

    with_switch(switch, work)
    assert [each["why"] for each in log.all("unguarded")] == ["No such file or directory"]


def test_one_that_takes_nothing_more_holds_up_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dead_man_switch, "_LATER_S", NEVER_S)
    log = FakeLog()
    switch = DeadManSwitch(log, HEARS_NOTHING)

    async def work() -> None:
        while not log.all("unguarded"):
            await switch.hold(CHIP, dict.fromkeys(range(54), 0))
            await asyncio.sleep(0)

    with_switch(switch, work)


def test_one_that_takes_a_part_of_what_is_said_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dead_man_switch, "_LATER_S", NEVER_S)
    log = FakeLog()
    switch = DeadManSwitch(log, HEARS_NOTHING)

    async def work() -> None:
        await switch.hold(CHIP, dict.fromkeys(range(100_000), 0))
        await until(lambda: log.all("unguarded"))

    with_switch(switch, work)


def test_without_real_pins_there_is_no_process() -> None:
    log = FakeLog()
    switch = DeadManSwitch(log, ("/no/such/command",))

    async def work() -> None:
        await switch.hold(None, {})

    with_switch(switch, work)
    assert log.all("unguarded") == []


def test_a_configuration_that_cannot_be_applied_again_and_again_begins_one_process(tmp_path: Path) -> None:
    log, begun = FakeLog(), tmp_path / "begun"
    begun.touch()
    notes = f"import pathlib, sys; pathlib.Path({str(begun)!r}).open('a').write('.'); sys.stdin.read()"
    switch = DeadManSwitch(log, (sys.executable, "-c", notes))

    async def work() -> None:
        for _ in range(3):
            await switch.hold(CHIP, {RELAY: 0})
            await until(begun.read_text)
            await switch.hold(None, {})

    with_switch(switch, work)
    assert (begun.read_text(), log.all("unguarded")) == (".", [])


class Order:
    """In place of a world's switch, and beside its pins: who was asked what, in order."""

    def __init__(self) -> None:
        self.asked: list[Any] = []

    async def hold(self, chip: int | None, levels: Mapping[int, int]) -> None:
        self.asked.append((chip, dict(levels)))

    def pins(self, kind: PinFactory, chip: str | None) -> Pins:
        asked = self.asked

        class Noted(Pins):
            def output(self, number: int, field: str, reader: str, active: Level = Level.HIGH) -> Any:
                asked.append(number)
                return super().output(number, field, reader, active)

        mock = open_pins(PinFactory.MOCK)
        return Noted(mock.factory, mock.errors, CHIP)


def test_it_hears_of_each_output_before_it_is_claimed_and_of_no_input(tmp_path: Path) -> None:
    order = Order()

    async def work(world: World) -> None:
        assert order.asked == [(CHIP, {17: 0, 5: 0}), 17, 5]
        order.asked.clear()
        door = {"relay_pin": 5, "relay_active": "low", "contact_pin": 17}
        assert await world.readers.apply(world.configuration(door=door, bar={"granted_lamp_pin": None})) is None
        assert order.asked == [(CHIP, {5: 1}), 5]
        order.asked.clear()

    in_world(tmp_path, work, order, order.pins)
    assert order.asked == [(None, {})]


@pytest.fixture
def edge(tmp_path: Path) -> Iterator[EdgeProcess]:
    """Its door is held, and its relay is on at low."""
    made = EdgeProcess(
        tmp_path,
        module="tests.edge.edge_at_pins",
        variables=at_pins(tmp_path / "lines"),
        **{
            'pin_factory = "mock"': 'pin_factory = "lgpio"\nrelay_board = "az-delivery-8-relay"',
            "relay_pin = 17": f'relay_pin = {RELAY}\nbuzzer_pin = {BUZZER}\nposture = "unlocked"',
        },
    )
    made.wait_for("started")
    yield made
    made.close()


def its_switch(edge: EdgeProcess) -> int:
    """The process."""
    tasks = Path(f"/proc/{edge.process.pid}/task").iterdir()
    (found,) = {int(each) for task in tasks for each in (task / "children").read_text().split()}
    assert b"edge.dead_man" in Path(f"/proc/{found}/cmdline").read_bytes()
    return found


def test_an_edge_that_is_killed_lets_go_and_says_so(tmp_path: Path, edge: EdgeProcess) -> None:
    assert fake_lgpio.kept_levels(tmp_path / "lines") == {RELAY: 0, BUZZER: 0}
    edge.process.kill()
    edge.ended()  # once nobody has its log open any more
    assert edge.events[-1]["event"] == "let_go"
    assert set(edge.events[-1]["pins"]) == {RELAY, BUZZER}
    assert fake_lgpio.kept_levels(tmp_path / "lines") == {RELAY: 1, BUZZER: 0}


def test_an_edge_whose_switch_was_killed_says_so_and_lets_go_by_the_next_one(
    tmp_path: Path, edge: EdgeProcess
) -> None:
    os.kill(its_switch(edge), signal.SIGKILL)
    edge.wait_for("unguarded")
    edge.wait_for("guarded")
    edge.process.kill()
    edge.ended()
    assert fake_lgpio.kept_levels(tmp_path / "lines") == {RELAY: 1, BUZZER: 0}


def test_an_edge_that_is_stopped_ends_it_and_it_says_nothing(tmp_path: Path, edge: EdgeProcess) -> None:
    switch = its_switch(edge)
    assert edge.stop() == (0, "")
    assert not Path(f"/proc/{switch}").exists()
    assert {event["event"] for event in edge.events} & {"let_go", "unguarded"} == set()
    assert fake_lgpio.kept_levels(tmp_path / "lines") == {RELAY: 1, BUZZER: 0}
