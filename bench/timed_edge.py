"""The edge as it is installed, with one thing added: each time the mock relay pin is set, the instant is noted.

`python -m bench.timed_edge INSTANTS run --config edge.toml`; when the edge has ended, INSTANTS has a line each:
the customer's id and the CLOCK_MONOTONIC instant in nanoseconds. That clock is the same in all processes.
"""

import sys
import time
from pathlib import Path
from typing import Any

from gpiozero.pins.mock import MockPin

from contract.decision import Decision
from edge.__main__ import main
from edge.hardware.signals import ReaderSignals

RELAY_PIN = 17


def run(instants_path: Path) -> int:
    instants: list[tuple[int, int]] = []
    set_state, show = MockPin._set_state, ReaderSignals.show
    showing: list[int] = [0]

    def noted(signals: ReaderSignals, decision: Decision) -> None:
        showing[0] = 0 if decision.customer is None else decision.customer.id
        show(signals, decision)

    def timed(pin: MockPin, value: Any) -> None:
        set_state(pin, value)
        if value and pin.info.name == f"GPIO{RELAY_PIN}":
            instants.append((showing[0], time.monotonic_ns()))

    ReaderSignals.show = noted  # type: ignore[method-assign]
    MockPin._set_state = timed
    try:
        return int(main() or 0)
    finally:
        instants_path.write_text("".join(f"{customer} {instant}\n" for customer, instant in instants))


if __name__ == "__main__":
    path = Path(sys.argv.pop(1))
    sys.exit(run(path))
