"""`doorward-edge doctor` on a machine where something is wrong: what is wrong, what to do, and nothing else.

That it is green beside a hub stands in test_scanners.py. Several faults are made at once, of those that do not
hide each other. Not made here, and tried by tests/edge with files in place of a machine: an eMMC that is worn; a
replica that is too old, below its mark or of another format; a journal of a newer format; certificates that have
ended; a broker that has another authority, revokes, gives no rights or keeps old words; an edge that nobody
watches; a machine without a watchdog, a battery clock, the groups, or systemd.
"""

from edge.doctor.findings import Level
from tests.machine.doctor import Fault, fault_of
from tests.machine.installed import UNIT, Installed
from tests.machine.wiring import KEYBOARD, Wire

STATE = "/var/lib/doorward"
KNOWN = "/usr/share/doorward/firmware_config"
DROP_IN = f"/etc/systemd/system/{UNIT}.service.d"
LOOK = Level.WARNING
NOBODY_THERE = (
    Fault("broker.port", "broker.example, port 1883", "systemctl status mosquitto"),
    Fault("watchdog.machine", "nobody feeds it", "doorward-watchdog.conf", level=LOOK),
)
NOT_CONNECTED = Fault("broker.edge", "not connected", "journalctl --unit doorward-edge")
WHILE_IT_RUNS = (
    Fault("access.folder", "may be used by others (mode 0755)", f"chmod 700 {STATE}", f"chmod 755 {STATE}"),
    Fault("access.files", "1 of the edge's files are another user's", "chown", f"touch {STATE}/of-root"),
    Fault("configuration.file", "is damaged", "push", f"echo nothing > {STATE}/orders.json.before"),
    Fault("firmware_config.boards", "nonsense", "install", f"echo x > {KNOWN}/boards/nonsense.toml"),
    Fault("scanners.device door", KEYBOARD, "doorward-edge scanners"),
    Fault("clock.synchronized", "nothing keeps", "timedatectl set-ntp true", level=LOOK),
    Fault("clock.state", "holdover", "timedatectl set-ntp true", level=LOOK),
    Fault("replica.time_zone clubhouse", "Europe/Berlin", "tzdata", "rm /usr/share/zoneinfo/Europe/Berlin"),
    Fault(
        "watchdog.unit",
        "no WatchdogSec",
        "WatchdogSec=30",
        f"mkdir -p {DROP_IN}; printf '[Service]\\nWatchdogSec=0\\n' > {DROP_IN}/none.conf",
        LOOK,
    ),
    Fault("watchdog.enabled", "not enabled", "systemctl enable --now", f"systemctl disable {UNIT}", LOOK),
)
ZEROES = "dd if=/dev/zero bs=4096 count=2 conv=notrunc of="
SYSFS = "/sys/class/gpio"
WHILE_IT_IS_STOPPED = (
    Fault("watchdog.edge", "no edge runs", "systemctl start doorward-edge", f"systemctl stop {UNIT}", LOOK),
    Fault("seal.certificate", "damaged", "doorward-edge enroll", f"echo x > {STATE}/enrolment/tls.crt"),
    Fault("scanners.open door", "grabbed by another program", "end the other program"),
    Fault(
        "pins.line door.relay_pin",
        f'GPIO {Wire.RELAY} is held by "sysfs"',
        "end that program",
        f"for each in {SYSFS}/gpiochip*; do grep -q bcm2835 $each/label && echo "
        f"$(($(cat $each/base) + {Wire.RELAY})) > {SYSFS}/export; done",
    ),
    Fault("clock.floor", "is damaged", "start the edge anew", f"echo nothing > {STATE}/trust.json"),
    Fault("clock.state", "unknown", "let the edge reach its hub", level=LOOK),
    Fault("replica.file", "replica.1.db", "start the edge anew", f"{ZEROES}{STATE}/replica.1.db"),
    Fault("replica.age", "not known", "let the edge reach its hub", level=LOOK),
    Fault("journal.file", "journal.db", "start the edge anew", f"{ZEROES}{STATE}/journal.db"),
)
GRAB = f"""
import evdev
grabbed = [each for each in map(evdev.InputDevice, evdev.list_devices()) if each.info.vendor == 0x{KEYBOARD[4:8]}]
for each in grabbed: each.grab()
"""
OWN = """
[hardware]
pin_factory = "mock"
board = "nonsense"
[[readers]]
name = "door"
kind = "door"
permission = "front-door"
device = "/dev/null"
profile = "nonsense"
relay_pin = 17
"""
LOSE_A_ROW = "DELETE FROM feed_row WHERE sequence = (SELECT min(sequence) FROM feed_row)"
WITH_A_DISK_THAT_FAILED = (
    Fault("watchdog.edge", "no edge runs", "systemctl start doorward-edge", f"systemctl stop {UNIT}", LOOK),
    Fault("disk.errors", "errors", "fsck.mode=force"),
    Fault("disk.writable", "read-only", "dmesg"),
    Fault("seal.enrolment", "may be used by others", "chmod 600", f"chmod 644 {STATE}/enrolment/tls.key"),
    Fault("configuration.wiring", "nonsense", "hardware.board", f"rm {STATE}/orders.json*"),
    Fault("scanners.device door", "no device at all", "doorward-edge scanners"),
    Fault("scanners.profile door", "nonsense", "correct the profile of door"),
    Fault("pins.factory", "no pin moves", 'pin_factory = "lgpio"', level=LOOK),
    Fault("clock.synchronized", "nothing keeps", "timedatectl", "date --set '+1 hour'", LOOK),
    Fault("clock.battery", "s behind this machine's clock", "hwclock --systohc", level=LOOK),
    Fault("clock.floor", "ahead of the hub's time", "timedatectl set-ntp true"),
    Fault("clock.state", "unknown", "timedatectl set-ntp true", level=LOOK),
    Fault(
        "replica.digest",
        "does not have the digest",
        "pulls another one",
        f"python3 -c \"import sqlite3; sqlite3.connect('{STATE}/replica.1.db').executescript('{LOSE_A_ROW}')\"",
    ),
    Fault("journal.unacked", "has not acknowledged 1 row", "let the edge reach its hub", level=LOOK),
)


def made(edge: Installed, faults: tuple[Fault, ...]) -> None:
    edge.guest.shell("; ".join(fault.made for fault in faults if fault.made), limit_s=120)


def test_of_an_edge_that_runs(edge: Installed) -> None:
    made(edge, WHILE_IT_RUNS)
    edge.clock.leave()
    edge.keyboard.pull()
    edge.next("reader_lost")
    assert fault_of(edge, (*NOBODY_THERE, NOT_CONNECTED, *WHILE_IT_RUNS)) == ""


def test_of_an_edge_that_is_stopped_and_of_what_another_program_has(edge: Installed) -> None:
    made(edge, WHILE_IT_IS_STOPPED)
    edge.guest.python(GRAB)
    assert fault_of(edge, (*NOBODY_THERE, *WHILE_IT_IS_STOPPED)) == ""


def test_of_a_disk_that_failed_and_a_configuration_of_its_own(edge: Installed) -> None:
    edge.checkin(edge.scan("full"))
    edge.guest.write("/etc/doorward.toml", OWN)
    edge.guest.write("/etc/default/doorward-edge", 'DOORWARD_EDGE_CONFIG="--config /etc/doorward.toml"\n')
    made(edge, WITH_A_DISK_THAT_FAILED)
    # ext4's own way to be told of an error: the system is mounted with errors=remount-ro.
    edge.guest.write("/sys/fs/ext4/vda/trigger_fs_error", "by hand")
    assert fault_of(edge, (NOBODY_THERE[1], *WITH_A_DISK_THAT_FAILED)) == ""


def test_a_full_disk_is_told_and_shuts_counters_not_doors(edge: Installed) -> None:
    edge.guest.attempt("dd", "if=/dev/zero", "of=/var/full", "bs=1M")
    assert (edge.scan("full")["outcome"], edge.sell("full")["outcome"]) == ("granted", "denied")
    edge.guest.until("the relay", lambda: edge.pins.moves(Wire.RELAY))
    found = edge.doctor()["failure"]
    assert [each.partition(":")[0] for each in found if each.startswith("disk.")] == [
        "disk.space",
        "disk.writable",
    ]
