"""The unit's sandbox: what it refuses whatever modes allow, and what works in it all the same."""

import json
from pathlib import Path

from tests.machine import making, probes
from tests.machine.installed import UNIT, Installed
from tests.machine.wiring import Wire

HERE = "/opt/probes.py"
IN_UNIT = f"[Service]\nExecStartPre=-/usr/bin/python3 {HERE} /run/doorward/probes.json\n"
NEWER = ("RestartSteps", "RestartMaxDelaySec")
"""Debian 12's systemd passes them over, with a word (docs/operations.md)."""
FILE = "/usr/lib/systemd/system/doorward-edge.service"
EXPOSURE_MAX = 2.0
"""As in tests/system/test_units.py, there of the file alone."""


def test_the_unit_is_refused_what_root_can_do_and_the_edge_works_in_it(edge: Installed) -> None:
    edge.guest.write(HERE, Path(probes.__file__).read_text())
    edge.guest.shell(probes.GIVEN)
    edge.guest.shell(f"mkdir -p /run/systemd/system/{UNIT}.service.d; systemctl stop {UNIT}", limit_s=120)
    edge.guest.write(f"/run/systemd/system/{UNIT}.service.d/probes.conf", IN_UNIT)
    edge.guest.shell(f"systemctl daemon-reload; systemctl start {UNIT}", limit_s=300)
    sandboxed = json.loads(edge.guest.shell("cat /run/doorward/probes.json"))
    assert [name for name in probes.REFUSED if sandboxed[name] == "done"] == []
    assert {name: sandboxed[name] for name in probes.NEEDED} == dict.fromkeys(probes.NEEDED, "done")
    assert edge.scan("full")["outcome"] == "granted"
    edge.guest.until("the relay", lambda: edge.pins.moves(Wire.RELAY))
    # Else what is refused would show nothing.
    edge.guest.do("python3", HERE, "/run/by-root.json", limit_s=120)
    by_root = json.loads(edge.guest.shell("cat /run/by-root.json"))
    assert {name: by_root[name] for name in probes.REFUSED} == dict.fromkeys(probes.REFUSED, "done")


def test_systemd_has_nothing_to_say_against_the_unit(edge: Installed) -> None:
    """It ends with 0 whatever it says."""
    said = "".join(edge.guest.attempt("systemd-analyze", "verify", FILE, limit_s=120)[1:])
    assert [line for line in said.splitlines() if not any(word in line for word in NEWER)] == []
    exposed = edge.guest.do("systemd-analyze", "security", "--no-pager", UNIT, limit_s=120).splitlines()[-1]
    making.say(exposed.strip())
    assert float(exposed.split(":")[1].split()[0]) <= EXPOSURE_MAX
