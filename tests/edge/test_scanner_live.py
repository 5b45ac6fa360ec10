"""What a scan shows to whoever sets a scanner up: its bytes, and what to fix so that it is read."""

import tomllib

import pytest

from contract.card import new_code, qr_text
from contract.scanner_configuration import EndsWith, Parity, Scanner
from edge.scanners.live import LiveScan, affixes_of, fixes, is_ours, lines_of_configuration, shown
from edge.scanners.settings import ScannerSettings

CODE = new_code(bytes(range(10))).encode()
SERIAL = ScannerSettings("/dev/ttyACM0", is_keyboard=False, baud=9600)
KEYBOARD = ScannerSettings("usb:05e0:1200", is_keyboard=True)


def scan(raw: bytes, gap_s: float = 0.001) -> LiveScan:
    return LiveScan(raw, tuple(place * gap_s for place in range(len(raw))))


def said_of(lines: list[str]) -> dict[str, object]:
    return tomllib.loads("\n".join(lines))


def test_each_byte_is_shown_in_hexadecimal_as_text_and_with_its_wait() -> None:
    lines = list(shown(scan(b"A\x1d\xffB\r\n", 0.002)))
    assert lines == [
        "  hex   41   1d   ff   42    d    a",
        "         A   GS    .    B   CR   LF",
        "  ms     0    2    2    2    2    2",
        "  4 bytes, then CR LF; at most 2 ms between two",
    ]


def test_a_code_as_it_should_be_needs_nothing() -> None:
    for raw in (CODE + b"\r", qr_text("https://club.example", CODE.decode()).encode() + b"\r\n"):
        assert fixes(scan(raw), SERIAL, []) == []
    assert lines_of_configuration(scan(CODE + b"\r"), Scanner(device="/dev/ttyACM0"), SERIAL, []) == [
        'device = "/dev/ttyACM0"',
        "baud = 9600",
    ]


def test_two_terminators() -> None:
    for raw in (b"\r", b"\n", b"\r\n"):
        (told,) = fixes(scan(raw), SERIAL, [])
        assert told.startswith("two terminators: ")


def test_no_terminator() -> None:
    (told,) = fixes(scan(CODE), SERIAL, [])
    assert told.startswith("no terminator came: have the scanner send CR")
    lines = lines_of_configuration(scan(CODE), Scanner(device="/dev/ttyACM0"), SERIAL, [])
    assert lines[-1] == 'ends_with = "silence"'
    by_silence = ScannerSettings("/dev/ttyACM0", is_keyboard=False, ends_with=EndsWith.SILENCE)
    assert fixes(scan(CODE), by_silence, []) == []


def test_what_stands_around_a_code_is_named() -> None:
    raw = b"SHOP-" + CODE + b'">\r'
    assert affixes_of(raw.rstrip()) == (b"SHOP-", b'">')
    before, behind = fixes(scan(raw), SERIAL, [])
    assert before == "before the code stands b'SHOP-': prefix = \"SHOP-\""
    assert behind.startswith("behind the code stands")
    assert said_of(lines_of_configuration(scan(raw), Scanner(device="/dev/x"), SERIAL, [])) == {
        **{"device": "/dev/x", "baud": 9600, "prefix": "SHOP-", "suffix": '">'},
    }
    known = ScannerSettings("/dev/x", is_keyboard=False, prefix="SHOP-", suffix='">')
    assert fixes(scan(raw), known, []) == []


def test_what_stands_around_a_code_is_said_as_toml_has_it_or_not_at_all() -> None:
    section = Scanner(device="/dev/x")
    raw = b'a"\\\t\x7f-' + CODE + b"\r"
    assert said_of(lines_of_configuration(scan(raw), section, SERIAL, []))["prefix"] == 'a"\\\t\x7f-'
    (told,) = fixes(scan(b"\xa7" + CODE + b"\r"), SERIAL, [])
    assert told == "before the code stands b'\\xa7': that is no text (UTF-8), have the scanner leave it out"
    assert "prefix" not in said_of(lines_of_configuration(scan(b"\xa7" + CODE + b"\r"), section, SERIAL, []))


def test_what_it_was_listened_to_by_is_said() -> None:
    german = Scanner(device="usb:05e0:1200", layout="de")
    settings = ScannerSettings(german.device, is_keyboard=True, layout="de")
    assert lines_of_configuration(scan(CODE + b"\r"), german, settings, ["de", "at"])[1:] == ['layout = "de"']
    section = Scanner(device="/dev/x", profile="some-model")
    even = ScannerSettings("/dev/x", is_keyboard=False, baud=9600, parity=Parity.EVEN)
    assert said_of(lines_of_configuration(scan(CODE + b"\r"), section, even, [])) == {
        **{"device": "/dev/x", "profile": "some-model", "baud": 9600, "parity": "even"},
    }


def test_a_symbology_identifier_before_another_systems_code() -> None:
    (told,) = fixes(scan(b"]C1ABC 123\r"), SERIAL, [])
    assert 'prefix = "]C1"' in told


@pytest.mark.parametrize("raw", [b"\x80\xf8\x00\x1e\xfe\x06\r", b"\x00\x01\x04ab\r"])
def test_bytes_that_are_no_text_tell_of_another_rate(raw: bytes) -> None:
    (told,) = fixes(scan(raw), SERIAL, [])
    assert "probably not baud = 9600, parity = 'none'" in told


def test_a_parity_bit_is_told_from_another_rate() -> None:
    even = bytes(byte | (byte.bit_count() % 2 << 7) for byte in CODE)
    (told,) = fixes(scan(even + b"\r"), SERIAL, [])
    assert told.startswith("the eighth bit of each byte is a parity bit")


def test_a_keyboards_layout_is_named() -> None:
    (told,) = fixes(scan(b"garbled\r"), KEYBOARD, ["fr", "be"])
    assert told == 'it types by another keyboard layout than "us": layout = "fr" or "be"'
    said = lines_of_configuration(scan(b"garbled\r"), Scanner(device="usb:05e0:1200"), KEYBOARD, ["fr", "be"])
    assert said == ['device = "usb:05e0:1200"', 'layout = "fr"']


def test_another_systems_card_is_no_fault_of_the_scanner() -> None:
    for settings in (SERIAL, KEYBOARD):
        (told,) = fixes(scan(b"4006381333931\r"), settings, [])
        assert told.startswith("this is no code of Doorward's")
    assert not is_ours(b"4006381333931")
