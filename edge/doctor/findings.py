"""What a check says: fine, worth a look, or failed; what was seen, why it matters, and what to do.

The words of `--json` are these (docs/doctor.md); they only grow. Knows no check.
"""

from enum import StrEnum

from msgspec import Struct


class Level(StrEnum):
    OK = "ok"
    WARNING = "warning"
    FAILURE = "failure"


class Finding(Struct, frozen=True, kw_only=True):
    """`check` is its group and its own name, "disk.space"; `about` the reader, pin or file that it is of."""

    check: str
    level: Level
    what: str
    about: str | None = None
    why: str | None = None
    to_do: str | None = None

    @property
    def group(self) -> str:
        return self.check.partition(".")[0]


def ok(check: str, what: str, about: str | None = None) -> Finding:
    return Finding(check=check, level=Level.OK, what=what, about=about)


def warning(check: str, what: str, why: str, to_do: str, about: str | None = None) -> Finding:
    return Finding(check=check, level=Level.WARNING, what=what, why=why, to_do=to_do, about=about)


def failure(check: str, what: str, why: str, to_do: str, about: str | None = None) -> Finding:
    return Finding(check=check, level=Level.FAILURE, what=what, why=why, to_do=to_do, about=about)


def worst(findings: list[Finding]) -> Level:
    levels = {each.level for each in findings}
    return next((level for level in (Level.FAILURE, Level.WARNING) if level in levels), Level.OK)
