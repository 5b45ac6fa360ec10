"""systemd's own tools about systemd/: the units parse, what they run is there, and they may touch little."""

import re
import shutil
import subprocess
from collections import defaultdict
from pathlib import Path

import pytest

SYSTEMD = Path(__file__).resolve().parents[2] / "systemd"
UNITS = sorted(path.name for path in SYSTEMD.glob("*.service"))
DAEMONS = [name for name in UNITS if name != "doorward-hub-backup.service"]
COMMANDS = ("usr/bin/doorward-edge", "opt/doorward-hub/bin/doorward-hub")
EXPOSURE_MAX = 2.0
NEWER = re.compile(r"Unknown key '(RestartSteps|RestartMaxDelaySec)' in section \[Service\], ignoring")
"""Words of systemd 254."""

pytestmark = pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="no systemd here")


def settings(unit: str) -> dict[str, list[str]]:
    """Every value of every word, in order; an empty one takes back those before it."""
    found: dict[str, list[str]] = defaultdict(list)
    for line in (SYSTEMD / unit).read_text().splitlines():
        name, equals, value = line.partition("=")
        if equals and not line.startswith("#"):
            found[name].append(value)
    return found


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A machine with these units, systemd's own, and commands where they are looked for."""
    shutil.copytree("/usr/lib/systemd/system", tmp_path / "usr/lib/systemd/system", symlinks=True)
    own = tmp_path / "etc/systemd/system"
    own.mkdir(parents=True)
    for unit in UNITS:
        shutil.copy(SYSTEMD / unit, own)
    for command in COMMANDS:
        path = tmp_path / command
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("#!/bin/sh\n")
        path.chmod(0o755)
    return tmp_path


def analyze(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(["systemd-analyze", *arguments], capture_output=True, text=True, check=False)


def test_there_is_one_for_each_process() -> None:
    assert [*DAEMONS, "doorward-hub-backup.service"] == [
        "doorward-edge.service",
        "doorward-hub-web.service",
        "doorward-hub-worker.service",
        "doorward-hub-backup.service",
    ]


@pytest.mark.parametrize("unit", UNITS)
def test_a_unit_is_right_and_its_commands_are_there(root: Path, unit: str) -> None:
    done = analyze("verify", f"--root={root}", unit)
    wrong = [line for line in (done.stdout + done.stderr).splitlines() if not NEWER.search(line)]
    assert (done.returncode, wrong) == (0, [])


@pytest.mark.parametrize("unit", UNITS)
def test_a_command_that_is_missing_would_be_found(root: Path, unit: str) -> None:
    for command in COMMANDS:
        (root / command).unlink()
    assert "is not executable" in analyze("verify", f"--root={root}", unit).stderr


@pytest.mark.parametrize("unit", UNITS)
def test_a_unit_exposes_little(unit: str) -> None:
    done = analyze("security", "--offline=true", f"--threshold={EXPOSURE_MAX * 10:.0f}", str(SYSTEMD / unit))
    overall = re.search(r"Overall exposure level for \S+: ([0-9.]+)", done.stdout)
    assert overall is not None, done.stderr
    assert float(overall.group(1)) <= EXPOSURE_MAX


@pytest.mark.parametrize("unit", DAEMONS)
def test_a_unit_starts_for_ever_waits_for_no_network_and_is_watched(unit: str) -> None:
    said = settings(unit)
    assert said["Type"] == ["notify"]
    assert said["Restart"] == ["always"]
    assert said["StartLimitIntervalSec"] == ["0"]
    assert float(said["WatchdogSec"][0]) > 0
    ordered = " ".join(said["After"] + said["Wants"] + said["Requires"])
    assert "network" not in ordered
    assert "time-sync" not in ordered


def test_the_edge_rests_however_it_ended_by_the_same_configuration() -> None:
    said = settings("doorward-edge.service")
    assert said["ExecStopPost"] == ["/usr/bin/doorward-edge rest $DOORWARD_EDGE_CONFIG"]
    assert "$DOORWARD_EDGE_CONFIG" in said["ExecStart"][0]


def test_the_edge_may_do_what_it_does() -> None:
    said = settings("doorward-edge.service")
    allowed = " ".join(said["SystemCallFilter"])
    # It asks whether the clock is kept, and fills a replica by a process of low priority.
    assert "adjtimex" in allowed
    assert {"setpriority", "sched_setscheduler"} <= set(allowed.split())
    assert said["RestrictRealtime"] == ["yes"]
    assert "ProtectClock" not in said
    assert "ProcSubset" not in said
    devices = {value.split()[0] for value in said["DeviceAllow"]}
    serial = {"char-ttyACM", "char-ttyUSB", "char-ttyAMA", "char-ttyS", "char-ttySC"}
    assert devices >= serial | {"char-input", "char-gpiochip"}
    assert set(said["SupplementaryGroups"][0].split()) == {"dialout", "input", "gpio"}


def test_the_edge_is_run_as_its_folder_and_its_ports_are_meant() -> None:
    said = settings("doorward-edge.service")
    assert said["ConditionPathExists"] == ["/var/lib/doorward/enrolment"]
    assert (said["User"], said["Group"], said["StateDirectory"]) == (["doorward"], ["doorward"], ["doorward"])
    assert said["WatchdogSignal"] == ["SIGKILL"]
    # DeviceAllow= takes names of drivers that are there: those of USB's serial ports come with the first one.
    drivers = "modprobe@cdc_acm.service modprobe@usbserial.service"
    assert drivers in said["Wants"]
    assert drivers in said["After"]
    allowed = set(" ".join(said["SystemCallFilter"]).split())
    assert {"adjtimex", "clock_adjtime", "clock_adjtime64"} <= allowed


@pytest.mark.parametrize("unit", UNITS)
def test_each_unit_has_folders_of_its_own(unit: str) -> None:
    said = settings(unit)
    assert said["StateDirectoryMode"] == said["RuntimeDirectoryMode"] == ["0700"]
    # The one that ends first takes its folder along.
    assert said["RuntimeDirectory"] == [unit.removesuffix(".service") if "hub" in unit else "doorward"]


@pytest.mark.parametrize("unit", UNITS)
def test_no_unit_makes_code_of_what_it_wrote(unit: str) -> None:
    assert settings(unit)["MemoryDenyWriteExecute"] == ["yes"]


def test_each_of_the_pages_processes_may_say_that_they_answer() -> None:
    assert settings("doorward-hub-web.service")["NotifyAccess"] == ["all"]


@pytest.mark.parametrize("unit", ["doorward-hub-web.service", "doorward-hub-worker.service"])
def test_without_a_database_of_its_own_a_hub_has_one_among_its_data(unit: str) -> None:
    said = settings(unit)
    data = "/var/lib/doorward-hub/data"
    assert said["SetCredential"] == [f"database_url:sqlite:///{data}/hub.db"]
    assert f"DOORWARD_DATA={data}" in said["Environment"]


def test_the_machines_watchdog_is_one_that_a_raspberry_pi_has() -> None:
    text = (SYSTEMD / "doorward-watchdog.conf").read_text()
    seconds = re.search(r"^RuntimeWatchdogSec=(\d+)s$", text, re.MULTILINE)
    assert seconds is not None
    # bcm2835_wdt.c: max_timeout is 0xfffff ticks of 1/65536 s, in whole seconds 15.
    assert int(seconds.group(1)) <= 15


@pytest.mark.parametrize("unit", UNITS)
def test_no_secret_stands_in_a_unit(unit: str) -> None:
    said = settings(unit)
    assert not any("DATABASE_URL" in value for value in said["Environment"])
    if unit != "doorward-edge.service":
        assert said["LoadCredential"][0] == "database_url:/etc/doorward-hub/database_url"


def test_backups_are_made_by_a_timer_under_a_passphrase_that_only_the_unit_sees() -> None:
    said = settings("doorward-hub-backup.service")
    assert said["LoadCredential"][1:] == ["backup_passphrase:/etc/doorward-hub/backup_passphrase"]
    assert said["Type"] == ["oneshot"]
    assert said["ExecStart"][0].endswith("doorward-hub backup /var/lib/doorward-hub-backups --keep 30")
    assert "doorward-hub-backups" in said["StateDirectory"][0].split()
    timer = (SYSTEMD / "doorward-hub-backup.timer").read_text()
    (when,) = re.findall(r"^OnCalendar=(.+)$", timer, re.MULTILINE)
    assert analyze("calendar", when).returncode == 0
