"""What an edge.toml may say of a scanner, of pins and of a counter's screen."""

import pytest

from contract.configuration import Configuration, ConfigurationError, Screen, parse_configuration
from contract.door_configuration import Level
from contract.reader_configuration import ScreenName
from contract.scanner_configuration import EndsWith, Parity, Scanner

DOORS = """
[hardware]
pin_factory = "lgpio"
chip = "pinctrl-rp1"
board = "raspberry-pi-5"
relay_board = "generic-low-active"
[screen]
port = 8090
[[readers]]
name = "outer"
kind = "door"
permission = "entry"
device = "usb-port:1-1.2"
layout = "ch(fr)"
prefix = "~"
suffix = "!"
ends_with = "silence"
silence_seconds = 0.1
relay_pin = 17
relay_active = "low"
alarm_pin = 4
contact_pin = 5
request_to_exit_pin = 6
tamper_pin = 12
fire_pin = 13
interlock = "inner"
[[readers]]
name = "inner"
kind = "door"
permission = "entry"
device = "/dev/ttyACM0"
parity = "even"
baud = 9600
profile = "generic-serial"
relay_pin = 18
contact_pin = 16
contact_open = "low"
held_open_seconds = 60
debounce_seconds = 0.02
[[readers]]
name = "bar"
kind = "counter"
permission = "wine"
device = "usb:0c2e:0b61:S1"
benefits = ["wine", "coffee"]
screen_name = "full"
"""


def changed(old: str, new: str) -> str:
    assert DOORS.count(old) == 1, old
    return DOORS.replace(old, new)


def test_doors_and_a_counter() -> None:
    found: Configuration = parse_configuration(DOORS)
    outer, inner, bar = found.readers
    assert (outer.is_keyboard, inner.is_keyboard, bar.is_keyboard) == (True, False, True)
    assert (found.screen, bar.screen_name, bar.benefits) == (Screen(8090), ScreenName.FULL, ("wine", "coffee"))
    assert (outer.relay_active, outer.contact_open, outer.tamper_active) == (Level.LOW, Level.HIGH, Level.HIGH)
    assert (outer.ends_with, inner.parity, inner.contact_open) == (EndsWith.SILENCE, Parity.EVEN, Level.LOW)
    assert outer.pins == {
        "relay_pin": 17,
        "alarm_pin": 4,
        "contact_pin": 5,
        "request_to_exit_pin": 6,
        "tamper_pin": 12,
        "fire_pin": 13,
    }


OUT = """
[[readers]]
name = "out"
kind = "door"
permission = "entry"
device = "/dev/ttyACM1"
area = "house"
direction = "out"
door = "outer"
tamper_pin = 20
"""


def test_a_reader_that_opens_anothers_door() -> None:
    out = parse_configuration(DOORS + OUT).readers[3]
    assert (out.door, out.pins) == ("outer", {"tamper_pin": 20})


@pytest.mark.parametrize("door", ["bar", "out", "none"])
def test_a_door_that_has_no_relay_is_nobodys(door: str) -> None:
    with pytest.raises(ConfigurationError, match="a door that has a relay_pin"):
        parse_configuration(DOORS + OUT.replace('door = "outer"', f'door = "{door}"'))


@pytest.mark.parametrize(
    ("word", "field"),
    [
        *((f"{field} = 21", field) for field in ("relay_pin", "alarm_pin", "contact_pin", "fire_pin")),
        ("request_to_exit_pin = 21", "request_to_exit_pin"),
        ('posture = "unlocked"', "posture"),
        ('unlocked_schedule = "day"', "unlocked_schedule"),
    ],
)
def test_what_is_said_of_a_door_is_said_once(word: str, field: str) -> None:
    with pytest.raises(ConfigurationError, match='said at "outer"') as raised:
        parse_configuration('site = "club"\n' + DOORS + OUT + word)
    assert raised.value.field.endswith(field)


@pytest.mark.parametrize(
    "device", ["/dev/input/event0", "/dev/doorward/kbd-1-1.2", "usb:0c2e:0b61", "usb-port:1-1"]
)
def test_devices_that_are_keyboards(device: str) -> None:
    assert Scanner(device=device).is_keyboard
    assert not Scanner(device="/dev/doorward/tty-1-1.2").is_keyboard


@pytest.mark.parametrize(
    ("old", "new", "field", "allowed"),
    [
        ('device = "usb-port:1-1.2"', 'device = "usb-port:one"', "device", "usb-port:1-1.2"),
        ('"usb:0c2e:0b61:S1"', '"usb:0C2E:b61"', "device", "usb:VVVV:PPPP"),
        ('layout = "ch(fr)"', "baud = 9600", "baud", "left out for a keyboard"),
        ('layout = "ch(fr)"', 'parity = "even"', "parity", "left out for a keyboard"),
        ('layout = "ch(fr)"', 'layout = "Deutsch"', "layout", "keyboard layout"),
        ('layout = "ch(fr)"', 'layout = "ru"', "layout", "us(intl), gb, ie, de"),
        ('parity = "even"', 'layout = "de"', "layout", "left out for a serial port"),
        ('prefix = "~"', 'prefix = "~\\r"', "prefix", "without CR and LF, which end a scan"),
        ('suffix = "!"', 'suffix = "\\n"', "suffix", "without CR and LF, which end a scan"),
        ("silence_seconds = 0.1", "silence_seconds = 9", "silence_seconds", "0.02 to 5 seconds"),
        ('interlock = "inner"', 'interlock = "outer"', "interlock", "another door"),
        ('interlock = "inner"', 'interlock = "bar"', "interlock", "another door"),
        ("contact_pin = 5", 'contact_open = "low"', "contact_pin", "there where interlock is"),
        ("fire_pin = 13", "fire_pin = 12", "fire_pin", "another than"),
        ('screen_name = "full"', "contact_pin = 3", "contact_pin", "left out for a counter"),
        ('screen_name = "full"', 'relay_active = "low"', "relay_active", "left out for a counter"),
        ('screen_name = "full"', 'door = "inner"', "door", "left out for a counter"),
        ("relay_pin = 18", 'door = "outer"', "contact_pin", 'said at "outer"'),
        (
            "contact_pin = 5",
            'contact_pin = 5\narea = "house"\ndirection = "out"',
            "interlock",
            "nobody is kept in",
        ),
        ('screen_name = "full"', "alarm_pin = 3", "alarm_pin", "left out for a counter"),
        ('screen_name = "full"', 'alarm_active = "low"', "alarm_active", "left out for a counter"),
        ('screen_name = "full"', 'caution_lamp_active = "off"', "caution_lamp_active", "the caution lamp is on"),
        ('screen_name = "full"', 'undo_permission = "coffee"', "undo_permission", "none of its benefits"),
        ("held_open_seconds = 60", 'benefits = ["x"]', "benefits", "left out for a door"),
        ("port = 8090", "port = 80", "port", "from 1024"),
        ('chip = "pinctrl-rp1"', 'chip = ""', "chip", "gpiodetect"),
    ],
)
def test_each_wrong_field(old: str, new: str, field: str, allowed: str) -> None:
    with pytest.raises(ConfigurationError) as raised:
        parse_configuration(changed(old, new))
    assert raised.value.field.endswith(field)
    assert allowed in str(raised.value)
