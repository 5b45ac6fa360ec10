"""What the package's scripts leave behind of a removal: the real scripts, with a folder in place of /var/lib."""

import os
import subprocess
from pathlib import Path

import pytest

from tests.packaging.conftest import PACKAGING

OF_THE_SYSTEM = ("systemd-sysusers", "systemd-tmpfiles", "py3compile", "py3clean", "deb-systemd-helper", "runuser")


class Machine:
    def __init__(self, folder: Path) -> None:
        self.lib, self._bin = folder / "lib", folder / "bin"
        self.state = self.lib / "doorward"
        self.counted = self.lib / "doorward-edge.unsent"
        self.state.mkdir(parents=True)
        (self.state / "journal.db").touch()
        self._bin.mkdir()
        for name in OF_THE_SYSTEM:
            self.put(name, "exit 0")

    def put(self, name: str, does: str) -> None:
        (self._bin / name).write_text(f"#!/bin/sh\n{does}\n")
        (self._bin / name).chmod(0o755)

    def run(self, script: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        text = (PACKAGING / "debian" / script).read_text()
        for name, place in (("/var/lib", self.lib), ("/run/", self.lib / "none")):
            text = text.replace(name, str(place))
        path = {"PATH": f"{self._bin}:{os.environ['PATH']}"}
        words = ["sh", "-c", text, script, *arguments]
        return subprocess.run(words, env=path, capture_output=True, text=True, check=False)


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


def test_a_removal_puts_nothing_into_the_edges_own_folder(machine: Machine, tmp_path: Path) -> None:
    precious = tmp_path / "precious"
    precious.write_text("as it was")
    (machine.state / "unsent").symlink_to(precious)
    machine.put("runuser", "echo 0")
    assert machine.run("prerm", "remove").returncode == 0
    assert machine.counted.read_text() == "0\n"
    assert precious.read_text() == "as it was"
    assert sorted(path.name for path in machine.state.iterdir()) == ["journal.db", "unsent"]
    assert machine.run("postinst", "configure", "0.1.0").returncode == 0
    assert not machine.counted.exists()
    assert [path.name for path in machine.state.iterdir()] == ["journal.db"]
    assert precious.read_text() == "as it was"


def test_a_purge_deletes_what_the_hub_has(machine: Machine) -> None:
    machine.put("runuser", "echo 0")
    machine.run("prerm", "remove")
    assert machine.run("postrm", "purge").returncode == 0
    assert list(machine.lib.iterdir()) == []


@pytest.mark.parametrize(("counts", "told"), [("echo 3", "3"), ("exit 1", "unknown"), (None, "unknown")])
def test_a_purge_keeps_what_the_hub_does_not_have(machine: Machine, counts: str | None, told: str) -> None:
    if counts is not None:
        machine.put("runuser", counts)
        assert told in machine.run("prerm", "remove").stderr
    purged = machine.run("postrm", "purge")
    assert (purged.returncode, f"not yet there: {told}" in purged.stderr) == (1, True)
    assert (machine.state / "journal.db").exists()
