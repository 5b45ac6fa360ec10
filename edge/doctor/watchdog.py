"""Whether somebody notices an edge, or a machine, that hangs.

Never opens /dev/watchdog: who opens it has to feed it from then on, or the machine starts anew.
"""

from collections.abc import Iterator
from typing import Final

from edge.doctor.findings import Finding, ok, warning
from edge.doctor.patient import Patient
from edge.doctor.unit import NAME
from edge.scanners.sysfs import text_of

_VARIABLE: Final = "WATCHDOG_USEC"


def unit(patient: Patient) -> Iterator[Finding]:
    found = patient.unit
    if found is None:
        why = "nobody starts the edge with the machine, or anew when it ended"
        yield warning("watchdog.unit", f"{NAME} is not installed", why, "install the package doorward-edge")
    elif found.is_masked:
        why = "nobody can start the edge"
        yield warning("watchdog.unit", f"{found.path} is masked", why, f"sudo systemctl unmask {NAME}")
    elif found.words.get("WatchdogSec", "0") in ("0", "infinity", ""):
        why = "an edge that hangs would hang for ever"
        yield warning(
            "watchdog.unit", f"{found.path} has no WatchdogSec", why, "WatchdogSec=30, as it was installed"
        )
    else:
        told = f"{found.path}: an edge that hangs is ended after {found.words['WatchdogSec']} s and started anew"
        yield ok("watchdog.unit", told)
    if found is not None and not found.is_masked and found.words.get("Restart", "no") in ("no", ""):
        why = "an edge that ended, or was ended, stays so"
        to_do = f"Restart=always, as it was installed: systemctl cat {NAME} shows the part that says otherwise"
        yield warning("watchdog.restart", f"{NAME} is not started anew", why, to_do)
    if found is not None and not found.is_enabled:
        why = "nobody starts the edge with the machine"
        yield warning("watchdog.enabled", f"{NAME} is not enabled", why, f"sudo systemctl enable --now {NAME}")
    if not patient.places.systemd.exists():
        why = "its units, watchdogs and timers do nothing here"
        yield warning("watchdog.systemd", "this machine does not run systemd", why, "see to these by other means")


def edge(patient: Patient) -> Iterator[Finding]:
    """Of the edge that runs."""
    if patient.running is None:
        why = "no door opens by a card, no counter answers"
        to_do = "sudo systemctl start doorward-edge; journalctl --unit doorward-edge says why it ended"
        yield warning("watchdog.edge", "no edge runs on this folder", why, to_do)
        return
    variables = patient.running.variables()
    if variables is None:
        why = "this user may not look at the edge's process"
        yield warning("watchdog.edge", "whether the edge is watched cannot be seen", why, "ask again with sudo")
    elif variables.get(_VARIABLE, "0") == "0":
        why = "nobody started it that would notice if it hung"
        to_do = "end it, and sudo systemctl start doorward-edge"
        yield warning("watchdog.edge", "the edge that runs is watched by nobody", why, to_do)
    else:
        yield ok("watchdog.edge", "systemd watches the edge that runs")


def machine(patient: Patient) -> Iterator[Finding]:
    found = sorted((patient.places.sys / "class" / "watchdog").glob("watchdog*"))
    active = [each for each in found if text_of(each / "state") == "active"]
    to_do = "copy systemd/doorward-watchdog.conf to /etc/systemd/system.conf.d/, then sudo systemctl daemon-reexec"
    if not found:
        why = "where the kernel hangs, somebody has to pull the plug"
        on = "on a Raspberry Pi: dtparam=watchdog=on in config.txt (firmware_config/raspberry_pi/watchdog.txt)"
        yield warning("watchdog.machine", "this machine has no hardware watchdog", why, on)
    elif not active:
        why = "where the kernel or systemd hangs, somebody has to pull the plug"
        yield warning("watchdog.machine", f"{found[0].name} is there, and nobody feeds it", why, to_do)
    else:
        told = f"{text_of(active[0] / 'identity') or active[0].name}, {text_of(active[0] / 'timeout')} s"
        yield ok("watchdog.machine", f"the machine itself is watched: {told}")
