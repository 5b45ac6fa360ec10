"""What a guest's doctor says, asked as root, and the faults that it is to find."""

from collections.abc import Sequence
from typing import Final, NamedTuple

import msgspec

from edge.doctor.findings import Finding, Level
from edge.doctor.report import Report
from tests.machine.guest import GuestError
from tests.machine.installed import Installed

_LIMIT_S: Final = 400
_SPEED: Final = "disk.fsync"
"""Of the machine that emulates, not of the edge."""


class Fault(NamedTuple):
    """`check`: as docs/doctor.md has it, with what it is about behind a blank where it is about something. `what`
    and `to_do`: words of what it says. `made`: by root in the guest; "": by other means."""

    check: str
    what: str
    to_do: str
    made: str = ""
    level: Level = Level.FAILURE


def fault_of(edge: Installed, faults: Sequence[Fault]) -> str:
    """Asks, and compares: of each fault what is to be done, and of nothing else. "": so it is."""
    found = {_name(each): each for each in _report(edge).findings if each.level is not Level.OK}
    wanted = {each.check: each for each in faults}
    wrong = [
        f"{name}: {found.get(name, 'nothing was found')}, not {wanted.get(name, 'expected')}"
        for name in sorted(found.keys() | wanted.keys())
        if name != _SPEED and not (name in found and name in wanted and _tells(found[name], wanted[name]))
    ]
    return "\n".join(wrong)


def _name(finding: Finding) -> str:
    return finding.check if finding.about is None else f"{finding.check} {finding.about}"


def _tells(finding: Finding, fault: Fault) -> bool:
    said = finding.level is fault.level and fault.what in finding.what
    return said and bool(finding.why) and fault.to_do in (finding.to_do or "")


def _report(edge: Installed) -> Report:
    _, out, err = edge.guest.attempt("doorward-edge", "doctor", "--json", limit_s=_LIMIT_S)
    try:
        return msgspec.json.decode(out, type=Report)
    except msgspec.DecodeError as error:
        raise GuestError(f"no report: {out}{err}") from error
