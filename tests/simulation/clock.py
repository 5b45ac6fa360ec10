"""The world's time, and the clocks of its machines, which are wrong in their own ways."""

from datetime import UTC, datetime, timedelta

from tests.simulation.loop import VirtualLoop

START = datetime(2026, 3, 1, 18, 30, tzinfo=UTC)
"""Before the day of any run: the hub's database says itself when a row was superseded, by the real clock."""
RTC_LOST = datetime(2019, 4, 1, tzinfo=UTC)
"""What a Pi without a battery believes after a start."""


class TrueTime:
    def __init__(self, loop: VirtualLoop) -> None:
        self._loop = loop

    def now(self) -> datetime:
        return START + timedelta(seconds=self._loop.time())

    def elapsed_s(self) -> float:
        return self._loop.time()


class MachineClock:
    """One machine's, as edge/ports.KernelClock: `wrong_by` is how far its wall clock is off, `rate` how fast it
    goes. A new boot has a new monotonic clock."""

    def __init__(self, true: TrueTime, rate: float) -> None:
        self._true = true
        self._rate = rate
        self._booted_s = 0.0
        self._boots = 0
        self.wrong_by = timedelta()
        self.synchronized = True
        self.was_ever_wrong = False

    def boot(self, battery: bool) -> None:
        """Without a battery the wall clock says nonsense until something sets it."""
        self._booted_s = self._true.elapsed_s()
        self._boots += 1
        if not battery:
            self.was_ever_wrong = True
            self.wrong_by = RTC_LOST - self._true.now()
            self.synchronized = False

    def set_right(self) -> None:
        self.wrong_by = timedelta()
        self.synchronized = True

    def now(self) -> datetime:
        return self._true.now() + self.wrong_by

    def monotonic_s(self) -> float:
        return 10.0 + (self._true.elapsed_s() - self._booted_s) * self._rate

    def boottime_s(self) -> float:
        return self.monotonic_s()

    def boot_id(self) -> str | None:
        return f"boot-{self._boots}"

    def kernel_synchronized(self) -> bool:
        return self.synchronized
