"""Outputs set by somebody who has not claimed them: after an edge that ended without its own word.

A Raspberry Pi's kernel keeps the level of an output whose process is gone, so a relay that was on stays on. Needs
lgpio alone, no gpiozero, so that it is over before anybody could notice. Never touches a pin that somebody holds.
"""

from collections.abc import Mapping

from edge.hardware.lgpio_library import load_lgpio


def set_levels(levels: Mapping[int, int], chip: int) -> dict[int, str]:
    """Each pin of the chip is made an output with its level, 0 or 1, and let go. Returns why, of those that could
    not be; lgpio's error: the chip cannot be had."""
    lgpio = load_lgpio()
    failures = {}
    handle = lgpio.gpiochip_open(chip)
    try:
        for pin, level in levels.items():
            try:
                lgpio.gpio_claim_output(handle, pin, level)
            except lgpio.error as error:
                failures[pin] = str(error)
    finally:
        lgpio.gpiochip_close(handle)
    return failures
