"""What the doctor finds of a machine: its clock, its watchdogs, its unit, and who runs on an edge's folder."""

import fcntl
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from edge.doctor import access, clock, watchdog
from edge.doctor.findings import Level
from edge.doctor.patient import Patient
from edge.doctor.running import Running, running_on
from edge.doctor.unit import configuration_in, configuration_of, unit_in
from edge.doctor.user import User
from edge.storage.state_folder import claim
from tests.edge.doctor_runs import UNIT, Ward, found, the
from tests.edge.fakes import NOON, FakeClock

OK, WARNING, FAILURE = Level.OK, Level.WARNING, Level.FAILURE


@pytest.fixture
def ward(tmp_path: Path) -> Iterator[Ward]:
    made = Ward(tmp_path)
    made.enrol()
    yield made
    made.close()


def needs_time(ward: Ward) -> None:
    ward.configure(**{'permission = "front-door"': 'permission = "front-door"\nclock = "synced"'})


# The clock


def test_a_clock_that_is_kept_right_and_is_as_the_hub_says(ward: Ward) -> None:
    told = ward.told_by_hub()
    assert the(clock.synchronized, ward.patient(told), "clock.synchronized").level is OK
    assert the(clock.believed, ward.patient(told), "clock.state").level is OK
    assert the(clock.floor, ward.patient(told), "clock.floor").level is OK


def test_a_clock_that_is_behind_what_has_passed(ward: Ward) -> None:
    told = ward.told_by_hub()
    told.at = NOON - timedelta(days=9)
    one = the(clock.floor, ward.patient(told), "clock.floor")
    assert one.level is FAILURE
    assert "2030-06-01 12:00:00 has surely passed" in one.what
    assert "set-ntp" in str(one.to_do)


def test_a_clock_that_is_ahead_of_the_hubs(ward: Ward) -> None:
    told = ward.told_by_hub()
    told.elapsed_s += 3_600
    told.at = NOON + timedelta(days=1_100, hours=1)
    one = the(clock.floor, ward.patient(told), "clock.floor")
    assert (one.level, "3 years ahead of the hub's time" in one.what) == (FAILURE, True)
    for ahead_s, level in ((300, OK), (301, FAILURE)):
        told.at = NOON + timedelta(hours=1, seconds=ahead_s)
        assert the(clock.floor, ward.patient(told), "clock.floor").level is level
    told.boot = "another-boot"
    told.at = NOON + timedelta(days=1_100)
    assert the(clock.floor, ward.patient(told), "clock.floor").level is OK


def test_a_clock_of_which_nothing_is_known(ward: Ward) -> None:
    told = FakeClock()
    assert the(clock.synchronized, ward.patient(told), "clock.synchronized").level is WARNING
    assert the(clock.floor, ward.patient(told), "clock.floor").level is WARNING
    assert the(clock.believed, ward.patient(told), "clock.state").level is WARNING
    needs_time(ward)
    assert the(clock.believed, ward.patient(told), "clock.state").level is FAILURE


def test_what_the_edge_knew_of_time_is_damaged(ward: Ward) -> None:
    path = ward.state / "trust.json"
    path.write_text("damaged")
    assert the(clock.floor, ward.patient(FakeClock()), "clock.floor").level is FAILURE
    assert path.read_text() == "damaged"


def test_a_battery_is_missed_where_time_is_needed(ward: Ward) -> None:
    assert the(clock.battery, ward.patient(), "clock.battery").level is OK
    needs_time(ward)
    one = the(clock.battery, ward.patient(), "clock.battery")
    assert (one.level, "door" in str(one.why)) == (WARNING, True)
    told = ward.told_by_hub()
    noon_s = int(told.at.timestamp())
    for since_epoch, level in ((noon_s + 9, OK), (noon_s - 9_999, WARNING), (noon_s + 9_999, WARNING)):
        ward.put("sys/class/rtc/rtc0/since_epoch", f"{since_epoch}\n")
        assert the(clock.battery, ward.patient(told), "clock.battery").level is level


@pytest.mark.parametrize("said", ["", "-62135596800\n"], ids=["nothing", "the year 1"])
def test_a_battery_clock_that_lost_the_time(ward: Ward, said: str) -> None:
    """The kernel refuses to read one that says itself that its power failed."""
    ward.put("sys/class/rtc/rtc0/since_epoch", said)
    one = the(clock.battery, ward.patient(), "clock.battery")
    assert (one.level, "hwclock --systohc" in str(one.to_do)) == (WARNING, True)


# Watchdogs and the unit


def test_a_machine_on_which_all_is_watched(ward: Ward) -> None:
    ward.put("units/doorward-edge.service", UNIT)
    ward.put("units/multi-user.target.wants/doorward-edge.service", UNIT)
    ward.put("systemd/here", "")
    for name, text in (("state", "active"), ("identity", "Broadcom BCM2835 Watchdog timer"), ("timeout", "15")):
        ward.put(f"sys/class/watchdog/watchdog0/{name}", f"{text}\n")
    assert [each.level for each in watchdog.unit(ward.patient())] == [OK]
    one = the(watchdog.machine, ward.patient(), "watchdog.machine")
    assert one.what.endswith("Broadcom BCM2835 Watchdog timer, 15 s")


def test_a_machine_on_which_nothing_is(ward: Ward) -> None:
    levels = {each.check: each.level for each in watchdog.unit(ward.patient())}
    assert levels == {"watchdog.unit": WARNING, "watchdog.systemd": WARNING}
    assert the(watchdog.machine, ward.patient(), "watchdog.machine").level is WARNING
    assert the(watchdog.edge, ward.patient(), "watchdog.edge").level is WARNING
    ward.put("sys/class/watchdog/watchdog0/state", "inactive\n")
    assert "nobody feeds it" in the(watchdog.machine, ward.patient(), "watchdog.machine").what


def test_a_units_parts_count(ward: Ward) -> None:
    ward.put("units/doorward-edge.service", UNIT)
    ward.put("units/doorward-edge.service.d/own.conf", "[Service]\n# WatchdogSec=9\nWatchdogSec=0\n")
    found_unit = unit_in((ward.machine / "none", ward.machine / "units"))
    assert found_unit is not None
    assert (found_unit.words["WatchdogSec"], found_unit.words["User"]) == ("0", "nobody")
    levels = {each.check: each.level for each in watchdog.unit(ward.patient())}
    assert levels["watchdog.unit"] is levels["watchdog.enabled"] is WARNING


def test_a_units_parts_count_by_their_names_and_those_of_the_machines_owner_first(ward: Ward) -> None:
    """systemd.unit(5): whichever folder they are in; of one name, that of the first folder."""
    ward.put("etc/doorward-edge.service.d/20-own.conf", "[Service]\nWatchdogSec=0\n")
    ward.put("etc/doorward-edge.service.d/30-both.conf", "[Service]\nUser=somebody\n")
    ward.put("lib/doorward-edge.service", UNIT)
    ward.put("lib/doorward-edge.service.d/10-lib.conf", "[Service]\nWatchdogSec=9\n")
    ward.put("lib/doorward-edge.service.d/30-both.conf", "[Service]\nUser=root\n")
    found_unit = unit_in((ward.machine / "etc", ward.machine / "lib"))
    assert found_unit is not None
    assert (found_unit.words["WatchdogSec"], found_unit.words["User"]) == ("0", "somebody")


@pytest.mark.parametrize("said", ["no", ""])
def test_a_unit_that_is_not_started_anew(ward: Ward, said: str) -> None:
    ward.put("units/doorward-edge.service", UNIT)
    assert "watchdog.restart" not in found(watchdog.unit, ward.patient())
    ward.put("units/doorward-edge.service.d/own.conf", f"[Service]\nRestart={said}\n")
    assert the(watchdog.unit, ward.patient(), "watchdog.restart").level is WARNING


def test_a_units_part_that_cannot_be_read_is_passed_over(ward: Ward) -> None:
    ward.put("units/doorward-edge.service", UNIT)
    ward.put("units/doorward-edge.service.d/own.conf", "[Service]\nRestart=no\n")
    (ward.machine / "units" / "doorward-edge.service.d" / "astray.conf").symlink_to("/no/such/part")
    assert the(watchdog.unit, ward.patient(), "watchdog.unit").level is OK
    assert the(watchdog.unit, ward.patient(), "watchdog.restart").level is WARNING


def test_a_unit_that_is_masked(ward: Ward) -> None:
    ward.put("units/multi-user.target.wants/doorward-edge.service", UNIT)
    ward.put("units/doorward-edge.service.d/own.conf", "[Service]\nNice=1\n")
    (ward.machine / "units" / "doorward-edge.service").symlink_to("/dev/null")
    one, *others = watchdog.unit(ward.patient())
    assert [each.check for each in others] == ["watchdog.systemd"]
    assert (one.level, "is masked" in one.what, "systemctl unmask" in str(one.to_do)) == (WARNING, True, True)


@pytest.mark.parametrize(
    ("said", "path"),
    [
        ('DOORWARD_EDGE_CONFIG="--config /etc/doorward/edge.toml"\n', "/etc/doorward/edge.toml"),
        ("# DOORWARD_EDGE_CONFIG=no\nDOORWARD_EDGE_CONFIG=--config=/etc/edge.toml\n", "/etc/edge.toml"),
        ("DOORWARD_EDGE_OPTIONS=--metrics\n", None),
        ('DOORWARD_EDGE_CONFIG="', None),
        ("DOORWARD_EDGE_CONFIG=--config\n", None),
    ],
)
def test_the_configuration_that_the_unit_gives(ward: Ward, said: str, path: str | None) -> None:
    assert configuration_in(ward.put("defaults", said)) == (None if path is None else Path(path))
    assert configuration_in(ward.machine / "none") is None


# Who runs


def test_who_holds_the_folder_is_the_edge(ward: Ward) -> None:
    assert running_on(ward.state) is None
    held = claim(ward.state)
    try:
        assert running_on(ward.state) == Running(os.getpid())
        assert f"process {os.getpid()}" in the(access.user, ward.patient(), "access.user").what
    finally:
        os.close(held)
    assert running_on(ward.state) is None
    assert running_on(ward.state / "none") is None


def test_asking_takes_no_lock(ward: Ward) -> None:
    with (ward.state / "other").open("wb") as other:
        fcntl.flock(other, fcntl.LOCK_EX)
        running_on(ward.state)
        os.close(claim(ward.state))


def test_what_is_seen_of_a_process(tmp_path: Path) -> None:
    code = "import sys; print(flush=True); sys.stdin.read()"
    command = [sys.executable, "-c", code, "run", "--config", "edge.toml"]
    environment = {**os.environ, "WATCHDOG_USEC": "30000000"}
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    with subprocess.Popen(command, env=environment, cwd=tmp_path, **pipes) as process:  # type: ignore[call-overload]
        process.stdout.readline()
        running = Running(process.pid)
        assert configuration_of(running.arguments()) == Path("edge.toml")
        assert running.folder() == tmp_path
        assert (running.variables() or {})["WATCHDOG_USEC"] == "30000000"
        assert running.user() == (os.getuid(), frozenset({os.getgid(), *os.getgroups()}))
        assert running.has_open(tmp_path) is False
        process.stdin.close()
    gone = Running(process.pid)
    assert gone.arguments() == []
    assert (gone.folder(), gone.variables(), gone.user()) == (None, None, None)
    assert (gone.has_open(tmp_path), gone.is_connected_to(1)) == (None, None)


def test_a_connection_that_stands_is_seen() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        own = Running(os.getpid())
        assert own.is_connected_to(port) is False
        with socket.create_connection(("127.0.0.1", port)):
            assert own.is_connected_to(port) is True
            server.accept()[0].close()
            assert own.is_connected_to(port) is False
        assert own.is_connected_to(port) is False


def test_an_edge_that_is_watched_by_nobody(ward: Ward) -> None:
    patient = ward.patient()
    patient.running = Running(os.getpid())  # type: ignore[misc] # as if the kernel had said so
    assert the(watchdog.edge, patient, "watchdog.edge").level is WARNING


def test_users_and_what_they_may(tmp_path: Path) -> None:
    path = tmp_path / "device"
    path.touch()
    path.chmod(0o620)
    own, group = path.stat().st_uid, path.stat().st_gid
    stranger = User("stranger", 4_001, frozenset({4_001}))
    assert not stranger.may(path, os.W_OK)
    assert User("member", 4_001, frozenset({group})).may(path, os.W_OK)
    assert not User("member", 4_001, frozenset({group})).may(path, os.R_OK)
    assert User.numbered(own).may(path, os.R_OK | os.W_OK)
    assert User.numbered(4_001) == User("4001", 4_001, frozenset())
    assert User.named("nobody") == User.numbered(65_534)
    assert User.named("no-such-user") is None
    assert not stranger.is_in("no-such-group")


def test_an_edge_by_its_unit_runs_as_the_units_user(ward: Ward, monkeypatch: pytest.MonkeyPatch) -> None:
    ward.put("units/doorward-edge.service", UNIT)
    monkeypatch.setattr("edge.doctor.patient.STATE_DIR", ward.state)
    ward.put("defaults", f'DOORWARD_EDGE_CONFIG="--config {ward.folder}/edge.toml"\n')
    ward.configuration = None
    patient: Patient = ward.patient()
    assert patient.user.name == "nobody"
    assert patient.own_path == ward.folder / "edge.toml"
    assert found(access.files, patient)
