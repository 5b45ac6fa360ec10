"""What the doctor finds of scanners and pins: pseudo-terminals, sysfs as files, a chip that there is not."""

import fcntl
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from contract.configuration import PinFactory
from edge.clock import SystemClock
from edge.doctor import known_hardware, pins, scanners
from edge.doctor.findings import Level
from edge.doctor.patient import Patient
from edge.doctor.running import Running
from edge.firmware_config import VARIABLE
from edge.hardware.boards import read_boards
from tests.edge import fake_lgpio
from tests.edge.doctor_runs import Ward, found, levels, the
from tests.edge.edge_at_pins import at_pins
from tests.edge.edge_process import EdgeProcess
from tests.edge.scanner_tree import ScannerTree

OK, WARNING, FAILURE = Level.OK, Level.WARNING, Level.FAILURE
NOBODY, NO_PROCESS = 65_534, 2**22 + 1
RELAY = 17
MOCK, LGPIO = f'pin_factory = "{PinFactory.MOCK}"', f'pin_factory = "{PinFactory.LGPIO}"'


@pytest.fixture
def ward(tmp_path: Path) -> Iterator[Ward]:
    made = Ward(tmp_path)
    made.enrol()
    yield made
    made.close()


def beside_an_edge(patient: Patient, pid: int | None = None) -> Patient:
    patient.running = Running(pid or os.getpid())  # type: ignore[misc] # as if the kernel had said so
    return patient


def device_is(ward: Ward, device: str, more: str = "") -> None:
    ward.configure(**{f'device = "{ward.folder / "door"}"': f'device = "{device}"{more}'})


# Scanners


def test_scanners_that_nobody_has_are_opened_for_a_moment(ward: Ward) -> None:
    assert levels(found(scanners.devices, ward.patient())["scanners.open"]) == [OK, OK]
    assert levels(found(scanners.profiles, ward.patient())["scanners.profile"]) == [OK, OK]


def test_a_scanner_that_was_pulled_out(ward: Ward) -> None:
    ward.scanners[0].pull_out()
    one = the(scanners.devices, ward.patient(), "scanners.device")
    assert (one.level, one.about) == (FAILURE, "door")
    assert "doorward-edge scanners" in str(one.to_do)


@pytest.mark.parametrize(
    ("device", "what"),
    [
        ("/dev/null", "should be a serial, and is no device at all"),
        ("{folder}/edge.toml", "should be a serial, and is no device at all"),
        ("/dev/input/event999", "is not there"),
        ("usb:1234:5678", "is not there"),
    ],
)
def test_what_is_no_scanner(ward: Ward, device: str, what: str) -> None:
    device_is(ward, device.format(folder=ward.folder))
    assert what in the(scanners.devices, ward.patient(), "scanners.device").what


def reader_node(ward: Ward) -> Path:
    return ward.scanners[0].path.resolve()


def test_kinds_are_the_kernels(ward: Ward) -> None:
    status = Path("/dev/null").stat()
    number = f"{os.major(status.st_rdev)}:{os.minor(status.st_rdev)}"
    places = ward.patient().places
    for subsystem, kind in (("input", scanners.Interface.KEYBOARD), ("tty", scanners.Interface.SERIAL)):
        (places.sys / "class" / subsystem).mkdir(parents=True)
        folder = places.sys / "dev" / "char" / number
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "subsystem").unlink(missing_ok=True)
        (folder / "subsystem").symlink_to(places.sys / "class" / subsystem)
        assert scanners._kind_of(status, places.sys) is kind


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give files away")
def test_a_scanner_that_the_edges_user_may_not_open(ward: Ward) -> None:
    os.chown(ward.state, NOBODY, NOBODY)
    reader_node(ward).chmod(0o600)
    one, _ = found(scanners.devices, ward.patient())["scanners.device"]
    assert one.what.startswith("nobody may not open")
    assert "usermod --append --groups" in str(one.to_do)


def test_what_an_edge_has_open_is_not_opened(ward: Ward) -> None:
    held = os.open(ward.scanners[0].path, os.O_RDWR | os.O_NOCTTY)
    findings = found(scanners.devices, beside_an_edge(ward.patient()))["scanners.open"]
    os.close(held)
    assert levels(findings) == [OK, FAILURE]
    unseen = found(scanners.devices, beside_an_edge(ward.patient(), NO_PROCESS))["scanners.open"]
    assert levels(unseen) == [WARNING, WARNING]


def test_a_scanner_that_another_program_has(ward: Ward) -> None:
    with ward.scanners[0].path.open("rb+", buffering=0) as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        one, _ = found(scanners.devices, ward.patient())["scanners.open"]
    assert one.level is FAILURE
    assert "another program" in one.what


def test_a_scanner_that_hangs_as_it_is_opened(ward: Ward, monkeypatch: pytest.MonkeyPatch) -> None:
    """As a USB device may that fails; the next reader is looked at all the same."""
    over = threading.Event()
    door = ward.scanners[0].path
    monkeypatch.setattr(scanners, "OPEN_S", 0.1)
    monkeypatch.setattr(scanners, "try_open", lambda settings: settings.device == str(door) and over.wait(9))
    findings = {each.about: each for each in found(scanners.devices, ward.patient())["scanners.open"]}
    over.set()
    assert (findings["door"].level, findings["counter"].level) == (FAILURE, OK)
    assert findings["door"].what == f"{door} did not open within 0.1 s"
    assert "another port" in str(findings["door"].to_do)


@pytest.mark.parametrize(
    ("profile", "level"),
    [
        ("datalogic-gryphon", OK),
        ("generic-serial", OK),
        ("zebra-ds2208", WARNING),
        ("generic-keyboard", WARNING),
        ("no-such", FAILURE),
    ],
)
def test_profiles_are_held_against_what_is_plugged_in(ward: Ward, profile: str, level: Level) -> None:
    tree = ScannerTree(ward.machine)
    node = tree.serial("ttyACM0", "1-1.2", "05f9:4204", "Gryphon", "G1", by_id="usb-Datalogic_G1-if00")
    device_is(ward, str(node), f'\nprofile = "{profile}"')
    one, _ = found(scanners.profiles, ward.patient())["scanners.profile"]
    assert one.level is level


def test_a_profile_that_would_fit_is_named(ward: Ward) -> None:
    node = ScannerTree(ward.machine).serial("ttyACM0", "1-1.2", "05f9:4204", "Gryphon", "G1")
    device_is(ward, str(node))
    one, _ = found(scanners.profiles, ward.patient())["scanners.profile"]
    assert "datalogic-gryphon would fit" in one.what


# Pins


@pytest.fixture
def chip(ward: Ward, monkeypatch: pytest.MonkeyPatch) -> Ward:
    monkeypatch.setitem(sys.modules, "lgpio", fake_lgpio.fresh())
    for name in ("gpiochip0", "gpiochip4"):
        ward.put(f"dev/{name}", "")
    ward.configure(**{MOCK: LGPIO})
    return ward


def test_a_door_without_pins_deserves_a_look(ward: Ward) -> None:
    assert the(pins.lines, ward.patient(), "pins.factory").level is WARNING
    without = ward.configuration
    assert without is not None
    text = without.read_text().replace('kind = "door"', 'kind = "counter"').replace("relay_pin = 17\n", "")
    without.write_text(text)
    assert the(pins.lines, ward.patient(), "pins.factory").level is OK


def test_pins_without_their_library(ward: Ward) -> None:
    ward.configure(**{MOCK: LGPIO})
    one = the(pins.lines, ward.patient(), "pins.chip")
    assert one.level is FAILURE
    assert "python3-lgpio" in one.what


def test_free_pins_are_not_touched(chip: Ward) -> None:
    assert the(pins.lines, chip.patient(), "pins.chip").level is OK
    assert the(pins.lines, chip.patient(), "pins.line").level is OK
    assert fake_lgpio.heard == []


def test_a_pin_that_somebody_else_has(chip: Ward) -> None:
    fake_lgpio.TAKEN.add(RELAY)
    one = the(pins.lines, chip.patient(), "pins.line")
    assert (one.level, one.what) == (FAILURE, 'GPIO 17 is held by "somebody"')
    assert the(pins.lines, beside_an_edge(chip.patient()), "pins.line").level is FAILURE


def test_pins_of_an_edge_that_runs(chip: Ward, monkeypatch: pytest.MonkeyPatch) -> None:
    assert the(pins.lines, beside_an_edge(chip.patient()), "pins.line").level is WARNING
    fake_lgpio.TAKEN.add(RELAY)
    monkeypatch.setattr(fake_lgpio, "TAKER", ["lg"])
    assert the(pins.lines, beside_an_edge(chip.patient()), "pins.line").level is OK
    assert the(pins.lines, chip.patient(), "pins.line").level is FAILURE  # another program by the same library


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give files away")
def test_a_chip_that_the_edges_user_may_not_open(chip: Ward) -> None:
    os.chown(chip.state, NOBODY, NOBODY)
    (chip.machine / "dev" / "gpiochip4").chmod(0o600)
    one = the(pins.lines, chip.patient(), "pins.chip")
    assert (one.level, one.what) == (FAILURE, "nobody may not open /dev/gpiochip4")


def test_another_chip_than_there_is(chip: Ward) -> None:
    chip.configure(**{MOCK: f'{LGPIO}\nchip = "pinctrl-bcm2711"'})
    assert "pinctrl-bcm2711" in the(pins.lines, chip.patient(), "pins.chip").what


def test_outputs_that_a_switch_stands_by(tmp_path: Path) -> None:
    lgpio = {MOCK: LGPIO}
    edge = EdgeProcess(tmp_path, module="tests.edge.edge_at_pins", variables=at_pins(tmp_path / "lines"), **lgpio)
    try:
        edge.wait_for("started")
        patient = Patient(tmp_path / "state", tmp_path / "edge.toml", SystemClock())
        assert the(pins.switch, patient, "pins.switch").level is OK
    finally:
        edge.close()


def test_outputs_that_no_switch_stands_by(chip: Ward) -> None:
    one = the(pins.switch, beside_an_edge(chip.patient()), "pins.switch")
    assert (one.level, "unguarded" in str(one.to_do)) == (WARNING, True)
    command = [sys.executable, "-c", "import sys; sys.stdin.read()", "edge.dead_man"]
    with subprocess.Popen(command, stdin=subprocess.PIPE) as another_s:
        assert the(pins.switch, beside_an_edge(chip.patient(), another_s.pid), "pins.switch").level is WARNING
    ended = subprocess.Popen(command, stdin=subprocess.DEVNULL)
    os.waitid(os.P_PID, ended.pid, os.WEXITED | os.WNOWAIT)
    assert the(pins.switch, beside_an_edge(chip.patient()), "pins.switch").level is WARNING
    ended.wait()
    unseen = the(pins.switch, beside_an_edge(chip.patient(), NO_PROCESS), "pins.switch")
    assert unseen.to_do == "ask again with sudo"


def test_no_switch_is_missed_where_nothing_can_be_left_on(chip: Ward) -> None:
    assert found(pins.switch, chip.patient()) == {}, "no edge runs"
    chip.configure(**{MOCK: LGPIO, "relay_pin = 17\n": "", 'kind = "door"': 'kind = "counter"'})
    patient = beside_an_edge(chip.patient())
    assert patient.configuration is not None
    assert found(pins.switch, patient) == {}, "no output"
    chip.configure()
    assert found(pins.switch, beside_an_edge(chip.patient())) == {}, "no pins"


# What is known of them


def test_firmware_config_is_whole(ward: Ward) -> None:
    assert {each.level for each in known_hardware.folder(ward.patient())} == {OK}


def test_firmware_config_that_is_gone_or_damaged(ward: Ward, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, str(ward.folder / "none"))
    assert the(known_hardware.folder, ward.patient(), "firmware_config.folder").level is FAILURE
    monkeypatch.setenv(VARIABLE, str(ward.machine))
    ward.put("scanners/some.toml", "no profile")
    ward.put("boards/some.toml", "no board")
    read_boards.cache_clear()
    assert the(known_hardware.folder, ward.patient(), "firmware_config.scanners").level is FAILURE
    assert the(known_hardware.folder, ward.patient(), "firmware_config.boards").level is FAILURE
