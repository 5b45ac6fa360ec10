"""`doorward-edge rest`: what a killed edge left on is off, whatever is missing; inputs are left alone."""

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from contract.orders import Desired
from edge import resting
from edge.core.saved_orders import ConfigurationOrders, SavedOrders
from edge.firmware_config import firmware_config
from edge.hardware import resting as hardware_resting
from edge.storage.orders_file import OrdersFile
from tests.edge import fake_lgpio
from tests.edge.edge_at_pins import at_pins
from tests.edge.edge_process import DEADLINE_S, run_command, write_configuration
from tests.enrolled import enrolled_state

DOOR = {"name": "door", "kind": "door", "permission": "p", "device": "/dev/ttyACM0", "relay_pin": 26}
ON_A_CHIP = """
import sys
from tests.edge import fake_lgpio
fake_lgpio.install()
from edge.hardware import resting
resting.chip_number = lambda *_: 4
from edge.__main__ import main
code = main()
loaded = {name.partition('.')[0] for name in sys.modules} & {'gpiozero', 'asyncio', 'paho', 'aiosqlite', 'serial'}
assert not loaded, loaded
assert not {'edge.log', 'edge.ports', 'edge.core.sync_events'} & set(sys.modules)
sys.exit(code)
"""


def desired(generation: int, *readers: dict[str, object], **hardware: str) -> Desired:
    document = {"hardware": {"pin_factory": "lgpio", **hardware}, "readers": list(readers)}
    return Desired(epoch=7, generation=generation, document=document)


def saved(state: Path, **orders: object) -> Path:
    state.mkdir()
    OrdersFile(state).write(SavedOrders(configuration=ConfigurationOrders(**orders)))  # type: ignore[arg-type]
    return state


def own_file(folder: Path, door: dict[str, object]) -> Path:
    path = folder / "edge.toml"
    reader = "\n".join(f"{word} = {value!r}" for word, value in door.items())
    path.write_text(f'[hardware]\npin_factory = "lgpio"\n[[readers]]\n{reader}\n')
    return path


@pytest.fixture
def chip(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "lgpio", fake_lgpio.fresh())
    monkeypatch.setattr(hardware_resting, "chip_number", lambda *_: 4)


def test_a_killed_edge_leaves_no_relay_on(tmp_path: Path) -> None:
    lines = tmp_path / "lines"
    left = "import os, signal; from tests.edge import fake_lgpio as g; g.gpio_claim_output(4, 26, 0); "
    environment = {**os.environ, "FAKE_LGPIO_LINES": str(lines)}
    killed = subprocess.run(
        [sys.executable, "-c", left + "os.kill(os.getpid(), signal.SIGKILL)"], env=environment, check=False
    )
    assert killed.returncode == -9
    assert fake_lgpio.kept_levels(lines) == {26: 0}
    state = saved(tmp_path / "state", stands=desired(1, DOOR, relay_board="waveshare-rpi-relay"))
    rested = subprocess.run(
        [sys.executable, "-c", ON_A_CHIP, "rest", "--state", str(state)],
        env=environment,
        capture_output=True,
        text=True,
        timeout=DEADLINE_S,
        check=False,
    )
    assert (rested.returncode, rested.stdout, rested.stderr) == (0, "doorward-edge: at rest: GPIO 26\n", "")
    assert fake_lgpio.kept_levels(lines) == {26: 1}


def test_a_whole_edge_that_is_killed_with_its_processes_while_its_door_is_held_leaves_it_locked(
    tmp_path: Path,
) -> None:
    lines = tmp_path / "lines"
    environment = {**os.environ, **at_pins(lines)}
    path = write_configuration(
        tmp_path,
        **{
            'pin_factory = "mock"': 'pin_factory = "lgpio"\nrelay_board = "az-delivery-8-relay"',
            "relay_pin = 17": 'relay_pin = 17\nbuzzer_pin = 22\nposture = "unlocked"',
        },
    )
    enrolled_state(tmp_path / "state")
    command = run_command(tmp_path / "state", path, "tests.edge.edge_at_pins")
    edge = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, start_new_session=True)
    try:
        deadline = time.monotonic() + DEADLINE_S
        while fake_lgpio.kept_levels(lines) != {17: 0, 22: 0}:
            assert time.monotonic() < deadline
            assert edge.poll() is None
            time.sleep(0.05)
    finally:
        os.killpg(edge.pid, signal.SIGKILL)
        edge.wait()
    assert fake_lgpio.kept_levels(lines) == {17: 0, 22: 0}
    rest = [sys.executable, "-c", ON_A_CHIP, "rest", "--state", str(tmp_path / "state"), "--config", str(path)]
    assert subprocess.run(rest, env=environment, check=False).returncode == 0
    assert fake_lgpio.kept_levels(lines) == {17: 1, 22: 0}


@pytest.mark.usefixtures("chip")
def test_each_output_goes_off_and_no_input_is_touched(tmp_path: Path) -> None:
    pins = {"granted_lamp_pin": 5, "denied_lamp_pin": 6, "buzzer_pin": 7, "alarm_pin": 8, "contact_pin": 9}
    state = saved(tmp_path / "state", stands=desired(1, {**DOOR, **pins, "relay_active": "low"}))
    assert resting.main(["--state", str(state)]) == 0
    assert set(fake_lgpio.heard) == {("output", 4, pin, int(pin == 26)) for pin in (26, 5, 6, 7, 8)}


@pytest.mark.usefixtures("chip")
def test_while_one_is_tried_the_one_before_rests_too(tmp_path: Path) -> None:
    before = {**DOOR, "relay_active": "low", "buzzer_pin": 5, "alarm_pin": 6}
    now = {**DOOR, "contact_pin": 6}
    state = saved(tmp_path / "state", stands=desired(2, now), good=desired(1, before), trying=True)
    assert resting.main(["--state", str(state)]) == 0
    assert set(fake_lgpio.heard) == {("output", 4, 26, 0), ("output", 4, 5, 0)}


@pytest.mark.usefixtures("chip")
def test_the_edges_own_file_serves_without_a_hub(tmp_path: Path) -> None:
    path = own_file(tmp_path, DOOR)
    assert resting.main(["--state", str(tmp_path / "none"), "--config", str(path)]) == 0
    assert fake_lgpio.heard == [("output", 4, 26, 0)]


@pytest.mark.parametrize(
    ("stands", "trying", "rested"),
    [
        (DOOR, False, {26}),
        (DOOR, True, {26, 5}),
        ({**DOOR, "relay_pin": 99}, False, {5}),
    ],
)
@pytest.mark.usefixtures("chip")
def test_the_edges_own_file_counts_only_while_the_hubs_does_not_stand(
    tmp_path: Path, stands: dict[str, object], trying: bool, rested: set[int]
) -> None:
    path = own_file(tmp_path, DOOR | {"relay_pin": 5})
    state = saved(tmp_path / "state", stands=desired(1, stands), trying=trying)
    assert resting.main(["--state", str(state), "--config", str(path)]) == (99 in stands.values())
    assert {pin for _, _, pin, _ in fake_lgpio.heard} == rested


@pytest.mark.usefixtures("chip")
def test_a_pin_that_somebody_holds_is_told_and_the_others_rest(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    fake_lgpio.TAKEN.add(26)
    state = saved(tmp_path / "state", stands=desired(1, {**DOOR, "buzzer_pin": 5}))
    assert resting.main(["--state", str(state)]) == 1
    assert fake_lgpio.heard == [("output", 4, 5, 0)]
    assert capsys.readouterr().err == "doorward-edge: not at rest: GPIO 26: GPIO busy\n"


@pytest.mark.usefixtures("chip")
def test_a_relay_whose_level_nobody_knows_is_left_as_it_is_and_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    named = {"board": "no-such-board", "relay_board": "waveshare-rpi-relay-v2"}
    other = {**DOOR, "name": "other", "device": "/dev/b", "relay_pin": 20, "relay_active": "low"}
    state = saved(tmp_path / "state", stands=desired(1, DOOR, other, **named))
    assert resting.main(["--state", str(state)]) == 1
    assert fake_lgpio.heard == [("output", 4, 20, 1)]
    said = capsys.readouterr().err
    assert 'relay_board is "waveshare-rpi-relay-v2"' in said
    assert "door.relay_pin, GPIO 26: left as it is" in said


@pytest.mark.usefixtures("chip")
def test_another_boards_broken_file_changes_no_level(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shutil.copytree(firmware_config(), tmp_path / "known")
    (tmp_path / "known" / "boards" / "az-delivery-8-relay.toml").write_text("")
    monkeypatch.setenv("DOORWARD_FIRMWARE_CONFIG", str(tmp_path / "known"))
    state = saved(tmp_path / "state", stands=desired(1, DOOR, relay_board="waveshare-rpi-relay"))
    assert resting.main(["--state", str(state)]) == 0
    assert fake_lgpio.heard == [("output", 4, 26, 1)]


@pytest.mark.usefixtures("chip")
def test_a_siren_on_the_relay_board_rests_at_its_level(tmp_path: Path) -> None:
    door = {**DOOR, "alarm_pin": 20, "buzzer_pin": 5, "caution_lamp_pin": 6, "caution_lamp_active": "low"}
    state = saved(tmp_path / "state", stands=desired(1, door, relay_board="waveshare-rpi-relay"))
    assert resting.main(["--state", str(state)]) == 0
    assert {(pin, level) for _, _, pin, level in fake_lgpio.heard} == {(26, 1), (20, 1), (5, 0), (6, 1)}


@pytest.mark.usefixtures("chip")
def test_an_unknown_computer_keeps_no_relay_boards_level_back(tmp_path: Path) -> None:
    named = {"board": "no-such-board", "relay_board": "waveshare-rpi-relay"}
    state = saved(tmp_path / "state", stands=desired(1, DOOR, **named))
    assert resting.main(["--state", str(state)]) == 1
    assert fake_lgpio.heard == [("output", 4, 26, 1)]


@pytest.mark.usefixtures("chip")
def test_one_chip_by_two_names_is_one(tmp_path: Path) -> None:
    before = desired(1, {**DOOR, "buzzer_pin": 6})
    now = desired(2, {**DOOR, "contact_pin": 6}, chip="pinctrl-rp1")
    state = saved(tmp_path / "state", stands=now, good=before, trying=True)
    assert resting.main(["--state", str(state)]) == 0
    assert fake_lgpio.heard == [("output", 4, 26, 0)]


@pytest.mark.usefixtures("chip")
def test_what_cannot_be_read_holds_up_nothing_else(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    state = saved(tmp_path / "state", stands=desired(1, DOOR, board="no-such-board"), trying=True)
    assert resting.main(["--state", str(state), "--config", str(tmp_path / "none.toml")]) == 1
    assert fake_lgpio.heard == [("output", 4, 26, 0)]
    said = capsys.readouterr().err
    assert "a configuration cannot be read" in said
    assert 'board is "no-such-board"' in said


def test_without_pins_there_is_nothing_to_do(tmp_path: Path) -> None:
    assert resting.main(["--state", str(tmp_path)]) == 0
    state = saved(tmp_path / "state", stands=desired(1, DOOR, pin_factory="mock"))
    assert resting.main(["--state", str(state)]) == 0


def test_without_lgpio_it_says_what_to_install(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "lgpio", None)
    state = saved(tmp_path / "state", stands=desired(1, DOOR))
    assert resting.main(["--state", str(state)]) == 1
    assert "apt install python3-lgpio" in capsys.readouterr().err


def test_a_folder_that_is_none_is_not_taken_for_an_edge_at_rest(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert resting.main(["--state", str(tmp_path / "none")]) == 1
    assert f"there is no folder {tmp_path / 'none'}" in capsys.readouterr().err
    assert not (tmp_path / "none").exists()


@pytest.mark.usefixtures("chip")
def test_what_was_set_is_told_to_a_person_and_not_to_the_journal(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    real, mock = desired(1, DOOR), desired(1, DOOR, pin_factory="mock")
    for name, stands, told in (
        ("real", real, "at rest: GPIO 26"),
        ("mock", mock, "its configuration has no output at a pin"),
        ("empty", None, "it holds no configuration"),
    ):
        state = saved(tmp_path / name, stands=stands)
        assert resting.main(["--state", str(state)]) == 0
        assert told in capsys.readouterr().out
    monkeypatch.setattr(resting, "is_journal", lambda _descriptor, _variables: True)
    assert resting.main(["--state", str(tmp_path / "real")]) == 0
    assert capsys.readouterr().out == ""
