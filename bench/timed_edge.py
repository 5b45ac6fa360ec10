"""The edge as it is installed, with one thing added: each time a mock relay pin is set, the instant is noted.

A pulse ends as soon as it was shown, or the next scan would find the relay on and set nothing. Where
INSTANTS's folder has a pipe named KEYBOARD, the edge opens it as its keyboard; evdev itself reads its events.

`python -m bench.timed_edge INSTANTS run --config edge.toml`; when the edge has ended, INSTANTS has a line each:
the customer's id, the CLOCK_MONOTONIC instant in nanoseconds and the pin. That clock is the same in all processes.
"""

import asyncio
import sys
import time
from pathlib import Path
from typing import Any

from gpiozero.pins.mock import MockPin

from contract.decision import Decision
from edge.__main__ import main
from edge.hardware.signals import ReaderSignals

RELAY_PIN = 17
KEYBOARD_RELAY_PIN = 27
KEYBOARD = "scanner-event-kbd"
_RELAYS = (f"GPIO{RELAY_PIN}", f"GPIO{KEYBOARD_RELAY_PIN}")


def run(instants_path: Path) -> int:
    instants: list[tuple[int, int, str]] = []
    set_state, show = MockPin._set_state, ReaderSignals.show
    showing: list[int] = [0]

    def noted(signals: ReaderSignals, decision: Decision) -> None:
        showing[0] = 0 if decision.customer is None else decision.customer.id
        show(signals, decision)
        asyncio.get_running_loop().call_soon(_end_pulse, signals)

    def timed(pin: MockPin, value: Any) -> None:
        set_state(pin, value)
        if value and pin.info.name in _RELAYS:
            instants.append((showing[0], time.monotonic_ns(), pin.info.name))

    ReaderSignals.show = noted  # type: ignore[method-assign]
    MockPin._set_state = timed
    keyboard = instants_path.parent / KEYBOARD
    if keyboard.exists():
        _open_instead_of_devices(keyboard)
    try:
        return int(main() or 0)
    finally:
        instants_path.write_text("".join(f"{' '.join(map(str, each))}\n" for each in instants))


def _open_instead_of_devices(keyboard: Path) -> None:
    # Loaded only then: what this costs is no edge's memory and no edge's start.
    import evdev  # noqa: PLC0415

    from tests.edge.typing_scanner import PipedDevice  # noqa: PLC0415

    evdev.InputDevice = lambda _: PipedDevice(str(keyboard))


def _end_pulse(signals: ReaderSignals) -> None:
    signals.door._show(signals.door._door.end_pulse())


if __name__ == "__main__":
    path = Path(sys.argv.pop(1))
    sys.exit(run(path))
