"""What a process and all that it has started cost, as Linux tells in /proc: memory and processor time."""

import os
from dataclasses import dataclass
from pathlib import Path

_TICKS_S = 1 / os.sysconf("SC_CLK_TCK")
_USER_TICKS = 11
"""Of /proc/PID/stat behind the command's name: utime, with stime after it (proc(5), fields 14 and 15)."""


@dataclass(frozen=True)
class Memory:
    """MiB of all processes together. A page that several processes have is divided among them in `pss`, counted
    whole for each in `rss`."""

    pss: float
    rss: float
    processes: int


def memory_of(pid: int) -> Memory:
    told = [rollup for each in (pid, *_descendants(pid)) if (rollup := _rollup(each))]
    return Memory(*(sum(each[name] for each in told) / 1024 for name in ("Pss", "Rss")), len(told))


def cpu_s(pid: int) -> float:
    """Processor time, user and system, that the process has used since it began; in steps of 10 ms."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return sum(map(int, fields[_USER_TICKS : _USER_TICKS + 2])) * _TICKS_S


def _descendants(pid: int) -> list[int]:
    try:
        tasks = [(task / "children").read_text() for task in Path(f"/proc/{pid}/task").iterdir()]
    except (FileNotFoundError, ProcessLookupError):  # it has just ended
        return []
    children = [int(child) for task in tasks for child in task.split()]
    return children + [each for child in children for each in _descendants(child)]


def _rollup(pid: int) -> dict[str, int]:
    """KiB by name; nothing of a process that has just ended."""
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()[1:]
    except (FileNotFoundError, ProcessLookupError):
        return {}
    return {line.partition(":")[0]: int(line.split()[1]) for line in lines}
