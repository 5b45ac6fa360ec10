"""`python -m tests.edge.edge_at_pins run ...`: the edge on a Raspberry Pi whose lgpio is the fake one.

`at_pins` is what it and its own processes need in their environment.
"""

import os
import sys
from pathlib import Path

WITH_LGPIO = Path(__file__).parent / "with_lgpio"
CHECKOUT = Path(__file__).resolve().parents[2]
CHIP = 4


def at_pins(lines: Path) -> dict[str, str]:
    """`lines`: the file that has the levels (fake_lgpio)."""
    return {"PYTHONPATH": f"{WITH_LGPIO}:{CHECKOUT}", "FAKE_LGPIO_LINES": str(lines)}


def run() -> int:
    from gpiozero.pins import local  # noqa: PLC0415 (whoever asks for `at_pins` needs none of it)

    from edge.__main__ import main  # noqa: PLC0415
    from edge.hardware import dead_man_switch, pins  # noqa: PLC0415

    dead_man_switch._STANDS_S = 0.1  # type: ignore[misc] # no test waits for a minute
    local.get_pi_revision = lambda: 0xC03111
    pins.chip_number = lambda *_: CHIP  # type: ignore[assignment]
    return main()


if __name__ == "__main__":
    assert "FAKE_LGPIO_LINES" in os.environ
    sys.exit(run())
