"""One guest as a process of QEMU's, emulated whole (TCG): its disk, its ports, and how it is stopped.

/dev/kvm is not used: a node may be there and hang. A Nehalem is emulated in half the time of `-cpu max`.
"""

import subprocess
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from tests.machine.making import run
from tests.machine.qmp import Qmp, QmpError

_MACHINE: Final = (
    "-machine",
    "q35,i8042=off,sata=off",
    "-accel",
    "tcg,thread=multi",
    "-cpu",
    "Nehalem",
    "-smp",
    "2",
    "-m",
    "768",
)
_DEVICES: Final = (
    *("-nodefaults", "-no-user-config", "-display", "none", "-vga", "none"),
    *("-device", "virtio-serial", "-device", "virtserialport,chardev=agent,name=doorward.agent"),
    *("-device", "qemu-xhci,id=xhci", "-device", "usb-kbd,id=keyboard,bus=xhci.0"),
    *("-device", "virtio-rng-pci"),
    *("-device", "pcie-root-port,id=socket,chassis=1"),  # what is plugged while it runs
)
KERNEL_LINE: Final = (
    "console=ttyS0 root=/dev/vda rw quiet systemd.show_status=no systemd.unit=multi-user.target net.ifnames=0 "
    "mitigations=off tp_printk"
)
"""mitigations=off: what the kernel does against processors that guess takes a third of a boot where each is
emulated, and guards nothing: an emulated one does not guess. tp_printk: what is traced may be told on the console,
too (board.py turns that off until somebody wants it)."""
_CACHE: Final = "cache=writeback,file.cache.no-flush=on"
"""What the guest flushes leaves QEMU, and outlives it; it need not reach this machine's own disk."""
_MIGRATION_S: Final = 120
_UNPLUG_S: Final = 20


@dataclass(frozen=True, slots=True)
class Start:
    """`disk`: what the guest's own file stands on. `snapshot`: a guest to go on with, or None: it boots.

    `clock`: as -rtc wants it, UTC; None: now. `forwards`: ports of the guest's hub.example and broker.example,
    with the ports of this machine's loopback behind them; nothing else is reached.
    """

    disk: Path
    kernel: Path
    initramfs: Path
    snapshot: Path | None = None
    clock: str | None = None
    forwards: tuple[tuple[int, int], ...] = ()


class Qemu:
    """A running one; `folder` is its own. `close` ends it as a power cut does."""

    def __init__(self, start: Start, folder: Path, more: Sequence[str] = ()) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder: Final = folder
        self.disk: Final = folder / "disk.qcow2"
        if not self.disk.exists():
            form = "qcow2" if start.disk.suffix == ".qcow2" else "raw"
            run("qemu-img", "create", "-q", "-f", "qcow2", "-b", str(start.disk), "-F", form, str(self.disk))
        self.agent: Final = folder / "agent.sock"
        self.console: Final = folder / "console.log"
        (folder / "qmp.sock").unlink(missing_ok=True)
        self.agent.unlink(missing_ok=True)
        self.uart: Final = folder / "uart.sock"
        self.uart.unlink(missing_ok=True)
        with (folder / "qemu.log").open("a") as log:
            self._process = subprocess.Popen(
                _command(start, folder, more), stdin=subprocess.DEVNULL, stdout=log, stderr=log
            )
        try:
            self.qmp: Final = Qmp(folder / "qmp.sock")
            if start.snapshot:
                self._go_on()
        except BaseException as error:
            self._process.kill()
            self._process.wait()
            error.add_note((folder / "qemu.log").read_text())
            raise

    def plug(self, name: str, driver: str, **options: Any) -> None:
        self.qmp.do("device_add", driver=driver, id=name, **options)

    def unplug(self, name: str) -> None:
        """Returns once it is gone."""
        self.qmp.do("device_del", id=name)
        until = time.monotonic() + _UNPLUG_S
        while any(each["name"] == name for each in self.qmp.do("qom-list", path="/machine/peripheral")):
            if time.monotonic() > until:
                raise QmpError(f"{name} is not given back")
            time.sleep(0.05)

    def connect(self, on: bool) -> None:
        """The network's cable."""
        self.qmp.do("set_link", name="net", up=on)

    def save(self, snapshot: Path) -> None:
        """The guest, as it is, into a file; it runs no more. Whoever goes on with it has a disk upon its disk."""
        self.qmp.do("stop")
        self.qmp.do("migrate-set-parameters", max_bandwidth=2**40)
        self.qmp.do("migrate", uri=f"exec:cat > {snapshot}")
        until = time.monotonic() + _MIGRATION_S
        while (state := self.qmp.do("query-migrate").get("status")) != "completed":
            if state == "failed" or time.monotonic() > until:
                raise QmpError(f"the guest cannot be saved: {state}")
            time.sleep(0.1)
        self.close()

    def _go_on(self) -> None:
        """What was stopped to be saved is stopped when it is back."""
        until = time.monotonic() + _MIGRATION_S
        while self.qmp.do("query-status")["status"] == "inmigrate":
            if time.monotonic() > until:
                raise QmpError("the guest does not come back from its snapshot")
            time.sleep(0.02)
        self.qmp.do("cont")

    @property
    def is_running(self) -> bool:
        return self._process.poll() is None

    def close(self) -> None:
        if self.is_running:
            self._process.kill()
        self._process.wait()
        self.qmp.close()


def _command(start: Start, folder: Path, more: Sequence[str]) -> list[str]:
    # A process for each connection: what QEMU connects itself it connects once, as it starts.
    forwards = "".join(
        f",guestfwd=tcp:10.0.2.100:{port}-cmd:busybox nc 127.0.0.1 {here}" for port, here in start.forwards
    )
    return [
        "qemu-system-x86_64",
        *_MACHINE,
        *_DEVICES,
        *("-kernel", str(next((start.kernel / "boot").glob("vmlinuz-*"))), "-initrd", str(start.initramfs)),
        *("-append", KERNEL_LINE),
        *("-drive", f"file={folder / 'disk.qcow2'},if=virtio,format=qcow2,discard=unmap,{_CACHE}"),
        *("-chardev", f"socket,id=agent,path={folder / 'agent.sock'},server=on,wait=off"),
        *("-qmp", f"unix:{folder / 'qmp.sock'},server=on,wait=off"),
        *("-serial", f"file:{folder / 'console.log'}", "-serial", "chardev:uart"),
        *("-chardev", f"socket,id=uart,path={folder / 'uart.sock'},server=on,wait=off"),
        *("-netdev", f"user,id=net,restrict=on{forwards}", "-device", "virtio-net-pci,netdev=net,romfile="),
        *("-rtc", f"base={start.clock or 'utc'},clock=vm"),
        *(("-incoming", f"exec:cat {start.snapshot}") if start.snapshot else ()),
        *more,
    ]
