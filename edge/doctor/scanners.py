"""Each reader's scanner: whether it is there, of the right kind, may be had, is had, and fits its profile.

What an edge that runs has open is never opened beside it; nor is what it has lost, since it tries twice a second.
"""

import os
import stat
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from contract.reader_configuration import Reader
from edge.doctor.access import may_open
from edge.doctor.findings import Finding, failure, ok, warning
from edge.doctor.patient import Patient
from edge.doctor.user import group_of
from edge.scanners.choice import node_of, try_open
from edge.scanners.device_reader import CannotOpen
from edge.scanners.devices import Plugged, plugged_in
from edge.scanners.keyboard.plugged import NotPlugged, path_of
from edge.scanners.profiles import Interface, ProfileError, all_profiles, fitting, profile_named, settings_for

OPEN_S: Final = 5.0
"""A USB device that fails can hold up its open for longer than anybody waits."""
_LIST: Final = "`doorward-edge scanners` lists what is plugged in; its line `device = …` is what belongs there"
_SUBSYSTEMS: Final = {"tty": Interface.SERIAL, "input": Interface.KEYBOARD}
_GENERIC: Final = {f"generic-{each}" for each in Interface}
_GROUPS: Final = {Interface.SERIAL: "dialout", Interface.KEYBOARD: "input"}
_PSEUDO_TERMINALS: Final = range(136, 144)
"""UNIX98_PTY_SLAVE_MAJOR of linux/major.h: no hardware, and read as a serial port all the same."""


def devices(patient: Patient) -> Iterator[Finding]:
    if patient.configuration is None:
        return
    for reader in patient.configuration.readers:
        found = _fault_of_device(patient, reader)
        if found is not None:
            yield found
            continue
        yield _held(patient, reader) if patient.running is not None else _opened(reader)


def profiles(patient: Patient) -> Iterator[Finding]:
    if patient.configuration is None:
        return
    plugged = plugged_in(patient.places.sys, patient.places.dev)
    for reader in patient.configuration.readers:
        node = node_of(reader.device)
        yield _fit(reader, next((each for each in plugged if each.node.resolve() == node), None))


def _fault_of_device(patient: Patient, reader: Reader) -> Finding | None:
    """By its name and mode alone."""
    wanted = Interface.KEYBOARD if reader.is_keyboard else Interface.SERIAL
    try:
        node = path_of(reader.device, patient.places.sys / "class" / "input").resolve()
        status = node.stat()
    except NotPlugged as error:
        why = "no reader is served without its scanner"
        return failure("scanners.device", str(error), why, _LIST, reader.name)
    except OSError:
        why = "it is not plugged in, or has another name by now"
        return failure(
            "scanners.device", f"{reader.device} is not there", why, f"plug it in; {_LIST}", reader.name
        )
    kind = _kind_of(status, patient.places.sys)
    if kind is not wanted:
        is_it = "no device at all" if kind is None else f"a {kind.value}"
        what = f"{reader.device} should be a {wanted.value}, and is {is_it}"
        why = "it is read as its name in the configuration says"
        return failure("scanners.device", what, why, _LIST, reader.name)
    if not may_open(patient, node, os.R_OK if reader.is_keyboard else os.R_OK | os.W_OK):
        name, group = patient.user.name, group_of(node)
        to_be_in = _GROUPS[wanted] if group == "root" else group
        return failure(
            "scanners.device",
            f"{name} may not open {reader.device}",
            f"it is the group {group}'s (mode {stat.S_IMODE(status.st_mode):04o})",
            f"sudo usermod --append --groups {to_be_in} {name}, install firmware_config/udev, start the edge anew",
            reader.name,
        )
    return None


def _kind_of(status: os.stat_result, sys: Path) -> Interface | None:
    """None: no device that could be a scanner."""
    if not stat.S_ISCHR(status.st_mode):
        return None
    major, minor = os.major(status.st_rdev), os.minor(status.st_rdev)
    if major in _PSEUDO_TERMINALS:
        return Interface.SERIAL
    return _SUBSYSTEMS.get((sys / "dev" / "char" / f"{major}:{minor}" / "subsystem").resolve().name)


def _held(patient: Patient, reader: Reader) -> Finding:
    """Of an edge that runs."""
    assert patient.running is not None
    held = patient.running.has_open(node_of(reader.device))
    if held is None:
        return warning(
            "scanners.open",
            f"whether the edge has {reader.device} open cannot be seen",
            "this user may not look at the edge's process",
            "ask again with sudo",
            reader.name,
        )
    if held:
        return ok("scanners.open", f"{reader.device}: the edge that runs has it open", reader.name)
    return failure(
        "scanners.open",
        f"the edge that runs has not opened {reader.device}",
        "another program may have it, or another configuration stands than the one looked at here",
        "journalctl --unit doorward-edge says why, in its lines reader_lost; `sudo fuser -v` shows who has it",
        reader.name,
    )


def _opened(reader: Reader) -> Finding:
    """As an edge would open it, for a moment; no edge runs."""
    outcome: list[CannotOpen | ProfileError | None] = []

    def attempt() -> None:
        try:
            try_open(settings_for(reader))
            outcome.append(None)
        except (CannotOpen, ProfileError) as error:
            outcome.append(error)

    trying = threading.Thread(target=attempt, daemon=True)
    trying.start()
    trying.join(OPEN_S)
    why_not = str(outcome[0]) if outcome and outcome[0] else ""
    if outcome and not why_not:
        return ok("scanners.open", f"{reader.device} can be opened", reader.name)
    what = why_not or f"{reader.device} did not open within {OPEN_S:g} s"
    to_do = "end the other program, or plug the scanner into another port with another cable"
    return failure("scanners.open", what, "the reader cannot be served", to_do, reader.name)


def _fit(reader: Reader, plugged: Plugged | None) -> Finding:
    interface = Interface.KEYBOARD if reader.is_keyboard else Interface.SERIAL
    try:
        known = all_profiles()
        profile = None if reader.profile is None else profile_named(reader.profile)
    except ProfileError as error:
        why = "the reader is read by its section and the defaults alone, and no change that names it is taken"
        return failure("scanners.profile", str(error), why, f"correct the profile of {reader.name}", reader.name)
    likely = (
        [] if plugged is None else [each.name for each in fitting(known, plugged.usb, plugged.says, interface)]
    )
    if profile is None:
        told = f"; {' or '.join(likely)} would fit" if likely else ""
        return ok("scanners.profile", f"no profile is named: defaults hold{told}", reader.name)
    if interface not in profile.interfaces:
        what = f"{profile.name} is for another interface than {reader.device}"
    elif likely and profile.name not in likely and not {profile.name, *likely} & _GENERIC:
        what = f"{profile.name} is named, and the device says that it is {plugged.says if plugged else ''}"
    else:
        return ok("scanners.profile", f"{profile.name} fits, as far as can be told", reader.name)
    why = "pace, terminator or setup may be another scanner's"
    to_do = f"profile = {' or '.join(likely)}" if likely else "choose one of `doorward-edge scanners --profiles`"
    return warning("scanners.profile", what, why, to_do, reader.name)
