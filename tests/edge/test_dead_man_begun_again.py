"""One that ended is begun again: at once, or after pauses that grow where one after the other ends; told once."""

import os
import signal
import sys
from pathlib import Path

import pytest

from edge.hardware import dead_man_switch
from edge.hardware.dead_man_switch import DeadManSwitch
from tests.edge.dead_man_runs import BUZZER, NEVER_S, RELAY, children, with_switch
from tests.edge.edge_at_pins import CHIP, at_pins
from tests.edge.fakes import FakeLog
from tests.edge.link_runs import until

PAUSE_S = 0.02
NO_CHIP = 9
NOTES_ITSELF = "import os, pathlib, sys; pathlib.Path(sys.argv[1]).open('a').write('.'); "
ANSWERS = "sys.stdin.readline(); os.write(0, b'.'); "
ENDS = "os._exit(3)"


@pytest.fixture
def real_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As an edge has it, and patient with nothing."""
    for name, value in at_pins(tmp_path / "lines").items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(dead_man_switch, "_AGAIN_S", 0.0)
    monkeypatch.setattr(dead_man_switch, "_STANDS_S", 0.0)


@pytest.mark.usefixtures("real_one")
def test_each_that_was_killed_is_told_once_and_begun_again_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dead_man_switch, "_LATER_S", NEVER_S)
    log = FakeLog()
    switch = DeadManSwitch(log)

    async def work() -> None:
        before = children()
        await switch.hold(CHIP, {RELAY: 0})
        for times in (1, 2):
            (one,) = children() - before
            os.kill(one, signal.SIGKILL)
            await until(lambda times=times: len(log.all("guarded")) == times)  # type: ignore[misc]
            assert one not in children()
            assert len(children() - before) == 1

    with_switch(switch, work)
    assert [each["why"] for each in log.all("unguarded")] == ["its process ended: -9"] * 2


@pytest.mark.usefixtures("real_one")
def test_one_that_could_not_open_the_chip_guards_nothing(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(dead_man_switch, "_AGAIN_S", PAUSE_S / 4)
    monkeypatch.setattr(dead_man_switch, "_LATER_S", PAUSE_S)
    log = FakeLog()
    switch = DeadManSwitch(log)

    async def work() -> None:
        await switch.hold(NO_CHIP, {RELAY: 0})
        await until(lambda: switch._pause_s == PAUSE_S)
        assert not log.all("guarded")
        await switch.hold(CHIP, {RELAY: 0})
        await until(lambda: log.all("guarded"))

    with_switch(switch, work)
    assert [each["why"] for each in log.all("unguarded")] == ["its process ended: 1"]
    assert capfd.readouterr().err.count("can not open gpiochip") == 1 + 1  # raised, and told: of the first alone


@pytest.mark.parametrize("ends", [NOTES_ITSELF + ENDS, NOTES_ITSELF + ANSWERS + ENDS])
@pytest.mark.parametrize(("later_s", "pause_s"), [(NEVER_S, 16 * PAUSE_S), (2 * PAUSE_S, 2 * PAUSE_S)])
def test_those_that_end_one_after_the_other_are_told_once_and_begun_after_pauses_that_grow(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, ends: str, later_s: float, pause_s: float
) -> None:
    monkeypatch.setattr(dead_man_switch, "_AGAIN_S", PAUSE_S)
    monkeypatch.setattr(dead_man_switch, "_LATER_S", later_s)
    log, begun = FakeLog(), tmp_path / "begun"
    begun.touch()
    switch = DeadManSwitch(log, (sys.executable, "-c", ends, str(begun)))

    async def work() -> None:
        await switch.hold(CHIP, {RELAY: 0})
        await until(lambda: len(begun.read_text()) >= 5)
        assert pause_s <= switch._pause_s <= later_s

    with_switch(switch, work)
    assert [each["why"] for each in log.all("unguarded")] == ["its process ended: 3"]
    assert log.all("guarded") == []


def test_one_that_has_stood_for_a_while_is_no_repetition(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dead_man_switch, "_AGAIN_S", PAUSE_S)
    monkeypatch.setattr(dead_man_switch, "_STANDS_S", 2.0)
    log, begun = FakeLog(), tmp_path / "begun"
    begun.touch()
    at_last = f"{NOTES_ITSELF}{ANSWERS}len(open(sys.argv[1]).read()) < 7 and {ENDS}; sys.stdin.read()"
    switch = DeadManSwitch(log, (sys.executable, "-c", at_last, str(begun)))

    async def work() -> None:
        await switch.hold(CHIP, {RELAY: 0})
        await until(lambda: log.all("guarded"))
        assert (len(begun.read_text()), switch._pause_s) == (7, PAUSE_S)

    with_switch(switch, work)


def test_one_that_answers_often_has_not_stood_for_longer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dead_man_switch, "_AGAIN_S", NEVER_S)
    log = FakeLog()
    switch = DeadManSwitch(log, (sys.executable, "-c", f"import os, sys; {ANSWERS}{ANSWERS}{ENDS}"))

    async def work() -> None:
        await switch.hold(CHIP, {RELAY: 0})
        await until(lambda: switch._standing is not None)
        standing = switch._standing
        await switch.hold(CHIP, {RELAY: 0, BUZZER: 0})
        await until(lambda: log.all("unguarded"))
        assert standing is not None
        assert (standing.cancelled(), switch._standing) == (True, None)

    with_switch(switch, work)


def test_without_outputs_nothing_is_unguarded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dead_man_switch, "_AGAIN_S", PAUSE_S)
    log = FakeLog()
    switch = DeadManSwitch(log, ("/no/such/command",))

    async def work() -> None:
        await switch.hold(CHIP, {RELAY: 0})
        await switch.hold(None, {})
        await until(lambda: log.all("guarded"))

    with_switch(switch, work)
