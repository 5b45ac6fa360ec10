"""The edge's only clock. Nobody else asks what time it is: everything takes an instant, or a `Clock`."""

import time
from datetime import UTC, datetime


class SystemClock:
    """The machine's clock, as `ports.Clock`."""

    def now(self) -> datetime:
        """Aware UTC, to the microsecond; the kernel may set it back or forth."""
        return datetime.now(UTC)

    def monotonic_s(self) -> float:
        """Seconds since some moment of this boot; never set back."""
        return time.monotonic()
