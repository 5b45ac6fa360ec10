"""All checks, in the order in which they are asked: first what the others stand on."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from types import MappingProxyType
from typing import Final

from edge.doctor import (
    access,
    broker,
    clock,
    configuration,
    disk,
    journal,
    known_hardware,
    pins,
    replica,
    scanners,
    seal,
    watchdog,
)
from edge.doctor.findings import Finding, failure
from edge.doctor.patient import Patient

Check = Callable[[Patient], Iterable[Finding]]

CHECKS: Final[Mapping[str, tuple[Check, ...]]] = MappingProxyType(
    {
        "access": (access.user, access.files, access.groups),
        "disk": (disk.space, disk.writable, disk.wear, disk.set_aside),
        "seal": (seal.enrolment, seal.certificate),
        "configuration": (
            configuration.standing,
            configuration.files,
            configuration.refused,
            configuration.wiring,
        ),
        "firmware_config": (known_hardware.folder,),
        "scanners": (scanners.devices, scanners.profiles),
        "pins": (pins.lines, pins.switch),
        "clock": (clock.synchronized, clock.battery, clock.floor, clock.believed),
        "broker": (broker.reach,),
        "replica": (replica.exact, replica.age, replica.time_zone, replica.names),
        "journal": (journal.rows,),
        "watchdog": (watchdog.unit, watchdog.edge, watchdog.machine),
    }
)


def examine(patient: Patient) -> Iterator[Finding]:
    """Every finding of every check, as they come. A check that fails itself holds none of the others up."""
    for group, checks in CHECKS.items():
        for check in checks:
            yield from _supervised(group, check, patient)


def _supervised(group: str, check: Check, patient: Patient) -> Iterator[Finding]:
    try:
        yield from check(patient)
    except Exception as error:  # noqa: BLE001 - the supervisor of all checks
        # Its words could hold what a file holds.
        what = f"what {check.__name__} asks could not be answered ({type(error).__name__})"
        why = "this machine is unlike those that the check knows, or a file changed meanwhile"
        yield failure(f"{group}.failed", what, why, "ask again; should it stay, report it")
