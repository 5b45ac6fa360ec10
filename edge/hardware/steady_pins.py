"""gpiozero's lgpio pins, but for what they do as they are opened and closed: a relay never moves by that.

gpiozero takes each pin as an input without a pull first, makes it an output that is low, and then sets its level:
a relay that is on at low is on for a moment. Closing makes it an input again, which floats. Here an output is
requested with its level, and one that is closed is let go as it is: a Pi's kernel keeps the level, unless
it was told not to (dtparam=strict_gpiod; raspberrypi/linux pull request 6117).
"""

import contextlib
import importlib
from collections import defaultdict
from typing import Any

from edge.hardware.lgpio_library import load_lgpio


def steady_factory(chip: int) -> Any:
    """A gpiozero factory for the pins of a chip, by its number. HardwareError: the lgpio library is missing."""
    lgpio = load_lgpio()
    # Imported only here: it needs the lgpio library.
    theirs = importlib.import_module("gpiozero.pins.lgpio")
    local = importlib.import_module("gpiozero.pins.local")

    class SteadyPin(theirs.LGPIOPin):  # type: ignore[misc,name-defined]
        """Its state before somebody uses it is left as it is."""

        def __init__(self, factory: Any, info: Any) -> None:
            local.LocalPiPin.__init__(self, factory, info)
            self._pwm = None
            self._bounce = None
            self._callback = None
            self._edges = lgpio.BOTH_EDGES

        def output_with_state(self, state: bool) -> None:
            lgpio.gpio_claim_output(self.factory._handle, self._number, int(state))

        def close(self) -> None:
            if self.factory._handle is None:
                return
            self.when_changed = None
            # One that was never claimed cannot be freed.
            with contextlib.suppress(lgpio.error):
                lgpio.gpio_free(self.factory._handle, self._number)

    factory = theirs.LGPIOFactory(chip=chip)
    factory.pin_class = SteadyPin
    # gpiozero's factories share these, so one that is closed, as after a self-test, frees the pins of another.
    factory.pins = {}
    factory._reservations = defaultdict(list)
    return factory
