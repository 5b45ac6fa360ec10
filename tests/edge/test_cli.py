"""The commands, as a person runs them: exit codes and what stands on the terminal."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from edge.cli import default_state_dir
from tests.edge.edge_process import DEADLINE_S, KEY_DIGITS, run_command, write_configuration
from tests.enrolled import enrolled_state


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
    checked, ran = command("check", "--config", path), command(*run_command(path.parent / "state", path)[3:])
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


def test_it_says_which_version_it_is() -> None:
    code, out, error = command("--version")
    assert (code, error) == (0, "")
    assert re.fullmatch(r"doorward-edge (\d+\.\d+\.\d+|unknown)\n", out)


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


def test_a_board_without_lgpio(tmp_path: Path) -> None:
    path = write_configuration(tmp_path, **{'pin_factory = "mock"': 'pin_factory = "lgpio"'})
    assert command("check", "--config", path)[0] == 0
    enrolled_state(tmp_path / "state")
    code, _, error = command(*run_command(tmp_path / "state", path)[3:])
    assert code == 2
    assert "lgpio" in error
    assert "Traceback" not in error


def test_an_edge_that_is_not_enrolled(tmp_path: Path) -> None:
    code, out, error = command(*run_command(tmp_path / "state", write_configuration(tmp_path))[3:])
    assert (code, out) == (2, "")
    assert "enrol it first: doorward-edge enroll --hub URL --name NAME --code CODE" in error
    assert not (tmp_path / "state").exists()


def test_a_state_folder_that_is_none(tmp_path: Path) -> None:
    (tmp_path / "state").write_text("a file")
    code, _, error = command(*run_command(tmp_path / "state", write_configuration(tmp_path))[3:])
    assert code == 2
    assert f"{str(tmp_path / 'state')!r}" in error
    assert "Traceback" not in error


def test_another_edge_than_the_enrolled_one(tmp_path: Path) -> None:
    enrolled_state(tmp_path / "state")
    path = write_configuration(tmp_path, **{'edge = "clubhouse"': 'edge = "pool"'})
    code, _, error = command(*run_command(tmp_path / "state", path)[3:])
    assert code == 2
    assert "edge is 'pool'; it should be left out, or 'clubhouse' as it was enrolled" in error


def test_the_state_folder_is_systemds_or_one_place(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STATE_DIRECTORY", "/var/lib/door:/var/lib/other")
    assert default_state_dir() == Path("/var/lib/door")
    monkeypatch.delenv("STATE_DIRECTORY")
    assert default_state_dir() == Path("/var/lib/doorward")


def test_no_command() -> None:
    code, _, error = command()
    assert code == 2
    assert "run" in error
    assert "check" in error


def run_without(module: str) -> subprocess.CompletedProcess[str]:
    code = f"import sys; sys.modules['{module}'] = None; from edge.__main__ import main; sys.exit(main())"
    return subprocess.run([sys.executable, "-c", code, "run"], capture_output=True, text=True, check=False)


@pytest.mark.parametrize("package", ["serial", "paho", "aiosqlite"])
def test_packages_of_the_edge_that_are_not_installed(package: str) -> None:
    ended = run_without(package)
    assert (ended.returncode, ended.stdout) == (2, "")
    (line,) = ended.stderr.splitlines()
    assert line.startswith("doorward-edge: the package ")
    assert "pip install '.[edge]'" in line


def test_another_module_that_is_missing_is_a_fault_of_ours() -> None:
    assert "Traceback" in run_without("edge.gate").stderr


def test_commands_that_serve_nobody_import_nothing_that_does() -> None:
    """It is what they take longest for."""
    code = "import sys, edge.cli, edge.doctor.command; print({'edge.app', 'edge.gate'} & sys.modules.keys())"
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ended.stdout == "set()\n"


def test_help() -> None:
    code, out, _ = command("--help")
    assert code == 0
    assert "serve the readers" in out


def test_the_installed_command_is_the_same() -> None:
    script = Path(sys.executable).with_name("doorward-edge")
    assert os.access(script, os.X_OK)
