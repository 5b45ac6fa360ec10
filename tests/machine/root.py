"""The guest's disk: a fresh Debian with the edge's package installed by apt, as docs/install.md has people do it.

Beside the package it has what a Raspberry Pi OS has and Debian has not (lgpio), the kernel's modules, and an agent
that does in the guest what hands do at a real one. Made once for each package and kernel; each guest writes into a
copy of its own.
"""

import hashlib
import shutil
import zipfile
from pathlib import Path
from typing import Final

from tests.machine import board
from tests.machine.initramfs import VIRTIO
from tests.machine.making import kept_by, run
from tests.machine.modules import copy_modules

SUITE: Final = "bookworm"
SIZE_MIB: Final = 1536
PACKAGES: Final = "systemd,systemd-sysv,udev,dbus,kmod,procps,python3,python3-serial,python3-evdev,tzdata,iproute2"
_MODULES: Final = (
    *("virtio_net", "virtio_console", "virtio_rng", "gpio-sim", "autofs4", "configfs"),
    *("i2c_i801", "lpc_ich", "iTCO_wdt", "xhci_pci", "usbhid", "hid_generic", "evdev", "uinput"),
    *("usbserial", "ftdi_sio", "cdc_acm", "dummy_hcd", "libcomposite", "usb_f_hid", "usb_f_acm", "dummy"),
)
"""What is plugged in, what plugs it in, the board's watchdog, and what a probe of the sandbox is to be refused."""
_HERE: Final = Path(__file__).parent
_MODULES_OF_PYTHON: Final = "usr/lib/python3/dist-packages"
_AGENT_UNIT: Final = """\
[Unit]
Description=What the tests ask of this machine
DefaultDependencies=no
After=systemd-udevd.service local-fs.target
[Service]
ExecStart=/usr/bin/python3 /opt/agent.py
Restart=always
[Install]
WantedBy=sysinit.target
"""
_FILES: Final = {
    "etc/hostname": "pi\n",
    "etc/hosts": "127.0.0.1 localhost pi\n10.0.2.100 hub.example broker.example\n",
    "etc/fstab": "/dev/vda / ext4 rw,errors=remount-ro 0 1\n",
    "etc/systemd/system/agent.service": _AGENT_UNIT,
    "etc/systemd/journald.conf.d/small.conf": "[Journal]\nStorage=persistent\nSystemMaxUse=32M\n",
    "etc/systemd/network/10-host.network": "[Match]\nName=e*\n[Network]\nAddress=10.0.2.15/24\n",
    **board.FILES,
}
_MASKED: Final = (
    "getty.target",
    "modprobe@drm.service",
    "systemd-binfmt.service",
    "systemd-logind.service",
    "systemd-pstore.service",
    "systemd-update-utmp.service",
    "systemd-update-utmp-runlevel.service",
    "serial-getty@ttyS0.service",
    "apt-daily.timer",
    "apt-daily-upgrade.timer",
    "dpkg-db-backup.timer",
    "e2scrub_all.timer",
    "fstrim.timer",
)


def root(build: Path, kernel: Path, package: Path, lgpio: Path) -> Path:
    """An ext4 file system in a file; not to be written to."""
    name = hashlib.sha256(
        b"".join(
            [
                package.read_bytes(),
                *(Path(__file__).read_bytes(), (_HERE / "agent.py").read_bytes(), repr(_FILES).encode()),
                kernel.name.encode(),
            ]
        )
    ).hexdigest()[:12]
    base = debian(build)
    folder = kept_by(build / f"root-{name}", lambda new: _installed(new, base, kernel, package, lgpio))
    return folder / "root.img"


def debian(build: Path) -> Path:
    """A folder with debian.tar: all but what is not Debian's."""
    return kept_by(build / f"debian-{SUITE}", _debian)


def _debian(folder: Path) -> None:
    run(
        *("mmdebstrap", "--quiet", "--variant=apt", f"--include={PACKAGES}", "--dpkgopt=force-unsafe-io"),
        *(f"--dpkgopt=path-exclude=/usr/share/{each}/*" for each in ("locale", "man")),
        *(SUITE, str(folder / "debian.tar")),
    )


def _installed(folder: Path, base: Path, kernel: Path, package: Path, lgpio: Path) -> None:
    system = folder / "system"
    system.mkdir()
    run("tar", "-C", str(system), "-xf", str(base / "debian.tar"))
    shutil.copy(package, system / "tmp")
    # In a namespace of its own, what is mounted there is gone however that ends.
    run(
        *("unshare", "--mount", "sh", "-ec", 'mount -t proc proc "$0/proc"; exec chroot "$0" "$@"', str(system)),
        *("apt-get", "install", "-y", "-q", "--no-install-recommends"),
        *("-o", "Dpkg::Options::=--force-unsafe-io", f"/tmp/{package.name}"),
    )
    with zipfile.ZipFile(lgpio) as wheel:
        wheel.extractall(system / _MODULES_OF_PYTHON)
    # As Debian does with what apt installs: compiled anew in each process it takes 1.7 MiB of each.
    run("chroot", str(system), "/usr/bin/python3", "-m", "py_compile", f"/{_MODULES_OF_PYTHON}/lgpio.py")
    copy_modules(kernel, system, (*VIRTIO.modules, *_MODULES))
    shutil.copy(_HERE / "agent.py", system / "opt")
    for place, text in _FILES.items():
        (system / place).parent.mkdir(parents=True, exist_ok=True)
        (system / place).write_text(text)
    run("systemctl", f"--root={system}", "enable", "agent.service", "board.service", "systemd-networkd.service")
    run("systemctl", f"--root={system}", "mask", *_MASKED)
    shutil.rmtree(system / "var" / "cache" / "apt")
    shutil.rmtree(system / "var" / "lib" / "apt" / "lists")
    run("mke2fs", "-q", "-t", "ext4", "-d", str(system), str(folder / "root.img"), f"{SIZE_MIB}M")
    shutil.rmtree(system)
