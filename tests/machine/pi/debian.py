"""Debian for arm64, unpacked and not yet set up: its kernel apart, since a card takes few of the kernel's modules.

Nothing of another architecture is run here, and this machine's apt hears of none.
"""

import shutil
from pathlib import Path
from typing import Final

from tests.machine.making import kept_by, run
from tests.machine.package import digest_of

SUITE: Final = "bookworm"
BOARD: Final = "bcm2837-rpi-3-b"
REVISION: Final = "0xa02082"
"""Raspberry Pi 3 Model B 1.2 (raspberrypi.com, "New-style revision codes"). The firmware writes it into the tree
that it hands to the kernel; QEMU has no firmware. gpiozero reads it."""
_PACKAGES: Final = (
    *("base-files", "base-passwd", "bash", "coreutils", "dash", "grep", "libc-bin", "login", "mount", "sed"),
    *("systemd", "systemd-sysv", "udev", "kmod", "util-linux", "busybox-static", "linux-image-arm64"),
    *("python3", "python3-serial", "python3-evdev", "tzdata"),
)


def debian(build: Path) -> Path:
    """A folder with debian.tar, boot/, lib/modules/RELEASE, busybox, and BOARD.dtb with a revision."""
    return kept_by(build / f"debian-{SUITE}-arm64-{digest_of(Path(__file__))}", _make)


def _make(folder: Path) -> None:
    system = folder / "system"
    run(
        *("mmdebstrap", "--quiet", "--arch=arm64", "--variant=extract", f"--include={','.join(_PACKAGES)}"),
        "--hook-dir=/usr/share/mmdebstrap/hooks/merged-usr",
        *(SUITE, str(system)),
        timeout_s=900,
    )
    (system / "boot").rename(folder / "boot")
    (folder / "lib").mkdir()
    (system / "usr" / "lib" / "modules").rename(folder / "lib" / "modules")
    shutil.copy(system / "usr" / "bin" / "busybox", folder)
    release = next((folder / "lib" / "modules").iterdir()).name
    run("depmod", "-b", str(folder), release)
    tree = folder / f"{BOARD}.dtb"
    shutil.copy(system / "usr" / "lib" / f"linux-image-{release}" / "broadcom" / tree.name, tree)
    run("fdtput", "-p", "-t", "x", str(tree), "/system", "linux,revision", REVISION)
    for unused in ("doc", "locale", "man"):
        shutil.rmtree(system / "usr" / "share" / unused)
    shutil.rmtree(system / "usr" / "lib" / f"linux-image-{release}")
    run("tar", "-C", str(system), "-cf", str(folder / "debian.tar"), ".")
    shutil.rmtree(system)
