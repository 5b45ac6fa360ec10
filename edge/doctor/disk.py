"""The disk under the state folder: room, whether it takes and keeps what is written, and how worn it may be."""

import errno
import os
import statistics
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from edge.doctor.findings import Finding, failure, ok, warning
from edge.doctor.patient import Patient
from edge.machine import Machine
from edge.scanners.sysfs import text_of

FREE_BYTES_MIN: Final = 50_000_000
FREE_BYTES_WANTED: Final = 500_000_000
"""A fresh replica of a million cards, some 200 MB, stands beside the old one while it is loaded."""
FSYNCS: Final = 9
SLOW_S: Final = 0.04
"""For so long a door waits for its check-in to be on disk before it opens."""
_ROW_BYTES: Final = 4_096
_LIFE_TENTHS_WORN: Final = 9
"""Of eMMC's life in tenths (JEDEC JESD84-B51, DEVICE_LIFE_TIME_EST): 80 to 90 % are used up."""
_SPARE_WARNING: Final = 2
"""Of eMMC's blocks in reserve (PRE_EOL_INFO there): 80 % are used up; 3: more."""
_RENEW: Final = (
    "copy the card to a new one of an endurance class; keep the old one until the hub has all check-ins"
)


def space(patient: Patient) -> Iterator[Finding]:
    state = Machine(patient.state_dir).as_it_stands()
    if state.disk_free_bytes is None or state.disk_free_share is None:
        yield failure("disk.space", "the disk does not tell how full it is", "it may fail", "look at `dmesg`")
        return
    told = (
        f"{state.disk_free_bytes / 1e6:.0f} MB are free, {state.disk_free_share:.0%} of {patient.state_dir}'s disk"
    )
    to_do = "`sudo du --one-file-system / | sort -n | tail` shows what takes it; journalctl --vacuum-size=100M"
    if state.disk_free_bytes < FREE_BYTES_MIN:
        yield failure("disk.space", told, "a counter whose check-ins cannot be recorded denies", to_do)
    elif state.disk_free_bytes < FREE_BYTES_WANTED:
        yield warning("disk.space", told, "a fresh replica needs room beside the old one", to_do)
    else:
        yield ok("disk.space", told)


def writable(patient: Patient) -> Iterator[Finding]:
    """Rows as small as the journal's are put on disk, in a file without a name."""
    try:
        took_s = _fsync_times_s(patient.state_dir)
    except OSError as error:
        yield _unwritable(error)
        return
    yield ok("disk.writable", "what is written stays")
    middle_s, longest_s = statistics.median(took_s), max(took_s)
    told = f"a row is on disk after {middle_s * 1e3:.1f} ms, {longest_s * 1e3:.1f} ms at most, of {FSYNCS} tries"
    if middle_s > SLOW_S:
        why = f"a door waits {SLOW_S * 1e3:.0f} ms for it at most, a counter until it is done"
        yield warning("disk.fsync", told, why, "another card (A2, endurance), or an SSD on USB")
    else:
        yield ok("disk.fsync", told)


def _unwritable(error: OSError) -> Finding:
    """Not by the mount's flags: a kernel that met errors may keep them, and refuse each write (Linux d3476f3dad4a,
    "ext4: don't set SB_RDONLY after filesystem errors")."""
    if error.errno == errno.EROFS:
        why = "nothing can be recorded; the kernel makes a file system with errors, as of a worn card, read-only"
        return failure("disk.writable", "the disk is read-only", why, f"look at `dmesg`; {_RENEW}")
    why = "nothing can be recorded: counters deny, doors open without a record"
    to_do = "make room, or look at `dmesg` and renew the card"
    return failure("disk.writable", f"nothing can be written: {error.strerror}", why, to_do)


def wear(patient: Patient) -> Iterator[Finding]:
    """By what the kernel knows of file system and device. SD cards tell nothing of their wear themselves."""
    device = _block_device(patient)
    if device is None:
        yield ok("disk.wear", "the disk tells nothing of its wear")
        return
    ext4 = patient.places.sys / "fs" / "ext4" / device.name
    errors = text_of(ext4 / "errors_count")
    if errors.isdecimal() and int(errors):
        what = f"the file system of {device.name} has seen {errors} errors"
        why = "a card that wears out, or power that was cut while it wrote"
        yield failure("disk.errors", what, why, f"have it checked at the next start (fsck.mode=force); {_RENEW}")
    life = _life_tenths(device)
    written = text_of(ext4 / "lifetime_write_kbytes")
    told = f", {int(written) / 1e6:.0f} GB written to its file system so far" if written.isdecimal() else ""
    if _spare_state(device) >= _SPARE_WARNING:
        what = f"{device.name} says that its spare blocks run out{told}"
        yield warning("disk.wear", what, "it will soon take no more writes", _RENEW)
    elif life is not None and life >= _LIFE_TENTHS_WORN:
        what = f"{device.name} says that {min(life, 10) * 10} % of its life are used up{told}"
        yield warning("disk.wear", what, "it will soon take no more writes", _RENEW)
    else:
        used = "" if life is None else f", at most {life * 10} % of its life used up"
        yield ok("disk.wear", f"{device.name}{used}{told}")


def set_aside(patient: Patient) -> Iterator[Finding]:
    """Files that were found damaged, by this edge, at some time."""
    found = sorted(each.name for each in patient.state_dir.glob("*damaged-*"))
    if found:
        what = f"damaged files were set aside: {', '.join(found)}"
        why = "power that was cut at once, or a card that wears out; what could be read of them was kept"
        to_do = "look at disk.errors; once the hub has all check-ins, and nobody needs them, delete them"
        yield warning("disk.set_aside", what, why, to_do)
    else:
        yield ok("disk.set_aside", "no file was ever found damaged")


def _fsync_times_s(folder: Path) -> list[float]:
    """OSError."""
    took_s = []
    with tempfile.TemporaryFile(dir=folder, buffering=0) as file:
        for _ in range(FSYNCS):
            began_s = time.perf_counter()
            file.write(bytes(_ROW_BYTES))
            os.fsync(file.fileno())
            took_s.append(time.perf_counter() - began_s)
    return took_s


def _block_device(patient: Patient) -> Path | None:
    """sysfs's folder of the partition or disk; None: it is on none, as a file system in memory."""
    number = patient.state_dir.stat().st_dev
    device = patient.places.sys / "dev" / "block" / f"{os.major(number)}:{os.minor(number)}"
    return device.resolve() if device.exists() else None


def _life_tenths(device: Path) -> int | None:
    """eMMC alone has it, of its two kinds of cells: "0x01 0x02"; 0 is undefined."""
    try:
        return max(int(each, 16) for each in _said(device, "life_time").split()) or None
    except ValueError:
        return None


def _spare_state(device: Path) -> int:
    """0: it does not say."""
    try:
        return int(_said(device, "pre_eol_info"), 16)
    except ValueError:
        return 0


def _said(device: Path, name: str) -> str:
    """By the disk that `device` is, or is a partition of."""
    disk = device.parent if (device / "partition").exists() else device
    return text_of(disk / "device" / name)
