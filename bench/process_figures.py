"""What a process and all that it has started cost, as Linux tells in /proc: memory and processor time."""

import os
from array import array
from dataclasses import dataclass
from pathlib import Path

_TICKS_S = 1 / os.sysconf("SC_CLK_TCK")
_USER_TICKS = 11
"""Of /proc/PID/stat behind the command's name: utime, with stime after it (proc(5), fields 14 and 15)."""
_PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")
_ENTRY_BYTES = 8
_IN_MEMORY, _FRAME = 1 << 63, (1 << 55) - 1
"""Of an entry of /proc/PID/pagemap (Documentation/admin-guide/mm/pagemap.rst); frames are shown to root alone."""


@dataclass(frozen=True)
class Memory:
    """MiB of all processes together. In `pss` a page that others have, too, is divided among all; `alone` is what
    they take where nobody else has any of it (None: only root may know)."""

    pss: float
    processes: int
    alone: float | None


def memory_of(pid: int) -> Memory:
    family = (pid, *_descendants(pid))
    told = [rollup for each in family if (rollup := _rollup(each))]
    frames = set[int]().union(*map(_frames, family))
    alone = len(frames) * _PAGE_BYTES / 1024**2 if len(frames) > 1 else None
    return Memory(sum(each["Pss"] for each in told) / 1024, len(told), alone)


def cpu_s(pid: int) -> float:
    """Processor time, user and system, that the process has used since it began; in steps of 10 ms."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return sum(map(int, fields[_USER_TICKS : _USER_TICKS + 2])) * _TICKS_S


def children_of(pid: int) -> list[int]:
    try:
        tasks = [(task / "children").read_text() for task in Path(f"/proc/{pid}/task").iterdir()]
    except (FileNotFoundError, ProcessLookupError):  # it has just ended
        return []
    return [int(child) for task in tasks for child in task.split()]


def _descendants(pid: int) -> list[int]:
    children = children_of(pid)
    return children + [each for child in children for each in _descendants(child)]


def _frames(pid: int) -> set[int]:
    """The page frames that it has in memory, all 0 for who may not know them; none of one that has just ended."""
    found = set[int]()
    try:
        with Path(f"/proc/{pid}/pagemap").open("rb", buffering=0) as pages:
            for line in Path(f"/proc/{pid}/maps").read_text().splitlines():
                if line.endswith("[vsyscall]"):  # no page of its
                    continue
                begins, ends = (int(each, 16) // _PAGE_BYTES for each in line.split()[0].split("-"))
                pages.seek(begins * _ENTRY_BYTES)
                entries = array("Q", pages.read((ends - begins) * _ENTRY_BYTES))
                found.update(each & _FRAME for each in entries if each & _IN_MEMORY)
    except OSError:
        return set()
    return found


def _rollup(pid: int) -> dict[str, int]:
    """KiB by name; nothing of a process that has just ended."""
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()[1:]
    except (FileNotFoundError, ProcessLookupError):
        return {}
    return {line.partition(":")[0]: int(line.split()[1]) for line in lines}
