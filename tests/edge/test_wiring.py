"""What of a configuration's pins does not fit its boards, or deserves a look, in words."""

from pathlib import Path

import pytest

from contract.configuration import Configuration, read_document
from contract.door_configuration import Level
from edge.cli import main
from edge.firmware_config import firmware_config
from edge.hardware.boards import BoardError
from edge.hardware.wiring import Concern, active_level, wiring_of
from edge.readers.self_test import fault_of_wiring
from tests.edge.fakes import FakeLog

PLACE = {"name": "door", "kind": "door", "permission": "p", "device": "/dev/ttyACM0"}
DOOR: dict[str, object] = {**PLACE, "relay_pin": 17, "contact_open": "low"}


def configured(door: dict[str, object], **hardware: str) -> Configuration:
    return read_document({"hardware": {"pin_factory": "mock", **hardware}, "readers": [{**DOOR, **door}]})


def concerns(door: dict[str, object], **hardware: str) -> list[Concern]:
    configuration = configured(door, **hardware)
    return list(wiring_of(configuration).concerns(configuration))


def test_without_a_board_nothing_is_known() -> None:
    assert concerns({"relay_pin": 4}) == []


def test_a_pin_that_rests_and_is_shared_with_nothing() -> None:
    assert concerns({}, board="raspberry-pi-5") == []
    assert concerns({"relay_pin": 26}, board="raspberry-pi-5", relay_board="pimoroni-automation-hat") == [
        Concern('readers[0] ("door").relay_pin', "GPIO 26 is no channel of Pimoroni Automation HAT, 3 relays, "
                "whose pins are 13, 19, 16"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("door", "level", "rests"),
    [
        ({"relay_pin": 4}, "high", "gpio=4=op,dl"),
        ({"relay_active": "low"}, "low", "gpio=17=op,dh"),
        ({"buzzer_pin": 4}, "high", "gpio=4=op,dl"),
    ],
)
def test_what_is_on_until_its_pin_is_set(door: dict[str, object], level: str, rests: str) -> None:
    (concern,) = concerns(door, board="raspberry-pi-4b")
    assert f"on at {level}" in concern.text
    assert rests in concern.text
    assert not concern.is_fault


def test_the_relay_board_says_the_level_unless_the_reader_does() -> None:
    for word, level in ((None, Level.LOW), ("high", Level.HIGH)):
        configuration = configured(
            {"relay_pin": 26} | ({} if word is None else {"relay_active": word}), relay_board="waveshare-rpi-relay"
        )
        assert wiring_of(configuration).fill_in(configuration).readers[0].relay_active is level


def test_whatever_is_on_a_channel_of_the_relay_board_is_on_at_its_level() -> None:
    pins = {"relay_pin": 26, "alarm_pin": 20, "granted_lamp_pin": 5, "buzzer_pin": 21, "buzzer_active": "high"}
    configuration = configured(pins, relay_board="waveshare-rpi-relay")
    (reader,) = wiring_of(configuration).fill_in(configuration).readers
    assert {field: active_level(reader, field) for field in reader.pins} == {
        "relay_pin": Level.LOW,
        "alarm_pin": Level.LOW,
        "granted_lamp_pin": Level.HIGH,
        "buzzer_pin": Level.HIGH,
    }


def test_a_siren_that_may_sound_at_rest_is_told_of_until_its_level_is_said() -> None:
    (concern,) = concerns({"alarm_pin": 20}, relay_board="az-delivery-8-relay")
    assert concern.place == 'readers[0] ("door").alarm_pin'
    assert 'alarm_active = "low"' in concern.text
    for level in ("low", "high"):
        assert concerns({"alarm_pin": 20, "alarm_active": level}, relay_board="az-delivery-8-relay") == []


@pytest.mark.parametrize("device", ["/dev/serial0", "/dev/ttyAMA0", "/dev/ttyS0"])
def test_each_name_of_the_headers_serial_port(device: str) -> None:
    (concern,) = concerns({"device": device, "contact_pin": 14})
    assert concern.is_fault


def test_a_link_to_the_headers_serial_port_is_another_name_for_it(tmp_path: Path) -> None:
    (tmp_path / "platform-fe201000.serial").symlink_to("/dev/ttyAMA0")
    (concern,) = concerns({"device": str(tmp_path / "platform-fe201000.serial"), "contact_pin": 14})
    assert concern.is_fault
    (tmp_path / "usb").symlink_to("/dev/ttyACM0")
    assert concerns({"device": str(tmp_path / "usb"), "contact_pin": 14}) == []


def test_the_computer_says_the_chip_unless_the_configuration_does() -> None:
    for words, chip in (({}, "pinctrl-rp1"), ({"chip": "gpio-sim"}, "gpio-sim")):
        configuration = configured({}, board="raspberry-pi-5", **words)
        assert wiring_of(configuration).fill_in(configuration).hardware.chip == chip


def test_a_contact_on_shared_pins_is_told_of() -> None:
    (concern,) = concerns({"contact_pin": 14}, board="raspberry-pi-4b")
    assert concern.text.startswith("GPIO 14 is shared with the serial port (UART)")


def test_a_scanners_own_serial_pins_are_a_fault() -> None:
    found = concerns({"device": "/dev/serial0", "contact_pin": 15})
    assert [(each.place, each.is_fault) for each in found] == [('readers[0] ("door").contact_pin', True)]
    log = FakeLog()
    fault = fault_of_wiring(configured({"device": "/dev/serial0", "contact_pin": 15}), log)
    assert fault is not None
    assert fault.field == 'readers[0] ("door").contact_pin'


def test_a_pin_that_is_not_on_the_header_is_a_fault(tmp_path: Path) -> None:
    (tmp_path / "boards").mkdir()
    known = (firmware_config() / "boards" / "raspberry-pi-4b.toml").read_text()
    assert ", 16, 17, " in known
    (tmp_path / "boards" / "small.toml").write_text(known.replace(", 16, 17, ", ", 16, "))
    configuration = configured({}, board="raspberry-pi-4b")
    (concern,) = wiring_of(configuration, tmp_path).concerns(configuration)
    assert concern == (
        'readers[0] ("door").relay_pin', "GPIO 17 is not on the header of a Raspberry Pi 4 Model B", True
    )  # fmt: skip


def test_the_self_test_refuses_an_unknown_board_and_logs_the_rest() -> None:
    log = FakeLog()
    fault = fault_of_wiring(configured({}, board="raspberry-pi-6"), log)
    assert fault is not None
    assert fault.field == "hardware.board"
    assert fault_of_wiring(configured({"relay_pin": 4}, board="raspberry-pi-5"), log) is None
    assert [name for name, _ in log.lines] == ["wiring"]


def test_files_that_are_missing_hold_up_only_who_names_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DOORWARD_FIRMWARE_CONFIG", str(tmp_path / "none"))
    assert concerns({}, pin_factory="lgpio") == []
    with pytest.raises(BoardError, match="no folder firmware_config"):
        wiring_of(configured({}, board="raspberry-pi-5"))


def test_contacts_that_no_pin_reads_are_told_of() -> None:
    wired = {"contact_pin": 5, "contact_open": "high", "request_to_exit_pin": 6, "tamper_pin": 7, "fire_pin": 8}
    assert [(each.place, each.is_fault) for each in concerns({**wired, "fire_active": "low"})] == [
        ('readers[0] ("door").contact_pin', False),
        ('readers[0] ("door").tamper_pin', False),
    ]
    text = concerns(wired)[0].text
    assert "reads high for ever" in text
    assert 'contact_open = "low"' in text
    assert concerns(wired, pin_factory="lgpio") == []


def test_check_says_it_in_words(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "edge.toml"
    text = """
[hardware]
pin_factory = "lgpio"
board = "raspberry-pi-5"
[[readers]]
name = "door"
kind = "door"
permission = "p"
device = "/dev/serial0"
relay_pin = 4
"""
    path.write_text(text)
    assert main(["check", "--config", str(path)]) == 0
    right, concern, power_loss = capsys.readouterr().out.splitlines()
    assert "is right: readers door (door)" in right
    assert concern.startswith('  readers[0] ("door").relay_pin: GPIO 4 is pulled up from power-on until it is set')
    assert power_loss.startswith("  Raspberry Pi 5, without power: nothing is driven")
    path.write_text(text.replace("[[readers]]", 'relay_board = "az-delivery-8-relay"\n[[readers]]'))
    assert main(["check", "--config", str(path)]) == 0
    said = capsys.readouterr().out
    assert "relay module with optocouplers, until this software runs: rests at a pin" in said
    assert "(not looked up: follows from [pulls]" in said
    for slip, says in (("relay_pin = 14", "a scanner's"), ('board = "pi-5"', "hardware.board: ")):
        path.write_text(text.replace('board = "raspberry-pi-5"' if "board" in slip else "relay_pin = 4", slip))
        assert main(["check", "--config", str(path)]) == 2
        assert says in capsys.readouterr().err
