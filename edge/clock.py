"""The edge's only clock. Nobody else asks what time it is: everything takes an instant, or a `Clock`."""

import ctypes
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

_BOOT_ID: Final = Path("/proc/sys/kernel/random/boot_id")
_STA_UNSYNC: Final = 0x0040
"""linux/timex.h: no daemon keeps the clock, or the last one that did was too long ago."""
_TIME_ERROR: Final = 5
"""linux/timex.h, what adjtimex returns for a clock that is not synchronized; -1 is an error."""


class _Timex(ctypes.Structure):
    """struct timex of adjtimex(2) up to `status`, and room for the rest: 208 bytes in all, 128 of 32-bit longs."""

    _fields_ = [
        ("modes", ctypes.c_uint),
        ("offset", ctypes.c_long),
        ("freq", ctypes.c_long),
        ("maxerror", ctypes.c_long),
        ("esterror", ctypes.c_long),
        ("status", ctypes.c_int),
        ("rest", ctypes.c_byte * 256),
    ]


class SystemClock:
    """The machine's clock, as `ports.KernelClock`."""

    def now(self) -> datetime:
        """Aware UTC, to the microsecond; the kernel may set it back or forth."""
        return datetime.now(UTC)

    def monotonic_s(self) -> float:
        """Seconds since some moment of this boot; never set back."""
        return time.monotonic()

    def boottime_s(self) -> float:
        """Seconds since this boot, suspension included; never set back, the same in every process."""
        return time.clock_gettime(time.CLOCK_BOOTTIME) if sys.platform == "linux" else time.monotonic()

    def boot_id(self) -> str | None:
        """The kernel's name for this boot; None where it has none."""
        try:
            return _BOOT_ID.read_text(encoding="ascii").strip()
        except (OSError, UnicodeDecodeError):
            return None

    def kernel_synchronized(self) -> bool:
        """Whether the kernel says that something keeps its clock right; False too where it may not be asked."""
        timex = _Timex(modes=0)  # modes 0: nothing is changed
        adjtimex = getattr(ctypes.CDLL(None), "adjtimex", None)
        if adjtimex is None:
            return False
        outcome = adjtimex(ctypes.byref(timex))
        return outcome not in (-1, _TIME_ERROR) and not timex.status & _STA_UNSYNC
