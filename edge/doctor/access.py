"""Whom the edge runs as, whether its files are that user's, and whether its groups let it have its devices."""

import grp
import os
import stat
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Final

from contract.configuration import Configuration, PinFactory
from edge.doctor.findings import Finding, failure, ok, warning
from edge.doctor.patient import Patient

_OF_OTHERS: Final = stat.S_IRWXG | stat.S_IRWXO
_SHOWN_MAX: Final = 5


def user(patient: Patient) -> Iterator[Finding]:
    runs = "no edge runs" if patient.running is None else f"it runs as process {patient.running.pid}"
    yield ok("access.user", f"the edge's user is {patient.user.name}; {runs} on {patient.state_dir}")


def files(patient: Patient) -> Iterator[Finding]:
    """As `sudo doorward-edge enroll` may have left them."""
    whose = patient.user
    folder = patient.state_dir
    if folder.stat().st_mode & _OF_OTHERS:
        yield failure(
            "access.folder",
            f"{folder} may be used by others (mode {stat.S_IMODE(folder.stat().st_mode):04o})",
            "it holds keys, names and who came when",
            f"sudo chmod 700 {folder}",
        )
    seen = {each: status for each in (folder, *sorted(folder.rglob("*"))) if (status := _status(each)) is not None}
    strange = [each for each, status in seen.items() if status.st_uid != whose.number]
    closed = [each for each, status in seen.items() if not _is_open_to_owner(status.st_mode)]
    if strange and not whose.is_root:
        yield failure(
            "access.files",
            f"{len(strange)} of the edge's files are another user's: {_shown(strange)}",
            f"an edge that runs as {whose.name} can neither read nor write them",
            f"sudo chown --recursive {whose.name}: {folder}; and enrol as that user: "
            f"sudo -u {whose.name} doorward-edge enroll …",
        )
    elif closed:
        yield failure(
            "access.files",
            f"{len(closed)} of the edge's files may not be read and written by their owner: {_shown(closed)}",
            f"an edge that runs as {whose.name} cannot keep in them what it has to",
            f"sudo chmod --recursive u+rwX {folder}",
        )
    else:
        yield ok("access.files", f"its files are {whose.name}'s")


def groups(patient: Patient) -> Iterator[Finding]:
    if patient.configuration is None:
        return
    whose = patient.user
    for group, what in _needed(patient.configuration).items():
        if whose.is_root or whose.is_in(group):
            yield ok("access.groups", f"{whose.name} may have {what}", group)
        elif not _exists(group):
            yield warning(
                "access.groups",
                f"this machine has no group {group}",
                f"{what} are usually that group's; the checks of each device say whether they can be had",
                "install firmware_config/udev/61-doorward.rules, if a device cannot be had",
                group,
            )
        else:
            again = "sudo systemctl restart doorward-edge" if patient.running else "start the edge anew"
            yield warning(
                "access.groups",
                f"{whose.name} is not in the group {group}",
                f"{what} are usually that group's; the checks of each device say whether they can be had",
                f"sudo usermod --append --groups {group} {whose.name}, then {again}",
                group,
            )


def may_open(patient: Patient, path: Path, access: int = os.R_OK | os.W_OK) -> bool:
    try:
        return patient.user.may(path, access)
    except OSError:
        return False


def _needed(configuration: Configuration) -> dict[str, str]:
    kinds = {reader.is_keyboard for reader in configuration.readers}
    needed = {}
    if False in kinds:
        needed["dialout"] = "serial ports"
    if True in kinds:
        needed["input"] = "keyboards"
    if configuration.hardware.pin_factory is not PinFactory.MOCK:
        needed["gpio"] = "pins"
    return needed


def _exists(group: str) -> bool:
    with suppress(KeyError):
        grp.getgrnam(group)
        return True
    return False


def _status(path: Path) -> os.stat_result | None:
    """None: it is gone by now, as files of an edge that runs may be."""
    try:
        return path.lstat()
    except OSError:
        return None


def _is_open_to_owner(mode: int) -> bool:
    needed = stat.S_IRWXU if stat.S_ISDIR(mode) else stat.S_IRUSR | stat.S_IWUSR
    return mode & needed == needed


def _shown(paths: list[Path]) -> str:
    return ", ".join(map(str, paths[:_SHOWN_MAX])) + (" and more" if len(paths) > _SHOWN_MAX else "")
