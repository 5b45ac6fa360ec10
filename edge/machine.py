"""What the machine under the edge tells of itself: how warm, how full, how busy it is. None where it does not say.

Blocking (small files of the kernel): called from a thread. Decides nothing.
"""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from edge.ports import MachineState

_PSS: Final = "Pss:"


class Machine:
    """`state_dir` is on the file system that must not fill up; `sys` and `proc` hold the kernel's files."""

    def __init__(self, state_dir: Path, sys: Path = Path("/sys"), proc: Path = Path("/proc")) -> None:
        self._state_dir = state_dir
        self._sys = sys
        self._proc = proc

    def as_it_stands(self) -> MachineState:
        free_bytes, free_share = self._disk()
        return MachineState(
            temperature_c=self._temperature_c(),
            disk_free_bytes=free_bytes,
            disk_free_share=free_share,
            memory_bytes=self._memory_bytes(),
            load=self._load(),
        )

    def _temperature_c(self) -> float | None:
        """Of the hottest zone; in thousandths of a degree there (Linux, ABI/testing/sysfs-class-thermal)."""
        zones = (self._sys / "class" / "thermal").glob("thermal_zone*/temp")
        read = [degrees for zone in zones if (degrees := _number(zone)) is not None]
        return max(read) / 1_000 if read else None

    def _disk(self) -> tuple[int | None, float | None]:
        """Bytes that the edge may still write, and their share of all that it could have; as df counts."""
        try:
            disk = os.statvfs(self._state_dir)
        except OSError:
            return None, None
        used_or_free = disk.f_blocks - disk.f_bfree + disk.f_bavail
        share = disk.f_bavail / used_or_free if used_or_free else None
        return disk.f_bavail * disk.f_frsize, share

    def _memory_bytes(self) -> int | None:
        """Of this process and all that it started: pages of several are shared out among them (proc(5), smaps)."""
        sizes = [size for process in self._family(os.getpid()) if (size := self._pss_bytes(process)) is not None]
        return sum(sizes) if sizes else None

    def _family(self, process: int) -> Iterator[int]:
        yield process
        for children in (self._proc / str(process) / "task").glob("*/children"):
            for child in _text(children).split():
                yield from self._family(int(child))

    def _pss_bytes(self, process: int) -> int | None:
        for line in _text(self._proc / str(process) / "smaps_rollup").splitlines():
            if line.startswith(_PSS):
                return int(line.split()[1]) * 1024
        return None

    def _load(self) -> float | None:
        try:
            return float(_text(self._proc / "loadavg").split()[0])
        except (IndexError, ValueError):
            return None


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="ascii", errors="replace")
    except OSError:
        return ""


def _number(path: Path) -> int | None:
    try:
        return int(_text(path))
    except ValueError:
        return None
