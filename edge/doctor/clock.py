"""The machine's clock: whether it is kept right, outlives a power cut, and how far it is believed.

The rules are edge/core/clock_trust.py's.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from contract.ask import Codes
from contract.trust import ClockState
from edge.core.clock_trust import TOLERANCE
from edge.doctor.findings import Finding, failure, ok, warning
from edge.doctor.patient import Patient
from edge.doctor.spans import span
from edge.scanners.sysfs import text_of
from edge.storage.small_file import DamagedFile

_SET: Final = "sudo timedatectl set-ntp true; `timedatectl timesync-status` shows whom it asks"


def synchronized(patient: Patient) -> Iterator[Finding]:
    if patient.clock.kernel_synchronized():
        yield ok("clock.synchronized", "the kernel says that its clock is kept right")
    else:
        why = (
            "rotating codes and hours need the time; without it a reader that asks for more than `unknown` denies"
        )
        yield warning("clock.synchronized", "nothing keeps this machine's clock right", why, _SET)


def battery(patient: Patient) -> Iterator[Finding]:
    clocks = sorted((patient.places.sys / "class" / "rtc").glob("rtc*"))
    for each in clocks:
        yield _battery_clock(each, patient)
    if clocks:
        return
    needy = _needy(patient)
    if not needy:
        yield ok("clock.battery", "there is no battery clock, and no reader needs the time without a network")
        return
    yield warning(
        "clock.battery",
        "there is no battery clock",
        f"after a power cut without a network {', '.join(needy)} will deny until the time is known",
        "add one (firmware_config/raspberry_pi/clock.txt), or see to a time server on the same network",
    )


def _battery_clock(found: Path, patient: Patient) -> Finding:
    """A Raspberry Pi 5 has a clock of its own, and a battery only where somebody has put one in."""
    why = "its battery is empty or missing, or nobody sets it: after a power cut the time is wrong"
    to_do = "sudo hwclock --systohc; should it come again, a new battery"
    try:
        behind_s = patient.clock.now().timestamp() - int(text_of(found / "since_epoch"))
    except ValueError:  # The kernel takes no time from one that knows that its power failed.
        return warning("clock.battery", f"{found.name} does not tell the time", why, to_do)
    if abs(behind_s) <= TOLERANCE.total_seconds():
        return ok("clock.battery", f"{found.name} keeps the time over a power cut, if its battery is good")
    what = f"{found.name} is {abs(behind_s):.0f} s {'behind' if behind_s > 0 else 'ahead of'} this machine's clock"
    return warning("clock.battery", what, why, to_do)


def floor(patient: Patient) -> Iterator[Finding]:
    """Against a time that has surely passed, and what the hub's clock says."""
    try:
        saved = patient.saved_trust
    except (DamagedFile, OSError) as error:
        why = "how old the replica is, and a time that has surely passed, are not known until the hub answers"
        yield failure("clock.floor", str(error), why, "start the edge anew: it sets the file aside")
        return
    known, now, ahead_s = patient.known, patient.clock.now(), patient.ahead_of_hub_s
    if saved is None or known.floor is None:
        what = "the hub has told no time yet"
        why = "a clock that is wrong cannot be told from one that is right"
        yield warning("clock.floor", what, why, "let the edge reach its hub once")
    elif now < known.floor - TOLERANCE:
        yield failure(
            "clock.floor",
            f"the clock says {now:%Y-%m-%d %H:%M:%S} UTC; {known.floor:%Y-%m-%d %H:%M:%S} has surely passed",
            "it is behind: it is not believed, and the edge decides by the time that has passed",
            _SET,
        )
    elif ahead_s is not None and ahead_s > TOLERANCE.total_seconds():
        yield failure(
            "clock.floor",
            f"the clock says {now:%Y-%m-%d %H:%M:%S} UTC, {span(ahead_s)} ahead of the hub's time",
            "the edge decides by it all the same: cards and memberships that are valid are denied as expired",
            f"{_SET}. Should this one be right, it is the hub's clock that is wrong",
        )
    else:
        yield ok("clock.floor", f"{now:%Y-%m-%d %H:%M:%S} UTC, after all that has surely passed")


def believed(patient: Patient) -> Iterator[Finding]:
    state = patient.known.state
    if state is ClockState.SYNCED:
        yield ok("clock.state", "synced: kept right, and as the hub says")
        return
    denying = _needy(patient) if state is ClockState.UNKNOWN else []
    what = f"the edge's clock is in the state {state}"
    if denying:
        why = f"{', '.join(denying)} need it better, and deny"
        yield failure("clock.state", what, why, f"{_SET}; and let the edge reach its hub")
    else:
        why = "it was not both kept right and compared with the hub's in this boot"
        yield warning("clock.state", what, why, f"{_SET}; and let the edge reach its hub")


def _needy(patient: Patient) -> list[str]:
    """The readers that deny while the clock is unknown."""
    readers = () if patient.configuration is None else patient.configuration.readers
    return [
        each.name for each in readers if each.clock is not ClockState.UNKNOWN or each.codes is not Codes.STATIC
    ]
