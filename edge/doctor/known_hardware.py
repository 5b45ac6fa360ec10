"""Whether what is known of scanners and boards is installed, and can be read."""

from collections.abc import Iterator
from typing import Final

from edge.doctor.findings import Finding, failure, ok
from edge.doctor.patient import Patient
from edge.firmware_config import FirmwareConfigError, firmware_config
from edge.hardware.boards import faults_of, read_boards
from edge.scanners.profiles import ProfileError, all_profiles

_INSTALL: Final = "install Doorward's package anew, or correct that file if it is one of your own"


def folder(_: Patient) -> Iterator[Finding]:
    try:
        found = firmware_config()
    except FirmwareConfigError as error:
        yield failure(
            "firmware_config.folder",
            str(error),
            "a configuration that names a scanner's profile or a board cannot be applied",
            _INSTALL,
        )
        return
    yield ok("firmware_config.folder", str(found))
    try:
        yield ok("firmware_config.scanners", f"{len(all_profiles())} scanner profiles")
    except ProfileError as error:
        yield failure("firmware_config.scanners", str(error), "no profile can be listed or chosen", _INSTALL)
    boards = read_boards(found / "boards")
    faults = faults_of(boards)
    if not faults:
        yield ok("firmware_config.boards", f"{len(boards)} boards")
    for fault in faults:
        yield failure("firmware_config.boards", str(fault), "that board cannot be named", _INSTALL)
