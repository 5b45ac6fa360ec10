"""The one guest that goes on beside its hub, scenario after scenario; it rests on the disk between files."""

from contextlib import ExitStack
from pathlib import Path

from tests.machine.installed import Installed
from tests.machine.limits import HUB_S
from tests.machine.qemu import Start
from tests.machine.settled import Settled, booted, forwards_to, resumed
from tests.system.web_hub import WebHub


class Chain:
    """One guest runs at a time: between `go_on` and `rest`, others may."""

    def __init__(self, settled: Settled, hub: WebHub, folder: Path) -> None:
        self._settled = settled
        self._hub = hub
        self._folder = folder
        self._disk = settled.disk
        self._snapshot: Path | None = settled.snapshot
        self._count = 0

    def go_on(self) -> Installed:
        """Connected to its hub, its clock right again, however long it rested."""
        made = self._settled.made
        forwards = forwards_to(self._hub)
        start = Start(self._disk, made.kernel, made.initramfs, self._snapshot, forwards=forwards)
        self._count += 1
        begun = resumed if self._snapshot else booted
        with ExitStack() as unless_connected:
            edge = begun(start, self._folder / f"guest{self._count}", self._settled.cards)
            unless_connected.push(edge)
            self._lies_at(edge.guest.qemu.disk)
            edge.clock.set_to_now()
            edge.clock.keep()
            edge.next("connected", limit_s=HUB_S)
            edge.forget()
            unless_connected.pop_all()
        return edge

    def aside(self, folder: Path) -> Installed:
        """Another one of it as it rests, with nobody behind its cable; what becomes of that is nothing to this."""
        made = self._settled.made
        start = Start(self._disk, made.kernel, made.initramfs, self._snapshot)
        return resumed(start, folder, self._settled.cards)

    def rest(self, edge: Installed) -> None:
        """A guest that was switched off meanwhile boots from its disk the next time."""
        qemu = edge.guest.qemu
        with edge:
            if qemu.is_running:
                edge.uart.close()
                qemu.save(qemu.folder / "snapshot")
                self._lies_at(qemu.disk, qemu.folder / "snapshot")

    def _lies_at(self, disk: Path, snapshot: Path | None = None) -> None:
        """Without a snapshot of that moment it boots: an edge may not be older than its hub knows it."""
        self._disk, self._snapshot = disk, snapshot
