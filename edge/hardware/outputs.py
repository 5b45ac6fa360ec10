"""One output pin that is on for a while, by a pattern, or until it is told otherwise. Knows of no reader."""

import asyncio
from typing import Any, Final

DARK: Final = 0.0
Pattern = tuple[float, ...]
"""Seconds on, off, on, off …, from the beginning again as long as it is wanted."""


class Output:
    """`device` is gpiozero's."""

    def __init__(self, device: Any) -> None:
        self._device = device
        self._end: asyncio.TimerHandle | None = None
        self._held = False
        self._pattern: Pattern | None = None
        self._is_set = False

    def set(self, on: bool) -> None:
        """On or off until it is set otherwise; for one that does nothing else."""
        if on is not self._is_set:
            self._device.value = self._is_set = on

    def pulse(self, seconds: float) -> None:
        """On for so long from now, however long it was on; 0: off at once. While it is held: on."""
        if self._held:
            return
        self._forget_end()
        if seconds == DARK:
            self._go_off()
            return
        self._device.on()
        self._end = asyncio.get_running_loop().call_later(seconds, self._go_off)

    def repeat(self, pattern: Pattern | None) -> None:
        """Play it again and again, once a pulse that runs is over; None: no more."""
        if pattern == self._pattern:
            return
        was_playing, self._pattern = self._pattern is not None, pattern
        if was_playing or self._end is None:
            self._forget_end()
            self._go_off()

    @property
    def is_busy(self) -> bool:
        """Whether it is on and will go off by itself."""
        return self._end is not None

    def hold(self) -> None:
        """On until `release`."""
        self._held = True
        self._forget_end()
        self._device.on()

    def release(self) -> None:
        """Off at once, if it was held."""
        if self._held:
            self._held = False
            self._device.off()

    def close(self) -> None:
        """Off, and the pin given back."""
        self._pattern = None
        self._forget_end()
        self._device.off()
        self._device.close()

    def _go_off(self) -> None:
        self._end = None
        self._device.off()
        if self._pattern is not None:
            self._step(self._pattern, 0)

    def _step(self, pattern: Pattern, index: int) -> None:
        self._device.value = index % 2 == 0
        following = (index + 1) % len(pattern)
        self._end = asyncio.get_running_loop().call_later(pattern[index], self._step, pattern, following)

    def _forget_end(self) -> None:
        if self._end is not None:
            self._end.cancel()
            self._end = None
