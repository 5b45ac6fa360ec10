"""The edge as it is installed, with one thing added: each time the mock relay pin is set, the instant is noted.

`python -m bench.timed_edge INSTANTS run --config edge.toml`; INSTANTS gets one CLOCK_MONOTONIC instant a line, in
nanoseconds, when the edge has ended. That clock is the same in all processes of a machine.
"""

import sys
import time
from pathlib import Path
from typing import Any

from gpiozero.pins.mock import MockPin

from edge.__main__ import main

RELAY_PIN = 17


def run(instants_path: Path) -> int:
    instants: list[int] = []
    set_state = MockPin._set_state

    def timed(pin: MockPin, value: Any) -> None:
        set_state(pin, value)
        if value and pin.info.name == f"GPIO{RELAY_PIN}":
            instants.append(time.monotonic_ns())

    MockPin._set_state = timed
    try:
        return int(main() or 0)
    finally:
        instants_path.write_text("".join(f"{instant}\n" for instant in instants))


if __name__ == "__main__":
    path = Path(sys.argv.pop(1))
    sys.exit(run(path))
