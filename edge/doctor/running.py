"""The edge that runs on a state folder, if one does, by what the kernel says of it: nothing is sent to it.

Reads /proc alone. Takes no lock: the folder's own would be refused to an edge that starts just then.
"""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

_ESTABLISHED: Final = "01"
"""TCP_ESTABLISHED of linux/tcp_states.h, as /proc/net/tcp has it."""
_SOCKET: Final = "socket:["


@dataclass(frozen=True, slots=True)
class Running:
    """A process. What this user may not see of it is None."""

    pid: int
    proc: Path = Path("/proc")

    @property
    def _own(self) -> Path:
        return self.proc / str(self.pid)

    def arguments(self) -> list[str]:
        try:
            return (self._own / "cmdline").read_text("utf-8", "replace").split("\0")[:-1]
        except OSError:
            return []

    def folder(self) -> Path | None:
        with suppress(OSError):
            return (self._own / "cwd").readlink()
        return None

    def variables(self) -> Mapping[str, str] | None:
        try:
            raw = (self._own / "environ").read_text("utf-8", "replace")
        except OSError:
            return None
        return dict(each.split("=", 1) for each in raw.split("\0") if "=" in each)

    def has_open(self, path: Path) -> bool | None:
        """Whether it holds the file or device at `path`, whatever the links to it."""
        held = self._descriptors()
        return None if held is None else str(path.resolve()) in held

    def is_connected_to(self, port: int) -> bool | None:
        """Whether one of its TCP connections, which stand, leads to this port of another side."""
        held = self._descriptors()
        if held is None:
            return None
        return any(f"{_SOCKET}{inode}]" in held for inode in self._connections_to(port))

    def user(self) -> tuple[int, frozenset[int]] | None:
        """The user's number, and all groups'."""
        said = self._said()
        try:
            groups = {said["Gid"].split()[1], *said["Groups"].split()}
            return int(said["Uid"].split()[1]), frozenset(map(int, groups))
        except (KeyError, ValueError, IndexError):
            return None

    def _said(self) -> dict[str, str]:
        """What proc_pid_status(5) has, by its name; nothing of a process that is gone."""
        try:
            lines = (self._own / "status").read_text("ascii", "replace").splitlines()
        except OSError:
            return {}
        return {name: word.strip() for name, _, word in (line.partition(":") for line in lines)}

    def has_child(self, argument: str) -> bool | None:
        """Whether a process that it has begun, and that has not ended, was given this argument."""
        if not self.arguments():  # then this user is shown nobody's
            return None
        children = (Running(int(each.name), self.proc) for each in self.proc.glob("[0-9]*"))
        return any(child._parent() == self.pid and argument in child.arguments() for child in children)

    def _parent(self) -> int | None:
        said = self._said().get("PPid", "")
        return int(said) if said.isdecimal() else None

    def _descriptors(self) -> frozenset[str] | None:
        """What its open files are."""
        found = set()
        try:
            for each in (self._own / "fd").iterdir():
                with suppress(OSError):
                    found.add(str(each.readlink()))
        except OSError:
            return None
        return frozenset(found)

    def _connections_to(self, port: int) -> list[str]:
        """The inodes of the sockets (proc_pid_net(5): addresses are in hexadecimal, the port after the colon)."""
        lines: list[str] = []
        for name in ("tcp", "tcp6"):
            with suppress(OSError):
                lines += (self._own / "net" / name).read_text("ascii", "replace").splitlines()[1:]
        fields = [line.split() for line in lines]
        return [
            each[9]
            for each in fields
            if len(each) > 9 and each[3] == _ESTABLISHED and int(each[2].rpartition(":")[2], 16) == port
        ]


def running_on(state_dir: Path, proc: Path = Path("/proc")) -> Running | None:
    """Who holds the lock of the state folder (edge/storage/state_folder.py), by the kernel's list of locks.

    By the folder's inode alone: file systems that span devices tell another number there than stat(2) does.
    """
    try:
        inode = str(state_dir.stat().st_ino)
        lines = (proc / "locks").read_text("ascii", "replace").splitlines()
    except OSError:
        return None
    for line in lines:
        # "1: FLOCK  ADVISORY  WRITE 2156 fe:00:1234 0 EOF" (proc_locks(5)); who waits has "->" in front.
        fields = line.split()
        if len(fields) > 5 and fields[1] == "FLOCK" and fields[5].rpartition(":")[2] == inode:
            return Running(int(fields[4]), proc)
    return None
