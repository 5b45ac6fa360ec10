"""Whom the edge runs as, and what that user may open by its groups."""

import grp
import os
import pwd
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

ROOT = 0


@dataclass(frozen=True, slots=True)
class User:
    """`groups`: the numbers of all of them."""

    name: str
    number: int
    groups: frozenset[int]

    @classmethod
    def numbered(cls, number: int, groups: frozenset[int] | None = None) -> "User":
        """As the machine's list of users has it, where `groups` are not known otherwise."""
        try:
            entry = pwd.getpwuid(number)
        except KeyError:
            return cls(str(number), number, groups or frozenset())
        listed = groups or frozenset(os.getgrouplist(entry.pw_name, entry.pw_gid))
        return cls(entry.pw_name, number, listed)

    @classmethod
    def named(cls, name: str) -> "User | None":
        with suppress(KeyError):
            return cls.numbered(pwd.getpwnam(name).pw_uid)
        return None

    @property
    def is_root(self) -> bool:
        return self.number == ROOT

    def may(self, path: Path, access: int) -> bool:
        """`access`: os.R_OK and os.W_OK. By the file's mode; for whoever asks, as the kernel says. OSError."""
        if self.number == os.geteuid() and self.groups <= {*os.getgroups(), os.getegid()}:
            return os.access(path, access, effective_ids=os.access in os.supports_effective_ids)
        if self.is_root:
            return True
        status = path.stat()
        shift = 6 if status.st_uid == self.number else 3 if status.st_gid in self.groups else 0
        return status.st_mode >> shift & access == access

    def is_in(self, group: str) -> bool:
        """A group that this machine has not has nobody in it."""
        with suppress(KeyError):
            return grp.getgrnam(group).gr_gid in self.groups
        return False


def group_of(path: Path) -> str:
    """OSError."""
    number = path.stat().st_gid
    with suppress(KeyError):
        return grp.getgrgid(number).gr_name
    return str(number)
