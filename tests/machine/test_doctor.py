"""`doorward-edge doctor` on a machine where something is wrong: what is wrong, what to do, and nothing else.

That it is green beside a hub, and what it says of brokers that are another's and of yesterday's replica, stands in
test_doctor_online.py. Many faults are made at once, of those that do not hide each other. docs/machine.md has
those that are made in no guest, but by tests/edge with files in place of a machine.
"""

from collections.abc import Sequence
from datetime import UTC, datetime

import pytest

from edge.doctor.findings import Level, failure
from edge.doctor.report import Report
from tests.machine.doctor import Fault, report_of, tells
from tests.machine.installed import UNIT, Installed
from tests.machine.wiring import KEYBOARD, UART, Wire

STATE = "/var/lib/doorward"
TRUST = f"{STATE}/trust.json"
"""Not written again where a folder stands in the way of the new one."""
KNOWN = "/usr/share/doorward/firmware_config"
DROP_IN = f"/etc/systemd/system/{UNIT}.service.d"
LOOK = Level.WARNING
OWN_UNIT = f"/etc/systemd/system/{UNIT}.service"
LEAVE_200_MB = "fallocate -l $(( $(stat -f -c '%a * %S' /var) - 200000000 )) /var/much"
NOBODY_FEEDS_IT = Fault("watchdog.machine", "nobody feeds it", "doorward-watchdog.conf", level=LOOK)
SQL = f"python3 -c \"import sqlite3; sqlite3.connect('{STATE}/%s').executescript('%s')\""
NEWER = "PRAGMA user_version = 99"
WHILE_IT_RUNS = (
    Fault("access.groups dialout", "no group dialout", "udev", "groupdel dialout", LOOK),
    Fault("disk.space", "0 MB are free", "du --one-file-system"),
    Fault("disk.writable", "No space left", "make room"),
    Fault(
        "disk.set_aside", "damaged-", "look at disk.errors", f"ln {STATE}/journal.db {STATE}/damaged-1.db", LOOK
    ),
    Fault("access.folder", "may be used by others (mode 0755)", f"chmod 700 {STATE}", f"chmod 755 {STATE}"),
    Fault("access.files", "1 of the edge's files are another user's", "chown", f"mkdir {TRUST}.new"),
    Fault("seal.certificate", "damaged", "doorward-edge enroll", f"echo x > {STATE}/enrolment/tls.crt"),
    Fault("configuration.file", "is damaged", "push", f"echo nothing > {STATE}/orders.json.before"),
    Fault("firmware_config.boards", "nonsense", "install", f"echo x > {KNOWN}/boards/nonsense.toml"),
    Fault("scanners.device door", KEYBOARD, "doorward-edge scanners"),
    Fault("pins.chip", "doorward may not open /dev/gpiochip", "usermod", "chmod 600 /dev/gpiochip*"),
    Fault("clock.floor", "is damaged", "start the edge anew", f"echo nothing > {TRUST}"),
    Fault("clock.state", "unknown", "let the edge reach its hub", level=LOOK),
    Fault("broker.port", "broker.example, port 1883", "systemctl status mosquitto"),
    Fault("broker.edge", "not connected", "journalctl --unit doorward-edge"),
    Fault("replica.file", "is of format 99", "pulls another one", SQL % ("replica.1.db", NEWER), LOOK),
    Fault("replica.position", "is damaged", "start the edge anew", f"echo nothing > {STATE}/marks.json"),
    Fault("replica.age", "not known", "let the edge reach its hub", level=LOOK),
    Fault("replica.time_zone clubhouse", "Europe/Berlin", "tzdata", "rm /usr/share/zoneinfo/Europe/Berlin"),
    Fault("journal.file", "is of format 99", "install the newer Doorward", SQL % ("journal.db", NEWER)),
    Fault(
        "watchdog.unit",
        "no WatchdogSec",
        "WatchdogSec=30",
        f"mkdir -p {DROP_IN}; printf '[Service]\\nWatchdogSec=0\\nRestart=no\\n' > {DROP_IN}/none.conf",
        LOOK,
    ),
    Fault("watchdog.restart", "is not started anew", "Restart=always", level=LOOK),
    Fault("watchdog.enabled", "not enabled", "systemctl enable --now", f"systemctl disable {UNIT}", LOOK),
)
ZEROES = "dd if=/dev/zero bs=4096 count=2 conv=notrunc of="
SYSFS = "/sys/class/gpio"
WHILE_IT_IS_STOPPED = (
    Fault("watchdog.edge", "no edge runs", "systemctl start doorward-edge", f"systemctl stop {UNIT}", LOOK),
    Fault("watchdog.unit", "is masked", "systemctl unmask", f"ln -s /dev/null {OWN_UNIT}", LOOK),
    Fault("access.groups dialout", "is not in the group", "usermod", "gpasswd -d doorward dialout", LOOK),
    Fault("access.files", "may not be read and written", "chmod --recursive u+rwX", f"chmod 400 {TRUST}"),
    Fault("disk.space", "of /var/lib/doorward's disk", "du --one-file-system", LEAVE_200_MB, LOOK),
    Fault("seal.enrolment", "may be used by others", "chmod 600", f"chmod 644 {STATE}/enrolment/tls.key"),
    Fault("firmware_config.scanners", "nonsense", "install", f"echo x > {KNOWN}/scanners/nonsense.toml"),
    Fault("scanners.device counter", f"may not open {UART}", "usermod"),
    Fault("scanners.profile door", "nonsense", "correct the profile of door"),
    Fault("scanners.profile counter", "nonsense", "correct the profile of counter"),
    Fault("scanners.open door", "grabbed by another program", "end the other program"),
    Fault(
        "pins.line door.relay_pin",
        f'GPIO {Wire.RELAY} is held by "sysfs"',
        "end that program",
        f"for each in {SYSFS}/gpiochip*; do grep -q bcm2835 $each/label && echo "
        f"$(($(cat $each/base) + {Wire.RELAY})) > {SYSFS}/export; done",
    ),
    Fault("clock.synchronized", "nothing keeps", "timedatectl set-ntp true", level=LOOK),
    Fault("clock.state", "holdover", "timedatectl set-ntp true", level=LOOK),
    Fault("replica.file", "replica.1.db", "start the edge anew", f"{ZEROES}{STATE}/replica.1.db"),
    Fault("journal.file", "journal.db", "start the edge anew", f"{ZEROES}{STATE}/journal.db"),
)
FILL = "fallocate -l $(( $(stat -f -c '%f * %S' /var) - 67108864 )) /var/most"
GRAB = f"""
import evdev
grabbed = [each for each in map(evdev.InputDevice, evdev.list_devices()) if each.info.vendor == 0x{KEYBOARD[4:8]}]
for each in grabbed: each.grab()
"""
OWN = """
site = "nowhere"
[hardware]
pin_factory = "mock"
board = "nonsense"
[[readers]]
name = "door"
kind = "door"
permission = "front-door"
replica_age_seconds_max = 1
device = "/dev/null"
profile = "nonsense"
relay_pin = 17
unlocked_schedule = "never"
"""
LOSE_A_ROW = "DELETE FROM feed_row WHERE sequence = (SELECT min(sequence) FROM feed_row)"
WITH_A_DISK_THAT_FAILED = (
    Fault("watchdog.edge", "no edge runs", "systemctl start doorward-edge", f"systemctl stop {UNIT}", LOOK),
    Fault("disk.errors", "errors", "fsck.mode=force"),
    Fault("disk.writable", "read-only", "dmesg"),
    Fault("seal.certificate", "ended at", "doorward-edge enroll"),
    Fault("seal.authority", "ended at", "doorward-edge enroll"),
    Fault("configuration.wiring", "nonsense", "hardware.board", f"rm {STATE}/orders.json*"),
    Fault("scanners.device door", "no device at all", "doorward-edge scanners"),
    Fault("scanners.profile door", "nonsense", "correct the profile of door"),
    Fault("pins.factory", "no pin moves", 'pin_factory = "lgpio"', level=LOOK),
    Fault("clock.synchronized", "nothing keeps", "timedatectl", "date --set '+60 years'", LOOK),
    Fault("clock.battery", "s behind this machine's clock", "hwclock --systohc", level=LOOK),
    Fault("clock.floor", "ahead of the hub's time", "timedatectl set-ntp true"),
    Fault("clock.state", "unknown", "timedatectl set-ntp true", level=LOOK),
    Fault("broker.name", "broker.example", "resolvectl query", "sed -i /broker.example/d /etc/hosts"),
    Fault("replica.digest", "does not have the digest", "pulls another one", SQL % ("replica.1.db", LOSE_A_ROW)),
    Fault("replica.age", "whole as of", "let the edge reach its hub"),
    Fault("replica.names site", "no site nowhere", "make it at the hub", level=LOOK),
    Fault("replica.names door.unlocked_schedule", "no schedule never", "make it at the hub", level=LOOK),
    Fault("journal.unacked", "has not acknowledged 1 row", "let the edge reach its hub", level=LOOK),
)


def made(edge: Installed, faults: Sequence[Fault]) -> None:
    edge.guest.shell("; ".join(fault.made for fault in faults if fault.made), limit_s=120)


def fill_the_rest(edge: Installed) -> None:
    """What root may have, too."""
    _, _, said = edge.guest.attempt("dd", "if=/dev/zero", "of=/var/rest", "bs=64K", limit_s=300)
    assert "No space left" in said


def test_of_an_edge_that_runs_on_a_full_disk_which_shuts_counters_and_no_doors(edge: Installed) -> None:
    edge.guest.shell(FILL)
    fill_the_rest(edge)
    assert (edge.scan("full")["outcome"], edge.sell("full")["outcome"]) == ("granted", "denied")
    edge.guest.until("the relay", lambda: edge.pins.moves(Wire.RELAY))
    edge.guest.do("rm", "/var/rest")
    made(edge, WHILE_IT_RUNS)
    edge.keyboard.pull()
    edge.next("reader_lost")
    fill_the_rest(edge)
    assert tells(report_of(edge.guest), (NOBODY_FEEDS_IT, *WHILE_IT_RUNS))


def test_of_an_edge_that_is_stopped_and_of_what_another_program_has(edge: Installed) -> None:
    made(edge, WHILE_IT_IS_STOPPED)
    edge.clock.leave()
    edge.guest.python(GRAB)
    assert tells(report_of(edge.guest), (NOBODY_FEEDS_IT, *WHILE_IT_IS_STOPPED))


def test_of_a_disk_that_failed_and_a_configuration_of_its_own(edge: Installed) -> None:
    edge.checkin(edge.scan("full"))
    edge.guest.write("/etc/doorward.toml", OWN)
    edge.guest.write("/etc/default/doorward-edge", 'DOORWARD_EDGE_CONFIG="--config /etc/doorward.toml"\n')
    made(edge, WITH_A_DISK_THAT_FAILED)
    # ext4's own way to be told of an error: the system is mounted with errors=remount-ro.
    edge.guest.write("/sys/fs/ext4/vda/trigger_fs_error", "by hand")
    assert tells(report_of(edge.guest), (NOBODY_FEEDS_IT, *WITH_A_DISK_THAT_FAILED))


def test_what_is_found_twice_is_two() -> None:
    """Else a second fault would hide behind the first one."""
    found = failure("disk.space", "it is full", "it fails", "make room")
    report = Report(
        at=datetime.now(UTC), level=Level.FAILURE, edge=None, state="", process=None, findings=[found] * 2
    )
    fault = Fault("disk.space", "full", "make room")
    assert tells(report, [fault, fault])
    for faults in ([], [fault], [fault] * 3, [fault, Fault("disk.space", "empty", "make room")]):
        with pytest.raises(AssertionError):
            tells(report, faults)
