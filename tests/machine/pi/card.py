"""The Pi's SD card: Debian for arm64, the edge's package, and an edge's state, put there from outside.

What dpkg would run on the Pi is done here by the same programs, told of another root: the package's users, its
unit and its compiled code. Made once for each package.
"""

import json
import os
import shutil
import sys
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tests.machine.cards import Cards
from tests.machine.initramfs import Disk, initramfs
from tests.machine.making import kept_by, run
from tests.machine.modules import copy_modules
from tests.machine.package import digest_of
from tests.machine.pi.club import enrolled_edge
from tests.machine.pi.debian import BOARD, debian

RELAY_PIN: Final = 17
PULSE_S: Final = 3
DISK: Final = Disk("/dev/mmcblk0", ("bcm2835", "mmc_block", "ext4", "crc32c_generic"))
_SIZE: Final = "2048M"
"""QEMU takes cards of a power of two."""
_MODULES: Final = ("dwc2", "phy-generic", "usbhid", "hid-generic", "evdev", "cdc_acm", "usbserial")
_CONFIGURATION: Final = f"""\
site = "clubhouse"

[hardware]
pin_factory = "lgpio"

[[readers]]
name = "door"
kind = "door"
permission = "front-door"
device = "usb:0627:0001"
relay_pin = {RELAY_PIN}
pulse_seconds = {PULSE_S}
silence_seconds = 5  # an emulated Pi is slow at times
"""
_TRIGGER: Final = """\
[Service]
ExecStart=
ExecStart=udevadm trigger --action=add --subsystem-match=gpio --subsystem-match=usb
"""
_FILES: Final = {
    "etc/hostname": "pi\n",
    "etc/hosts": "127.0.0.1 localhost pi\n",
    "etc/fstab": "/dev/mmcblk0 / ext4 rw,noatime 0 0\n",
    "etc/machine-id": f"{'0123456789abcdef' * 2}\n",
    # What udev's own script makes.
    "etc/sysusers.d/udev.conf": "g kvm - -\ng render - -\ng sgx - -\n",
    # The scanner is plugged in later: of what is there at boot the edge needs its pins.
    "etc/systemd/system/systemd-udev-trigger.service.d/few.conf": _TRIGGER,
    "etc/modules-load.d/keyboard.conf": "dwc2\nevdev\n",
    "etc/doorward/edge.toml": _CONFIGURATION,
    "etc/default/doorward-edge": 'DOORWARD_EDGE_CONFIG="--config /etc/doorward/edge.toml"\n',
}
_BOOTED: Final = (
    *("systemd-modules-load.service", "systemd-journald.service"),
    *("systemd-udevd.service", "systemd-udev-trigger.service"),
)
"""Of what Debian starts by itself: an emulated Pi boots slowly. The edge's unit and what it wants come on top."""
_OWN: Final = ("card.py", "club.py", "debian.py")


@dataclass(frozen=True, slots=True)
class Card:
    """`image` is not to be written to. `codes`: of the example club's cards."""

    image: Path
    kernel: Path
    tree: Path
    initramfs: Path
    codes: Cards


def card(build: Path, package: Path, lgpio: Path) -> Card:
    """`package`: in a folder that is named after it; for arm64, as the wheel is."""
    made_of = digest_of(*(Path(__file__).with_name(name) for name in _OWN))
    base = debian(build)
    folder = kept_by(build / f"card-{package.parent.name}-{made_of}", lambda new: _make(new, base, package, lgpio))
    return Card(
        image=folder / "card.img",
        kernel=next((base / "boot").glob("vmlinuz-*")),
        tree=base / f"{BOARD}.dtb",
        initramfs=initramfs(build, base, DISK, base / "busybox"),
        codes=Cards(json.loads((folder / "codes.json").read_text())),
    )


def _make(folder: Path, base: Path, package: Path, lgpio: Path) -> None:
    system = folder / "system"
    system.mkdir()
    run("tar", "-C", str(system), "-xf", str(base / "debian.tar"))
    run("dpkg-deb", "-x", str(package), str(system))
    with zipfile.ZipFile(lgpio) as wheel:
        wheel.extractall(system / "usr" / "lib" / "python3" / "dist-packages")
    for place, text in _FILES.items():
        (system / place).parent.mkdir(parents=True, exist_ok=True)
        (system / place).write_text(text)
    copy_modules(base, system, (*DISK.modules, *_MODULES))
    _set_up(system)
    codes = enrolled_edge(system / "var" / "lib" / "doorward", folder / "club")
    shutil.rmtree(folder / "club")
    (folder / "codes.json").write_text(json.dumps(codes))
    _give_to_its_user(system)
    run("mke2fs", "-q", "-t", "ext4", "-d", str(system), str(folder / "card.img"), _SIZE)
    shutil.rmtree(system)


def _set_up(system: Path) -> None:
    for name, target in (("run", "/run"), ("lock", "/run/lock")):
        (system / "var" / name).rmdir()
        (system / "var" / name).symlink_to(target)
    for name in ("passwd", "group"):
        shutil.copy(system / "usr" / "share" / "base-passwd" / f"{name}.master", system / "etc" / name)
    shutil.copy(system / "usr" / "share" / "libc-bin" / "nsswitch.conf", system / "etc")
    run("systemd-sysusers", f"--root={system}")
    run("systemctl", f"--root={system}", "enable", "doorward-edge.service")
    _keep_asleep(system)
    # As py3compile does on the Pi: the bytes of a Python 3.11 are the same for all processors.
    compiled = [f"{system}/usr/lib/{each}" for each in ("python3.11", "python3", "doorward")]
    run(sys.executable, "-m", "compileall", "-q", "-j", "2", "-s", str(system), *compiled)


def _keep_asleep(system: Path) -> None:
    units, own = system / "usr" / "lib" / "systemd", system / "etc" / "systemd"
    wanted = [
        unit.name
        for unit in units.glob("system/*.target.wants/*")
        if unit.suffix in (".service", ".mount", ".timer")
    ]
    run("systemctl", f"--root={system}", "mask", *(name for name in wanted if name not in _BOOTED))
    (own / "system-generators").mkdir()
    for generator in (units / "system-generators").iterdir():
        (own / "system-generators" / generator.name).symlink_to("/dev/null")


def _give_to_its_user(system: Path) -> None:
    lines = (system / "etc" / "passwd").read_text().splitlines()
    _, _, uid, gid, *_ = next(line for line in lines if line.startswith("doorward:")).split(":")
    state = system / "var" / "lib" / "doorward"
    for path in (state, *state.rglob("*")):
        os.chown(path, int(uid), int(gid))
    state.chmod(0o700)
