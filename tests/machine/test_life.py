"""What becomes of the relay when the edge begins, ends and dies: the kernel's trace of it, not the edge's word.

An output keeps its level when its process is gone. What takes it back then is the edge's dead man's switch; where
nothing of the unit is left alive, it is the unit's ExecStopPost=, before any other process of the edge begins.
"""

import contextlib
import re
from signal import SIGKILL, SIGSTOP

from tests.machine import making
from tests.machine.installed import UNIT, Installed
from tests.machine.limits import SERVES_S, STOP_S
from tests.machine.wiring import PULSE_S, Wire

OUTPUTS = tuple(wire for wire in Wire if wire not in (Wire.CONTACT, Wire.EXIT_BUTTON))
KILLED_S = 1.0
"""From an edge's death until its relay is off, while its switch lives."""
WATCHDOG_S = 30.0
"""WatchdogSec= of the unit."""
TAKES = """
import subprocess, time
answer = -time.monotonic()
subprocess.run({command}, capture_output=True)
answer += time.monotonic()
"""
BEGUN = ("systemctl", "show", "--property=ExecMainStartTimestampMonotonic", "--value", UNIT)
BOOT = "answer = open('/proc/sys/kernel/random/boot_id').read()"
DIES_FOR_MEMORY = "echo 1000 > /proc/{}/oom_score_adj; echo f > /proc/sysrq-trigger"
THE_KERNEL_TELLS = "echo 1 > /proc/sys/kernel/tracepoint_printk; dmesg --console-level debug"
THE_END = "reboot: Restarting system"
A_LEVEL = re.compile(r"gpio_value: (\d+) set ([01])")


def runs(*command: str) -> str:
    return f"import subprocess\nsubprocess.run({list(command)}, check=True)"


def struck_in_a_pulse(edge: Installed, blow: str) -> float:
    """A member is let in; once the relay is on, the guest does that. When that was done, by the guest's clock."""
    edge.forget()
    struck_s = edge.pins.when_on(Wire.RELAY, blow)
    edge.keyboard.types(edge.cards["full"])
    return struck_s()


def let_go(edge: Installed, died: int) -> float:
    """When the relay went off, which it did once, and by nobody who came later; the same clock."""
    edge.guest.until("the relay's end", lambda: edge.pins.level(Wire.RELAY) == 0, STOP_S)
    edge.guest.until("another process", lambda: edge.process() not in (0, died), SERVES_S)
    (_, on), (off_s, off) = edge.pins.moves(Wire.RELAY)
    begun_s = int(edge.guest.do(*BEGUN)) / 1e6
    assert (on, off, off_s < begun_s) == (1, 0, True)
    return off_s


def takes_s(edge: Installed, *command: str) -> float:
    """A command, in this guest and at this hour."""
    return float(edge.guest.python(TAKES.format(command=list(command)), limit_s=STOP_S))


def rest_in_time_s(edge: Installed) -> float:
    """Within which systemd has run `doorward-edge rest`, by what that takes here when nothing else happens."""
    return 2 * takes_s(edge, "doorward-edge", "rest") + 5


def that_were_on(edge: Installed, since_s: float = 0.0) -> list[Wire]:
    return [wire for wire in OUTPUTS if any(level and at_s > since_s for at_s, level in edge.pins.moves(wire))]


def test_an_edge_that_is_stopped_in_a_pulse_leaves_nothing_on_and_turns_nothing_on_as_it_begins(
    edge: Installed,
) -> None:
    stopped_s = struck_in_a_pulse(edge, runs("systemctl", "stop", UNIT))
    assert edge.process() == 0
    assert [wire for wire in OUTPUTS if edge.pins.level(wire)] == []
    (_, on), (off_s, off) = edge.pins.moves(Wire.RELAY)
    assert (on, off, off_s < stopped_s) == (1, 0, True)
    edge.start()
    assert that_were_on(edge, off_s) == []
    assert edge.scan("full")["outcome"] == "granted"


def test_a_restart_in_a_pulse_ends_it_before_the_next_process_begins(edge: Installed) -> None:
    died = edge.process()
    struck_in_a_pulse(edge, runs("systemctl", "restart", "--no-block", UNIT))
    off_s = let_go(edge, died)
    edge.serves()
    assert that_were_on(edge, off_s) == []
    assert edge.scan("full")["outcome"] == "granted"


def test_an_edge_that_is_killed_in_a_pulse_lets_go_within_a_second(edge: Installed) -> None:
    python_s = takes_s(edge, "python3", "-c", "pass")
    died = edge.process()
    killed_s = struck_in_a_pulse(edge, f"import os\nos.kill({died}, {int(SIGKILL)})")
    lasted_s = let_go(edge, died) - killed_s
    making.say(f"killed in a pulse: off after {lasted_s:.2f} s, where Python begins in {python_s:.1f} s")
    assert lasted_s < KILLED_S
    assert Wire.RELAY in edge.next("let_go")["pins"]
    edge.serves()
    assert that_were_on(edge, killed_s + lasted_s) == []


def test_an_edge_that_is_killed_with_all_its_processes_lets_go_by_its_unit(edge: Installed) -> None:
    limit_s = rest_in_time_s(edge)
    died = edge.process()
    killed_s = struck_in_a_pulse(edge, runs("systemctl", "kill", "--signal=KILL", UNIT))
    lasted_s = let_go(edge, died) - killed_s
    making.say(f"all killed in a pulse: off after {lasted_s:.1f} s, limit {limit_s:.0f} s")
    assert lasted_s < limit_s
    edge.serves()
    assert that_were_on(edge, killed_s + lasted_s) == []


def test_a_switch_that_is_killed_for_memory_is_begun_again_and_takes_no_edge_with_it(edge: Installed) -> None:
    process, switch = edge.process(), switch_of(edge)
    edge.guest.shell(DIES_FOR_MEMORY.format(switch))
    assert "-9" in edge.next("unguarded")["why"]
    edge.guest.until("another switch", lambda: switch_of(edge) not in ("", switch))
    edge.guest.shell("dmesg | grep --quiet oom-kill")
    assert edge.process() == process
    assert edge.scan("full")["outcome"] == "granted"


def switch_of(edge: Installed) -> str:
    """The number of its process. "": there is none."""
    return edge.guest.attempt("pgrep", "--full", "edge[.]dead_man")[1].strip()


def test_an_edge_that_hangs_in_a_pulse_is_killed_by_the_watchdog_and_lets_go(edge: Installed) -> None:
    limit_s = WATCHDOG_S + rest_in_time_s(edge)
    died = edge.process()
    hung_s = struck_in_a_pulse(edge, f"import os\nos.kill({died}, {int(SIGSTOP)})")
    lasted_s = let_go(edge, died) - hung_s
    making.say(f"hung in a pulse: off after {lasted_s:.0f} s, limit {limit_s:.0f} s")
    assert PULSE_S < lasted_s < limit_s
    assert "Watchdog timeout" in edge.guest.do("journalctl", "-b", "--no-pager", "-o", "cat", "-u", UNIT)


def test_a_reboot_in_a_pulse_ends_it_and_turns_nothing_on(edge: Installed) -> None:
    """The trace dies with its kernel: until the end the kernel says on its console what it sets."""
    before, base = edge.guest.python(BOOT), edge.guest.python("answer = _base()")
    edge.guest.shell(THE_KERNEL_TELLS)
    edge.forget()
    edge.pins.when_on(Wire.RELAY, "import subprocess\nsubprocess.Popen(['systemctl', 'reboot'])")
    edge.keyboard.types(edge.cards["full"])
    edge.guest.until("another boot", lambda: boot_of(edge) not in (None, before), SERVES_S)
    dying, _, _ = edge.guest.qemu.console.read_text(errors="replace").rpartition(THE_END)
    told = [(int(line) - base, level) for line, level in A_LEVEL.findall(dying)]
    assert told[0] == (Wire.RELAY, "1")
    assert set(dict(told).values()) == {"0"}
    assert [level for wire, level in told if wire == Wire.RELAY].count("1") == 1
    edge.begin()
    edge.serves()
    assert that_were_on(edge) == []
    assert edge.scan("full")["outcome"] == "granted"
    edge.guest.until("the relay", lambda: edge.pins.moves(Wire.RELAY))


def boot_of(edge: Installed) -> str | None:
    """None: nobody is there to answer."""
    with contextlib.suppress(TimeoutError):
        return str(edge.guest.python(BOOT, limit_s=5))
    return None
