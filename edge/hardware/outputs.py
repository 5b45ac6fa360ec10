"""One output pin that is on for a while, by a pattern, or until it is told otherwise. Knows of no reader."""

import asyncio
from collections.abc import Callable
from typing import Any, Final

RETRY_S: Final = 0.1
DARK: Final = 0.0
Pattern = tuple[float, ...]
"""Seconds on, off, on, off …, from the beginning again as long as it is wanted."""


class Output:
    """`device` is gpiozero's, and `errors` what it raises where a level cannot be set: `failed` hears of the
    first, and it is tried again until it is so, or is to be otherwise."""

    def __init__(
        self, device: Any, errors: tuple[type[Exception], ...], failed: Callable[[Exception], None]
    ) -> None:
        self._device = device
        self._errors = errors
        self._failed = failed
        self._is_failing = False
        self._retry: asyncio.TimerHandle | None = None
        self._end: asyncio.TimerHandle | None = None
        self._held = False
        self._pattern: Pattern | None = None
        self._is_set = False

    def set(self, on: bool) -> None:
        """On or off until it is set otherwise; for one that does nothing else."""
        if on is not self._is_set:
            self._is_set = on
            self._write(on)

    def pulse(self, seconds: float) -> None:
        """On for so long from now, however long it was on; 0: off at once. While it is held: on."""
        if self._held:
            return
        self._forget_end()
        if seconds == DARK:
            self._go_off()
            return
        self._write(True)
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
        self._write(True)

    def release(self) -> None:
        """Off at once, if it was held."""
        if self._held:
            self._held = False
            self._write(False)

    def close(self) -> None:
        """Off, and the pin given back; as it is, where it cannot be set."""
        self._pattern = None
        self._forget_end()
        self._write(False)
        self._forget_retry()
        self._device.close()

    def _write(self, on: bool) -> None:
        self._forget_retry()
        try:
            self._device.value = on
        except self._errors as error:
            self._retry = asyncio.get_running_loop().call_later(RETRY_S, self._write, on)
            if not self._is_failing:
                self._is_failing = True
                self._failed(error)
        else:
            self._is_failing = False

    def _go_off(self) -> None:
        self._end = None
        self._write(False)
        if self._pattern is not None:
            self._step(self._pattern, 0)

    def _step(self, pattern: Pattern, index: int) -> None:
        self._write(index % 2 == 0)
        following = (index + 1) % len(pattern)
        self._end = asyncio.get_running_loop().call_later(pattern[index], self._step, pattern, following)

    def _forget_end(self) -> None:
        if self._end is not None:
            self._end.cancel()
            self._end = None

    def _forget_retry(self) -> None:
        if self._retry is not None:
            self._retry.cancel()
            self._retry = None
