"""What becomes of the relay when the edge begins, ends and dies: the kernel's trace of it, not the edge's word.

An output keeps its level when its process is gone. What takes it back then is the unit's ExecStopPost=, which runs
before any other process of the edge.
"""

import contextlib
from signal import SIGKILL, SIGSTOP, Signals

from tests.machine import making
from tests.machine.installed import UNIT, Installed
from tests.machine.wiring import PULSE_S, Wire

OUTPUTS = tuple(wire for wire in Wire if wire not in (Wire.CONTACT, Wire.EXIT_BUTTON))
IN_THE_PULSE = """
import os, time
end = time.monotonic() + 60
while (_line({relay}) / "value").read_text().strip() != "1":
    assert time.monotonic() < end, "the relay does not move"
os.kill({process}, {signal})
answer = time.monotonic()
"""
PYTHON = """
import subprocess, time
answer = -time.monotonic()
subprocess.run(["python3", "-c", "pass"], check=True)
answer += time.monotonic()
"""
BEGUN = ("systemctl", "show", "--property=ExecMainStartTimestampMonotonic", "--value", UNIT)
BOOT = "answer = open('/proc/sys/kernel/random/boot_id').read()"
START_S = 300


def struck_in_a_pulse(edge: Installed, signal: Signals) -> float:
    """A member is let in; while the relay is on, the edge gets a signal. When: by the guest's monotonic clock."""
    edge.forget()
    process = edge.process()
    edge.keyboard.types(edge.cards["full"])
    text = IN_THE_PULSE.format(relay=int(Wire.RELAY), process=process, signal=int(signal))
    return float(edge.guest.python(text, limit_s=90))


def let_go(edge: Installed, limit_s: float) -> float:
    """When the relay went off, which it did once, and by nobody who came later; the same clock."""
    died = edge.process()
    edge.guest.until("the relay's end", lambda: edge.pins.level(Wire.RELAY) == 0, limit_s)
    edge.guest.until("another process", lambda: edge.process() not in (0, died), START_S)
    (_, on), (off_s, off) = edge.pins.moves(Wire.RELAY)
    begun_s = int(edge.guest.do(*BEGUN)) / 1e6
    assert (on, off, off_s < begun_s) == (1, 0, True)
    return off_s


def that_were_on(edge: Installed, since_s: float = 0.0) -> list[Wire]:
    return [wire for wire in OUTPUTS if any(level and at_s > since_s for at_s, level in edge.pins.moves(wire))]


def test_a_restart_in_a_pulse_ends_it_and_begins_none(edge: Installed) -> None:
    struck_in_a_pulse(edge, SIGSTOP)
    edge.guest.do("systemctl", "restart", UNIT, limit_s=START_S)
    assert [level for _, level in edge.pins.moves(Wire.RELAY) if level] == [1]
    assert [wire for wire in OUTPUTS if edge.pins.level(wire)] == []
    assert edge.scan("full")["outcome"] == "granted"


def test_an_edge_that_is_killed_in_a_pulse_lets_go(edge: Installed) -> None:
    python_s = float(edge.guest.python(PYTHON))
    killed_s = struck_in_a_pulse(edge, SIGKILL)
    off_s = let_go(edge, limit_s=60)
    making.say(f"killed in a pulse: off after {off_s - killed_s:.1f} s, where Python begins in {python_s:.1f} s")
    edge.next("started", limit_s=START_S)
    assert that_were_on(edge, off_s) == []


def test_an_edge_that_hangs_in_a_pulse_is_killed_by_the_watchdog_and_lets_go(edge: Installed) -> None:
    hung_s = struck_in_a_pulse(edge, SIGSTOP)
    lasted_s = let_go(edge, limit_s=180) - hung_s
    assert lasted_s > PULSE_S
    assert "Watchdog timeout" in edge.guest.do("journalctl", "-b", "--no-pager", "-o", "cat", "-u", UNIT)
    making.say(f"hung in a pulse: off after {lasted_s:.0f} s")


def test_a_reboot_never_turns_anything_on(edge: Installed) -> None:
    before = edge.guest.python(BOOT)
    edge.guest.python("import subprocess\nsubprocess.Popen(['systemctl', 'reboot'])")
    edge.guest.until("another boot", lambda: boot_of(edge) not in (None, before), START_S)
    edge.begin()
    edge.next("started", limit_s=START_S)
    assert that_were_on(edge) == []
    assert edge.scan("full")["outcome"] == "granted"


def boot_of(edge: Installed) -> str | None:
    """None: nobody is there to answer."""
    with contextlib.suppress(TimeoutError):
        return str(edge.guest.python(BOOT, limit_s=5))
    return None
