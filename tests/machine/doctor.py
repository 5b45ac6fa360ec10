"""What a guest's doctor says, asked as root, and the faults that it is to find."""

from collections.abc import Sequence
from typing import Final, NamedTuple

import msgspec

from edge.doctor.findings import Finding, Level
from edge.doctor.report import Report
from tests.machine.guest import Guest, GuestError
from tests.machine.limits import DOCTOR_S

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


def tells(report: Report, faults: Sequence[Fault]) -> bool:
    """It says of each fault what is to be done, and nothing of what is none. AssertionError: what else it says."""
    left, wrong = list(faults), []
    for found in report.findings:
        if found.level is Level.OK or found.check == _SPEED:
            continue
        fault = next((each for each in left if each.check == _name(found)), None)
        if fault is None or not _tells(found, fault):
            wrong.append(f"{found}, not {fault or 'expected'}")
        if fault is not None:
            left.remove(fault)
    wrong += [f"nothing was found of {fault}" for fault in left]
    if wrong:
        raise AssertionError("\n".join(wrong))
    return True


def report_of(guest: Guest) -> Report:
    """All that it says."""
    _, out, err = guest.attempt("doorward-edge", "doctor", "--json", limit_s=DOCTOR_S)
    try:
        return msgspec.json.decode(out, type=Report)
    except msgspec.DecodeError as error:
        raise GuestError(f"no report: {out}{err}") from error


def _name(finding: Finding) -> str:
    return finding.check if finding.about is None else f"{finding.check} {finding.about}"


def _tells(finding: Finding, fault: Fault) -> bool:
    said = finding.level is fault.level and fault.what in finding.what
    return said and bool(finding.why) and fault.to_do in (finding.to_do or "")
