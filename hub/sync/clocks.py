"""The hub's time, as the worker is given it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Clocks:
    """`now` is aware."""

    now: Callable[[], datetime]
    monotonic_s: Callable[[], float]
