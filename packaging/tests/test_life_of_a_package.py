"""From a fresh system to a purged one, on each Debian that is served; each goes on from the one before it."""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from conftest import FIRST, NEXT
from installed_edge import CONFIGURATION, InstalledEdge
from machine import STATE, Machine

from tests.system.web_hub import EDGE, WebHub


@contextmanager
def running(machine: Machine, tmp_path: Path) -> Iterator[InstalledEdge]:
    edge = InstalledEdge(machine, tmp_path / "log")
    try:
        yield edge
    finally:
        edge.close()


def test_installed_by_one_command(machine: Machine, package: Path) -> None:
    said = machine.install(package)
    assert machine.status() == f"installed {FIRST}"
    assert "doorward-edge enroll --hub URL --name NAME" in said
    assert set(machine.do("id", "-nG", "doorward").split()) == {"doorward", "dialout", "input", "gpio"}
    assert machine.do("stat", "-c", "%a %U %G", f"/{STATE}").split() == ["700", "doorward", "doorward"]
    wants = machine.root / "etc/systemd/system/multi-user.target.wants/doorward-edge.service"
    assert wants.is_symlink()
    compiled = machine.root / "usr/lib/doorward/edge/__pycache__"
    assert any(path.name.startswith("app.cpython-") for path in compiled.iterdir())


def test_its_commands_work_and_say_what_is_missing(machine: Machine) -> None:
    (machine.root / "etc/doorward").mkdir()
    (machine.root / "etc/doorward/edge.toml").write_text(CONFIGURATION)
    assert "enroll" in machine.do("doorward-edge", "--help")
    assert "is right" in machine.do("doorward-edge", "check", "--config", "/etc/doorward/edge.toml")
    machine.do("doorward-edge", "scanners", "--help")
    done = machine.attempt("doorward-edge", "run")
    assert (done.returncode, "enrol it first" in done.stderr) == (2, True)


def test_its_libraries_are_its_own_and_evdev_is_apts(machine: Machine) -> None:
    code = "import cbor2, cryptography, evdev, gpiozero, serial; print(cbor2.__file__, cryptography.__file__, "
    code += "gpiozero.__file__, evdev.__file__, serial.__file__)"
    places = machine.do("env", "PYTHONPATH=/usr/lib/doorward", "python3", "-c", code).split()
    own, apts = places[:3], places[3:]
    assert all(place.startswith("/usr/lib/doorward/") for place in own)
    assert all(place.startswith("/usr/lib/python3/dist-packages/") for place in apts)


def test_enrolled_at_a_hub_by_root_for_the_service(machine: Machine, hub: WebHub) -> None:
    command = ("doorward-edge", "enroll", "--hub", hub.url, "--name", EDGE)
    said = machine.do(*command, typed=f"{hub.code_to_enrol()}\n")
    assert f"This is the edge {EDGE} now" in said
    owners = machine.do("find", f"/{STATE}", "-printf", "%u\n").split()
    assert set(owners) == {"doorward"}


def test_a_scan_opens_the_door_and_reaches_the_hub(machine: Machine, hub: WebHub, tmp_path: Path) -> None:
    with running(machine, tmp_path) as edge:
        edge.wait_for_replica()
        assert edge.scan(hub.code)["outcome"] == "granted"
        hub.wait_for_checkins(1)
    assert machine.do("stat", "-c", "%U", f"/{STATE}/journal.db").strip() == "doorward"


def test_the_doctor_knows_the_edge(machine: Machine) -> None:
    done = machine.attempt("doorward-edge", "doctor", "--config", "/etc/doorward/edge.toml", "--json")
    report = json.loads(done.stdout)
    found = {finding["check"]: finding["level"] for finding in report["findings"]}
    assert report["edge"] == EDGE
    right = (
        "access.files",
        "access.groups",
        "firmware_config.scanners",
        "firmware_config.boards",
        "seal.enrolment",
    )
    assert {found[check] for check in right} == {"ok"}


def test_an_upgrade_keeps_the_state(machine: Machine, hub: WebHub, next_package: Path, tmp_path: Path) -> None:
    machine.install(next_package)
    assert machine.status() == f"installed {NEXT}"
    with running(machine, tmp_path) as edge:
        assert edge.scan(hub.code)["outcome"] == "granted"
        hub.wait_for_checkins(2)


def test_a_downgrade_keeps_it_too(machine: Machine, hub: WebHub, package: Path, tmp_path: Path) -> None:
    machine.install(package, "--allow-downgrades")
    assert machine.status() == f"installed {FIRST}"
    with running(machine, tmp_path) as edge:
        assert edge.scan(hub.code)["outcome"] == "granted"
        hub.wait_for_checkins(3)


def test_a_journal_of_a_newer_version_is_refused_in_words(machine: Machine) -> None:
    with closing(sqlite3.connect(machine.root / STATE / "journal.db")) as journal:
        (format_here,) = journal.execute("PRAGMA user_version").fetchone()
        journal.execute("PRAGMA user_version = 1000")
    machine.do("chown", "-R", "doorward:doorward", f"/{STATE}")
    done = machine.attempt("doorward-edge", "run", "--config", "/etc/doorward/edge.toml")
    assert (done.returncode, "written by a newer Doorward: install that one" in done.stderr) == (2, True)
    with closing(sqlite3.connect(machine.root / STATE / "journal.db")) as journal:
        journal.execute(f"PRAGMA user_version = {format_here}")
    machine.do("chown", "-R", "doorward:doorward", f"/{STATE}")


def test_a_purge_does_not_lose_what_the_hub_has_not(machine: Machine, hub: WebHub, tmp_path: Path) -> None:
    hub.end("worker")
    with running(machine, tmp_path) as edge:
        assert edge.scan(hub.code)["outcome"] == "granted"
    removed = machine.do("apt-get", "remove", "-y", "-q", "doorward-edge")
    assert "check-ins that the hub does not have yet: 1." in removed
    assert machine.status() == f"config-files {FIRST}"
    assert list((machine.root / "usr/lib").glob("doorward*")) == []
    purged = machine.attempt("apt-get", "purge", "-y", "-q", "doorward-edge")
    assert purged.returncode != 0
    assert "(not yet there: 1)" in purged.stderr + purged.stdout
    assert (machine.root / STATE / "journal.db").exists()


def test_installed_again_it_sends_them(machine: Machine, hub: WebHub, package: Path, tmp_path: Path) -> None:
    machine.install(package)
    hub.start_worker()
    with running(machine, tmp_path):
        hub.wait_for_checkins(4)


def test_a_purge_leaves_nothing(machine: Machine) -> None:
    machine.do("apt-get", "purge", "-y", "-q", "doorward-edge")
    assert machine.status() in ("unknown", "not-installed ")
    left = machine.do("find", "/etc", "/usr", "/var", "-iname", "*doorward*").split()
    assert set(left) == {"/etc/doorward"}


@pytest.fixture(autouse=True)
def _each_in_its_turn(request: pytest.FixtureRequest) -> Iterator[None]:
    """What comes after one that failed would only say the same."""
    if request.session.testsfailed:
        pytest.skip("one before it failed")
    yield
