"""The chip of the header by its label, and outputs that never move as they are claimed or given back."""

import os
import sys
import tempfile
from pathlib import Path

import pytest
from gpiozero.pins import local

from contract.configuration import PinFactory
from contract.door_configuration import Level
from edge.hardware import pins as pins_module
from edge.hardware.gpio_chips import chip_number
from edge.hardware.lgpio_library import IN_MEMORY, HardwareError, load_lgpio
from edge.hardware.pins import Pins, open_pins
from tests.edge import fake_lgpio

RELAY = 17
RP1 = 4
PI_5 = 0xC04170


@pytest.fixture
def dev(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setitem(sys.modules, "lgpio", fake_lgpio.fresh())
    for name in ("gpiochip0", "gpiochip4", "gpiochip9", "gpiochips"):
        (tmp_path / name).touch()
    (tmp_path / "gpiochip7").symlink_to("gpiochip4")
    return tmp_path


@pytest.fixture
def pins(dev: Path, monkeypatch: pytest.MonkeyPatch) -> Pins:
    monkeypatch.setattr(pins_module, "chip_number", lambda label, lgpio: chip_number(label, lgpio, dev))
    monkeypatch.setattr(local, "get_pi_revision", lambda: PI_5)
    # As a desktop's software may have it: what the configuration says is what counts.
    monkeypatch.setenv("GPIOZERO_PIN_FACTORY", "mock")
    return open_pins(PinFactory.LGPIO)


LGPIO_LIKE = """
import os
os.mkfifo(".lgd-nfy0")
made_in, told = os.getcwd(), os.environ["LG_WD"]
"""


@pytest.mark.parametrize("runtime", ["", "runtime", "gone"])
def test_the_librarys_pipe_lies_in_nobodys_way(
    runtime: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for folder in ("library", "here", "runtime"):
        (tmp_path / folder).mkdir()
    (tmp_path / "library" / "lgpio.py").write_text(LGPIO_LIKE)
    monkeypatch.syspath_prepend(tmp_path / "library")
    monkeypatch.delitem(sys.modules, "lgpio", raising=False)
    monkeypatch.chdir(tmp_path / "here")
    monkeypatch.setenv("RUNTIME_DIRECTORY", str(tmp_path / runtime) if runtime else "")
    monkeypatch.setenv("LG_WD", "as it was")
    library = load_lgpio()
    sys.modules.pop("lgpio")
    assert library.made_in == library.told
    assert (Path(library.made_in).parent == tmp_path / "runtime") is (runtime == "runtime")
    assert not Path(library.made_in).exists()
    assert (Path.cwd(), os.environ["LG_WD"]) == (tmp_path / "here", "as it was")
    assert not list((tmp_path / "here").iterdir())


def test_a_disk_that_takes_nothing_is_not_in_the_librarys_way(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "lgpio.py").write_text(LGPIO_LIKE)
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, "lgpio", raising=False)
    monkeypatch.delenv("RUNTIME_DIRECTORY", raising=False)
    monkeypatch.setattr(tempfile, "_get_default_tempdir", _nowhere)
    monkeypatch.setattr(tempfile, "tempdir", None)
    library = load_lgpio()
    sys.modules.pop("lgpio")
    assert Path(library.made_in).parent == Path(IN_MEMORY)


def _nowhere() -> str:
    raise FileNotFoundError("No usable temporary directory found")


@pytest.mark.parametrize("in_an_environment", [True, False])
def test_a_library_that_is_missing_is_told_as_it_can_be_had_here(
    monkeypatch: pytest.MonkeyPatch, in_an_environment: bool
) -> None:
    monkeypatch.setitem(sys.modules, "lgpio", None)
    monkeypatch.setattr(sys, "prefix", "/srv/venv" if in_an_environment else sys.base_prefix)
    with pytest.raises(HardwareError, match="Debian itself has not") as missing:
        load_lgpio()
    assert ("virtual environment" in str(missing.value)) is in_an_environment


def test_a_library_that_cannot_begin_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "lgpio.py").write_text("open('.lgd-nfy-3', 'rb')")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, "lgpio", raising=False)
    monkeypatch.delenv("LG_WD", raising=False)
    with pytest.raises(HardwareError, match=r"cannot begin: .*No such file"):
        load_lgpio()
    assert "LG_WD" not in os.environ


def test_a_headers_chip_is_found_whatever_its_number(dev: Path) -> None:
    assert chip_number(None, fake_lgpio, dev) == RP1
    assert chip_number("raspberrypi-exp-gpio", fake_lgpio, dev) == 0


def test_a_link_to_the_chip_is_no_second_one(dev: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(fake_lgpio.CHIPS, 7, "pinctrl-rp1")
    assert chip_number(None, fake_lgpio, dev) == RP1


def test_no_such_chip_says_which_are_there(dev: Path) -> None:
    with pytest.raises(HardwareError) as raised:
        chip_number("pinctrl-bcm2711", fake_lgpio, dev)
    assert 'gpiochip0 "raspberrypi-exp-gpio", gpiochip4 "pinctrl-rp1"' in str(raised.value)


def test_a_machine_without_chips_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(HardwareError, match="is this user in the group gpio"):
        chip_number(None, fake_lgpio, tmp_path)


def test_two_chips_of_one_label_are_not_chosen_between(dev: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(fake_lgpio.CHIPS, 0, "pinctrl-rp1")
    with pytest.raises(HardwareError, match="more than one"):
        chip_number(None, fake_lgpio, dev)


@pytest.mark.parametrize(("active", "off"), [(Level.HIGH, 0), (Level.LOW, 1)])
def test_an_output_is_requested_with_its_level_and_let_go_as_it_is(pins: Pins, active: Level, off: int) -> None:
    relay = pins.output(RELAY, "relay_pin", "door", active)
    relay.on()
    relay.off()
    relay.close()
    pins.close()
    assert fake_lgpio.heard == [
        ("output", RP1, RELAY, off),
        ("write", RP1, RELAY, 1 - off),
        ("write", RP1, RELAY, off),
        ("free", RP1, RELAY),
    ]


def test_a_pin_that_was_given_back_can_be_had_again(pins: Pins) -> None:
    pins.try_claim(RELAY, "relay_pin", "door", Level.LOW)
    relay = pins.output(RELAY, "relay_pin", "door", Level.LOW)
    assert [each[0] for each in fake_lgpio.heard] == ["output", "free", "output"]
    relay.close()
    pins.close()
    pins.close()


def test_pins_that_are_closed_leave_those_of_others(pins: Pins) -> None:
    relay = pins.output(RELAY, "relay_pin", "door")
    others = open_pins(PinFactory.LGPIO)
    others.try_claim(RELAY + 1, "relay_pin", "door")
    others.close()
    assert ("free", RP1, RELAY) not in fake_lgpio.heard
    relay.close()


def test_a_test_of_pins_and_those_that_are_claimed_know_nothing_of_each_other(pins: Pins) -> None:
    others = open_pins(PinFactory.LGPIO)
    relay = pins.output(RELAY, "relay_pin", "door")
    others.try_claim(RELAY, "relay_pin", "door")
    others.close()
    with pytest.raises(HardwareError, match="already in use"):
        pins.output(RELAY, "relay_pin", "bar")
    relay.close()


def test_an_input_is_pulled_up(pins: Pins) -> None:
    contact = pins.input(5, "contact_pin", "door")
    assert {each[0] for each in fake_lgpio.heard} == {"input", "free", "alert"}
    assert [each[-1] for each in fake_lgpio.heard if each[0] == "alert"] == [fake_lgpio.SET_PULL_UP]
    assert contact.is_active
    contact.close()


def test_a_pin_that_another_process_holds(pins: Pins) -> None:
    fake_lgpio.TAKEN.add(RELAY)
    with pytest.raises(HardwareError, match="reader door, relay_pin: GPIO 17 cannot be had: GPIO busy"):
        pins.output(RELAY, "relay_pin", "door")
    with pytest.raises(HardwareError, match="reader door, contact_pin: GPIO 17 cannot be had: GPIO busy"):
        pins.input(RELAY, "contact_pin", "door")


def test_a_computer_that_gpiozero_does_not_know(pins: Pins, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(local, "get_pi_revision", lambda: (_ for _ in ()).throw(local.PinUnknownPi("no Pi")))
    with pytest.raises(HardwareError, match="no Pi"):
        open_pins(PinFactory.LGPIO).output(RELAY, "relay_pin", "door")
