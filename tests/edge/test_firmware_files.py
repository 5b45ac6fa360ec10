"""What goes to a Raspberry Pi as it is: parts of config.txt, and udev's rules. Read as their readers read them."""

import re
import shutil
import subprocess

import pytest

from edge.firmware_config import firmware_config

PARTS = sorted((firmware_config() / "raspberry_pi").glob("*.txt"))
RULES = sorted((firmware_config() / "udev").glob("*.rules"))
FILTERS = {"all", "pi3", "pi4", "pi5", "pi02"}
GPIO = re.compile(r"gpio=(\d+(?:-\d+)?(?:,\d+(?:-\d+)?)*)=(?:op,d[lh])")
DTPARAM = re.compile(r"dt(?:param|overlay)=[a-z0-9_-]+(?:[=,][a-z0-9_]+)*")
MATCH = re.compile(r'(?:SUBSYSTEMS?|KERNELS?|ATTRS\{[a-zA-Z]+\}|ENV\{[A-Z_]+\})=="[^"]+"')
ASSIGN = re.compile(r'(?:GROUP="(?:gpio|dialout|input)"|MODE="0660"|SYMLINK\+="[a-z/-]+\$id"|ENV\{[A-Z_]+\}="1")')


def lines_of(text: str, commented: bool = False) -> list[str]:
    """What counts; with `commented` also settings that are offered behind a #, which no prose follows directly."""
    shown = [
        line.removeprefix("#") if commented and re.match(r"#\w+=", line) else line for line in text.splitlines()
    ]
    return [line for line in shown if line and not line.startswith("#")]


@pytest.mark.parametrize("path", PARTS, ids=lambda path: path.name)
def test_each_line_of_a_part_is_a_setting_that_firmware_knows(path) -> None:
    lines = lines_of(path.read_text(), commented=True)
    assert lines
    for line in lines:
        if line.startswith("["):
            assert line[1:-1] in FILTERS
        else:
            assert line == "enable_uart=1" or GPIO.fullmatch(line) or DTPARAM.fullmatch(line), line


@pytest.mark.parametrize("path", PARTS, ids=lambda path: path.name)
def test_a_part_ends_for_all_computers_and_lines_are_short(path) -> None:
    lines = path.read_text().splitlines()
    filters = [line for line in lines if line.startswith("[")]
    assert not filters or filters[-1] == "[all]"
    assert all(len(line) <= 98 for line in lines_of(path.read_text())), "config.txt cuts a line at 98 letters"


def test_no_pin_is_set_twice_nor_is_one_that_something_else_has() -> None:
    text = (firmware_config() / "raspberry_pi" / "safe_pins.txt").read_text()
    pins: list[int] = []
    for line in lines_of(text, commented=True):
        matched = GPIO.fullmatch(line)
        assert matched is not None
        for part in matched.group(1).split(","):
            first, _, last = part.partition("-")
            pins += range(int(first), int(last or first) + 1)
    assert len(pins) == len(set(pins))
    assert set(pins) <= set(range(28)) - {0, 1, 2, 3, 14, 15}


def test_the_readme_names_each_part() -> None:
    readme = (firmware_config() / "raspberry_pi" / "README.md").read_text()
    assert all(f"`{path.name}`" in readme for path in PARTS)


def test_rules_only_match_give_groups_and_name() -> None:
    for path in RULES:
        for line in lines_of(path.read_text()):
            words = line.split(", ")
            matches = [word for word in words if MATCH.fullmatch(word)]
            assigned = [word for word in words if ASSIGN.fullmatch(word)]
            assert matches, line
            assert assigned, line
            assert len(matches) + len(assigned) == len(words), line
            assert words == matches + assigned, "matches come first"


def test_no_rule_runs_anything_or_opens_a_device_to_all() -> None:
    text = "\n".join(lines_of("\n".join(path.read_text() for path in RULES)))
    assert not re.search(r"RUN|PROGRAM|IMPORT|GOTO|0666|watchdog", text)


def test_what_is_a_keyboard_is_known_before_it_is_named() -> None:
    """60-input-id.rules of systemd sets ID_INPUT_KEYBOARD; files are read in the order of their names."""
    naming = [path.name for path in RULES if "ID_INPUT_KEYBOARD" in path.read_text()]
    assert naming
    assert all(name > "60-input-id.rules" for name in naming)


@pytest.mark.skipif(shutil.which("udevadm") is None, reason="no udevadm here")
def test_udev_takes_them() -> None:
    known = subprocess.run(["udevadm", "verify", "--help"], capture_output=True, check=False)
    if known.returncode:
        pytest.skip("this udevadm verifies nothing")
    for path in RULES:
        verified = subprocess.run(["udevadm", "verify", str(path)], capture_output=True, text=True, check=False)
        assert verified.returncode == 0, verified.stdout + verified.stderr
