"""What the kernel starts first: loads what the disk needs, and goes on to systemd there."""

import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tests.machine.making import kept_by, run
from tests.machine.modules import needed


@dataclass(frozen=True, slots=True)
class Disk:
    """Its device, and the kernel's modules by which it is read."""

    device: str
    modules: tuple[str, ...]


VIRTIO: Final = Disk("/dev/vda", ("virtio_pci", "virtio_blk", "ext4", "crc32c_generic", "crc32c-intel"))
_INIT: Final = """\
#!/bin/sh
/bin/busybox mount -t devtmpfs dev /dev
/bin/busybox mount -t proc proc /proc
while read -r module; do /bin/busybox insmod "$module"; done < /order
tries=0
while [ ! -b DISK ] && [ $tries -lt 100 ]; do /bin/busybox usleep 50000; tries=$((tries + 1)); done
/bin/busybox mount -t ext4 DISK /disk || exec /bin/busybox sh
/bin/busybox umount /proc
/bin/busybox mount --move /dev /disk/dev
exec /bin/busybox switch_root /disk /sbin/init
"""


def initramfs(build: Path, kernel: Path, disk: Disk = VIRTIO, busybox: Path = Path("/bin/busybox")) -> Path:
    """A compressed archive for -initrd. `busybox`: a static one for the guest's processor."""
    place = build / f"initramfs-{kernel.name}"
    return kept_by(place, lambda folder: _make(folder, kernel, disk, busybox)) / "initramfs.gz"


def _make(folder: Path, kernel: Path, disk: Disk, busybox: Path) -> None:
    inside = folder / "inside"
    for each in ("bin", "dev", "proc", "disk"):
        (inside / each).mkdir(parents=True)
    shutil.copy(busybox, inside / "bin" / "busybox")
    (inside / "bin" / "sh").symlink_to("busybox")
    order = needed(kernel, *disk.modules)
    for path in order:
        shutil.copy(path, inside / path.name)
    (inside / "order").write_text("".join(f"/{path.name}\n" for path in order))
    (inside / "init").write_text(_INIT.replace("DISK", disk.device))
    (inside / "init").chmod(0o755)
    run("sh", "-c", "find . | cpio --quiet -o -H newc | gzip -1 > ../initramfs.gz", cwd=inside)
    shutil.rmtree(inside)
