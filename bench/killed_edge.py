"""`python -m bench.killed_edge`: how long a relay stays on once its edge is killed, and what that costs in memory.

A whole edge holds a door open on the fake pins of the tests, and gets SIGKILL; the pin's level is looked at until
it is the one at rest.
"""

import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from bench.process_figures import memory_of
from tests.edge.edge_at_pins import at_pins
from tests.edge.edge_process import EdgeProcess
from tests.edge.fake_lgpio import kept_levels

_KILLS = 100
_PIN = 17
_LOOK_S = 0.0002


def main() -> None:
    killed_s, child_mib = [], []
    for _ in range(_KILLS):
        with tempfile.TemporaryDirectory() as folder:
            took_s, mib = _kill(Path(folder))
        killed_s.append(took_s)
        child_mib.append(mib)
    milliseconds = sorted(1_000 * each for each in killed_s)
    p99 = statistics.quantiles(milliseconds, n=100)[98]
    print(f"{_KILLS} kills: at rest after {statistics.median(milliseconds):.1f} ms (p50), {p99:.1f} ms (p99)")
    print(f"the switch: {statistics.median(child_mib):.1f} MiB (PSS); its Python alone: {_python_mib():.1f} MiB")


def _kill(folder: Path) -> tuple[float, float]:
    """Seconds until the relay is at rest; MiB of the switch's process before."""
    lines = folder / "lines"
    pins = {
        'pin_factory = "mock"': 'pin_factory = "lgpio"',
        "relay_pin = 17": f'relay_pin = {_PIN}\nposture = "unlocked"',
    }
    edge = EdgeProcess(folder, module="tests.edge.edge_at_pins", variables=at_pins(lines), **pins)
    try:
        edge.wait_for("started")
        time.sleep(1.0)  # all is loaded
        (switch,) = [
            int(child)
            for task in Path(f"/proc/{edge.process.pid}/task").iterdir()
            for child in (task / "children").read_text().split()
        ]
        mib = memory_of(switch).pss
        assert kept_levels(lines) == {_PIN: 1}
        killed_s = time.perf_counter()
        edge.process.kill()
        while kept_levels(lines) != {_PIN: 0}:
            time.sleep(_LOOK_S)
        return time.perf_counter() - killed_s, mib
    finally:
        edge.close()


def _python_mib() -> float:
    waits = [sys.executable, "-c", "import sys; print(flush=True); sys.stdin.read()"]
    with subprocess.Popen(waits, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.readline()
        return memory_of(process.pid).pss


if __name__ == "__main__":
    main()
