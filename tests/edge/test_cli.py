"""The commands, as a person runs them: exit codes and what stands on the terminal."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.edge.edge_process import DEADLINE_S, KEY_DIGITS, write_configuration


def command(*arguments: object) -> tuple[int, str, str]:
    ended = subprocess.run(
        [sys.executable, "-m", "edge", *map(str, arguments)],
        capture_output=True,
        text=True,
        timeout=DEADLINE_S,
        check=False,
    )
    return ended.returncode, ended.stdout, ended.stderr


def refused(path: Path) -> str:
    """What `check` says, and that `run` says the same."""
    checked, ran = (command(name, "--config", path) for name in ("check", "run"))
    assert checked == ran
    code, out, error = checked
    assert (code, out) == (2, "")
    assert error.startswith("doorward-edge: ")
    assert "Traceback" not in error
    assert KEY_DIGITS not in error
    return error.removeprefix("doorward-edge: ")


def test_check_says_what_it_found(tmp_path: Path) -> None:
    path = write_configuration(tmp_path)
    found = "edge clubhouse, feed everyone, readers door (door), counter (counter)"
    assert command("check", "--config", path) == (0, f"{path} is right: {found}\n", "")
    assert not (tmp_path / "state").exists()


def test_a_wrong_field_is_named_with_its_value_and_what_is_allowed(tmp_path: Path) -> None:
    path = write_configuration(tmp_path, **{"relay_pin = 17": "relay_pin = 99"})
    assert (
        refused(path)
        == f'{path}: readers[0] ("door").relay_pin is 99; it should be a GPIO number, 0 to 27 (BCM)\n'
    )


def test_no_configuration(tmp_path: Path) -> None:
    assert (
        refused(tmp_path / "none.toml") == f"{tmp_path / 'none.toml'} cannot be read: No such file or directory\n"
    )
    assert "cannot be read" in refused(tmp_path)


def test_a_configuration_that_is_no_text(tmp_path: Path) -> None:
    path = tmp_path / "edge.toml"
    path.write_bytes(b"\xff\xfe")
    assert "UTF-8" in refused(path)


def test_no_key(tmp_path: Path) -> None:
    path = write_configuration(tmp_path)
    (tmp_path / "organization.key").unlink()
    assert "organization.key' cannot be read: No such file" in refused(path)


@pytest.mark.parametrize("mode", [0o644, 0o640, 0o604, 0o601])
def test_a_key_that_others_may_read(tmp_path: Path, mode: int) -> None:
    path = write_configuration(tmp_path)
    (tmp_path / "organization.key").chmod(mode)
    error = refused(path)
    assert f"(mode {mode:04o})" in error
    assert "chmod 600" in error


@pytest.mark.parametrize("content", [b"", b"5e" * 31, b"key=" + b"5e" * 32, b"\xff" * 64])
def test_a_key_that_is_none(tmp_path: Path, content: bytes) -> None:
    path = write_configuration(tmp_path)
    (tmp_path / "organization.key").write_bytes(content)
    assert "64 hex digits" in refused(path)


def test_a_board_without_lgpio(tmp_path: Path) -> None:
    path = write_configuration(tmp_path, **{'pin_factory = "mock"': 'pin_factory = "lgpio"'})
    assert command("check", "--config", path)[0] == 0
    code, _, error = command("run", "--config", path)
    assert code == 2
    assert "lgpio" in error
    assert "Traceback" not in error


def test_a_state_folder_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "state").write_text("a file")
    path = write_configuration(tmp_path)
    code, _, error = command("run", "--config", path)
    assert code == 2
    assert "state_dir" in error


def test_no_command() -> None:
    code, _, error = command()
    assert code == 2
    assert "run" in error
    assert "check" in error


@pytest.mark.parametrize("package", ["serial", "paho", "aiosqlite"])
def test_packages_of_the_edge_that_are_not_installed(package: str) -> None:
    code = f"import sys; sys.modules['{package}'] = None; from edge.__main__ import main; sys.exit(main())"
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (ended.returncode, ended.stdout) == (2, "")
    (line,) = ended.stderr.splitlines()
    assert line.startswith("doorward-edge: the package ")
    assert "pip install '.[edge]'" in line


def test_another_module_that_is_missing_is_a_fault_of_ours() -> None:
    code = "import sys; sys.modules['edge.gate'] = None; from edge.__main__ import main; sys.exit(main())"
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert "Traceback" in ended.stderr


def test_help() -> None:
    code, out, _ = command("--help")
    assert code == 0
    assert "serve the readers" in out


def test_the_installed_command_is_the_same() -> None:
    script = Path(sys.executable).with_name("doorward-edge")
    assert os.access(script, os.X_OK)
