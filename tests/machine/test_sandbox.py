"""The unit's sandbox: what it refuses whatever modes allow, and what works in it all the same."""

import json
from collections.abc import Sequence
from pathlib import Path

from tests.machine import making, probes
from tests.machine.installed import UNIT, Installed
from tests.machine.wiring import Wire

HERE = "/opt/probes.py"
FOUND = "/run/doorward/probes.json"
IN_UNIT = f"[Service]\nExecStartPre=-/usr/bin/python3 {HERE} {FOUND}\n"
AS_ITS_USER = ("setpriv", "--reuid=doorward", "--regid=doorward", "--init-groups")
NEWER = ("RestartSteps", "RestartMaxDelaySec")
"""Debian 12's systemd passes them over, with a word (docs/operations.md)."""
FILE = "/usr/lib/systemd/system/doorward-edge.service"
EXPOSURE_MAX = 2.0
"""As in tests/system/test_units.py, there of the file alone."""


def test_the_unit_is_refused_what_its_user_and_root_can_do_and_the_edge_works_in_it(edge: Installed) -> None:
    edge.guest.write(HERE, Path(probes.__file__).read_text())
    edge.guest.shell(probes.GIVEN)
    in_unit = tried_in_its_unit(edge)
    assert {name for name in in_unit if in_unit[name] == "done"} == set(probes.NEEDED)
    assert edge.scan("full")["outcome"] == "granted"
    edge.guest.until("the relay", lambda: edge.pins.moves(Wire.RELAY))
    # Else what is refused would show nothing of the sandbox, or nothing at all.
    by_its_user = tried(edge, AS_ITS_USER)
    assert {name for name in by_its_user if by_its_user[name] == "done"} == {*probes.BY_SANDBOX, *probes.NEEDED}
    by_root = tried(edge, ())
    assert set(by_root.values()) == {"done"}
    assert probes.FELL_OVER not in {*in_unit.values(), *by_its_user.values()}


def tried_in_its_unit(edge: Installed) -> dict[str, str]:
    """What became of each probe before the edge itself began."""
    edge.guest.shell(f"mkdir -p /run/systemd/system/{UNIT}.service.d; systemctl stop {UNIT}", limit_s=120)
    edge.guest.write(f"/run/systemd/system/{UNIT}.service.d/probes.conf", IN_UNIT)
    edge.guest.do("systemctl", "daemon-reload")
    edge.start()
    return found(edge)


def tried(edge: Installed, user: Sequence[str]) -> dict[str, str]:
    edge.guest.do(*user, "python3", HERE, FOUND, limit_s=120)
    return found(edge)


def found(edge: Installed) -> dict[str, str]:
    return dict(json.loads(edge.guest.shell(f"cat {FOUND}; rm {FOUND}")))


def test_systemd_has_nothing_to_say_against_the_unit(edge: Installed) -> None:
    """It ends with 0 whatever it says."""
    said = "".join(edge.guest.attempt("systemd-analyze", "verify", FILE, limit_s=120)[1:])
    assert [line for line in said.splitlines() if not any(word in line for word in NEWER)] == []
    exposed = edge.guest.do("systemd-analyze", "security", "--no-pager", UNIT, limit_s=120).splitlines()[-1]
    making.say(exposed.strip())
    assert float(exposed.split(":")[1].split()[0]) <= EXPOSURE_MAX
