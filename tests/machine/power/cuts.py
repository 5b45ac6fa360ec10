"""A guest's second disk, whose every write is logged, and the folders on it as they are found after power cuts.

One log has the loads of all modes, one after the other. A cut is one entry of it that was on its way; half of them
are the entries right after an acknowledgement, where there is most to lose.
"""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random
from typing import Final, NamedTuple

from tests.machine.guest import Guest
from tests.machine.making import run
from tests.machine.power.block_log import BlockLog, CutDisk
from tests.machine.power.load import DISK_MIB, FILE_SYSTEM_MIB, MODES, TOLD_AT, Told
from tests.machine.power.look import Found, look, not_found

_HERE: Final = Path(__file__).parent
_STATE: Final = "/mnt/power"
_PLUG_S: Final = 30
_IMAGES_MAX: Final = 8


class Cut(NamedTuple):
    """`entry`: of the log, the one that was on its way."""

    entry: int
    told: Told
    found: Found


class LoggedDisk:
    """A disk of ext4 in `folder`, as a Raspberry Pi's card is formatted; or the one that is there, and its log."""

    def __init__(self, folder: Path) -> None:
        self.folder: Final = folder
        self.image: Final = folder / "disk.img"
        self.log: Final = folder / "disk.log"
        self.blank: Final = folder / "blank.img"
        if not self.blank.exists():
            form = ("-q", "-F", "-t", "ext4", "-b", "4096", "-J", "size=4")
            run("mke2fs", *form, str(self.blank), f"{FILE_SYSTEM_MIB}M")
            shutil.copy(self.blank, self.image)
            run("truncate", "-s", f"{DISK_MIB}M", str(self.image))
            self.log.touch()

    def plug_into(self, guest: Guest) -> None:
        """Under /mnt/power. A flush is logged and not passed on: this machine's power is not what is cut."""
        parts = {"driver": "file", "cache": {"no-flush": True}}
        logged = {
            "driver": "blklogwrites",
            "node-name": "power",
            "file": parts | {"filename": str(self.image)},
            "log": parts | {"filename": str(self.log)},
            "log-sector-size": 512,
        }
        guest.qemu.qmp.do("blockdev-add", **logged)
        # Zeroes that are asked for at once would be logged in an order of their own.
        plugged = {"driver": "virtio-blk-pci", "id": "power", "bus": "socket", "drive": "power"}
        guest.qemu.qmp.do("device_add", **plugged, **{"write-zeroes": False, "discard": False})
        guest.until("a second disk", lambda: not guest.attempt("test", "-b", "/dev/vdb")[0], _PLUG_S)
        guest.shell(f"mkdir -p {_STATE} && mount /dev/vdb {_STATE} && cat /sys/block/vdb/queue/write_cache")


def load(guest: Guest, *loads: str, limit_s: float) -> None:
    """The edge's storage at work on the second disk; `loads` as load.py wants them."""
    guest.write("/opt/load.py", (_HERE / "load.py").read_text())
    work = f"PYTHONPATH=/usr/lib/doorward python3 /opt/load.py {_STATE} /dev/vdb {' '.join(loads)}"
    guest.shell(work, limit_s=limit_s)


class PowerCuts:
    """What the log of a disk says was on it, and when it was promised."""

    def __init__(self, disk: LoggedDisk) -> None:
        self.folder: Final = disk.folder
        self.log: Final = BlockLog(disk.log)
        self._blank = disk.blank.read_bytes()
        self._told = list(self._promises())

    def __len__(self) -> int:
        return len(self.log.entries)

    def promised(self, mode: str) -> Told:
        """At the end of a load."""
        return self._told_of(mode)[-1][1]

    def cuts(self, mode: str, count: int, seed: int) -> Iterator[Cut]:
        chance = Random(f"{mode} {seed}")
        disk = CutDisk(self.log, self._blank)
        with _memory(self.folder) as memory:
            for number, entry in enumerate(self._chosen(mode, count, chance)):
                told = self._told_before(entry)
                image = memory / f"{number}.img"
                disk.write(entry, chance, image)
                yield Cut(entry, told, _found(image, mode, told))
                image.unlink()

    def _chosen(self, mode: str, count: int, chance: Random) -> list[int]:
        promises = [entry for entry, _ in self._told_of(mode)]
        after = chance.choices(promises[:-1], k=count // 2)
        anywhere = chance.choices(range(promises[0] + 1, promises[-1]), k=count - count // 2)
        return sorted([*(entry + 1 for entry in after), *anywhere])

    def _told_of(self, mode: str) -> list[tuple[int, Told]]:
        return [(entry, told) for entry, told in self._told if told.mode == MODES.index(mode)]

    def _told_before(self, entry: int) -> Told:
        return [told for place, told in self._told if place < entry][-1]

    def _promises(self) -> Iterator[tuple[int, Told]]:
        for number, entry in enumerate(self.log.entries):
            if entry.at == TOLD_AT and entry.data is not None:
                yield number, Told.unpacked(bytes(entry.data))


def _found(image: Path, mode: str, told: Told) -> Found:
    """As the kernel mounts it: ext4 has its own journal replayed first."""
    disk = image.with_name("disk")
    disk.mkdir(exist_ok=True)
    try:
        run("mount", "-o", "loop", str(image), str(disk))
    except RuntimeError as error:
        return not_found(told, str(error))
    try:
        return look(disk / mode, told)
    finally:
        run("umount", str(disk))


@contextmanager
def _memory(folder: Path) -> Iterator[Path]:
    """A folder in memory: 200 disks are nothing to write to a real one. A
    namespace of mounts that is made meanwhile holds a disk longer: each cut has a file of its own."""
    place = folder / "memory"
    place.mkdir(parents=True)
    run("mount", "-t", "tmpfs", "-o", f"size={_IMAGES_MAX * DISK_MIB}M", "tmpfs", str(place))
    try:
        yield place
    finally:
        run("umount", "--lazy", str(place))
        place.rmdir()
