"""The unit's sandbox: what it refuses whatever modes allow, and what works in it all the same."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

from tests.machine import making, probes
from tests.machine.installed import UNIT, Installed
from tests.machine.wiring import Wire

HERE = "/opt/probes.py"
FOUND = "/run/doorward/probes.json"
IN_UNIT = f"[Service]\nExecStartPre=-/usr/bin/python3 {HERE} {FOUND}\nLimitRTPRIO={probes.PRIORITY_MAX}\n"
LIMITED = ("prlimit", f"--rtprio={probes.PRIORITY_MAX}")
AS_ITS_USER = (*LIMITED, "setpriv", "--reuid=doorward", "--regid=doorward", "--init-groups")
LEFT_BEHIND = "/dev/shm/of-its-user"
NEWER = ("RestartSteps", "RestartMaxDelaySec")
"""Debian 12's systemd passes them over, with a word (docs/operations.md)."""
FILE = "/usr/lib/systemd/system/doorward-edge.service"
EXPOSURE_MAX = 2.0
"""As in tests/system/test_units.py, there of the file alone."""


def test_the_unit_is_refused_what_its_user_and_root_can_do_and_the_edge_works_in_it(edge: Installed) -> None:
    edge.guest.write(HERE, Path(probes.__file__).read_text())
    edge.guest.shell(probes.GIVEN)
    edge.guest.do(*AS_ITS_USER, "touch", LEFT_BEHIND)
    in_unit = tried_in_its_unit(edge)
    assert edge.guest.attempt("test", "-e", LEFT_BEHIND)[0] == 1, "what is shared in memory goes with the unit"
    assert done(in_unit) == {*probes.NEEDED, *probes.BY_UNIT}
    assert edge.scan("full")["outcome"] == "granted"
    edge.guest.until("the relay", lambda: edge.pins.moves(Wire.RELAY))
    # Else what is refused would show nothing of the sandbox, or nothing at all.
    by_its_user = tried(edge, AS_ITS_USER)
    assert done(by_its_user) == {*probes.BY_SANDBOX, *probes.NEEDED}
    by_root = tried(edge, ())
    assert done(by_root) == {*probes.BY_SANDBOX, *probes.BY_RIGHTS, *probes.NEEDED}
    assert probes.FELL_OVER not in {*in_unit.values(), *by_its_user.values(), *by_root.values()}


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


def done(tried: Mapping[str, str]) -> set[str]:
    return {name for name, became in tried.items() if became == "done"}


def found(edge: Installed) -> dict[str, str]:
    return dict(json.loads(edge.guest.shell(f"cat {FOUND}; rm {FOUND}")))


def test_systemd_has_nothing_to_say_against_the_unit(edge: Installed) -> None:
    """It ends with 0 whatever it says."""
    said = "".join(edge.guest.attempt("systemd-analyze", "verify", FILE, limit_s=120)[1:])
    assert [line for line in said.splitlines() if not any(word in line for word in NEWER)] == []
    exposed = edge.guest.do("systemd-analyze", "security", "--no-pager", UNIT, limit_s=120).splitlines()[-1]
    making.say(exposed.strip())
    assert float(exposed.split(":")[1].split()[0]) <= EXPOSURE_MAX
