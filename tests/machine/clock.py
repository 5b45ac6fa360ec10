"""The guest's clock: set from outside, and kept, as far as the kernel is told."""

from datetime import UTC, datetime
from typing import Final

from tests.machine.guest import Guest

_KEEP: Final = """
import ctypes, struct
_ADJUSTED, _KEPT = 0x001C, 0x0001  # linux/timex.h: ADJ_MAXERROR | ADJ_ESTERROR | ADJ_STATUS; STA_PLL
_NOT_KEPT = 0x0040  # STA_UNSYNC
def _say(status):
    words = ctypes.create_string_buffer(struct.pack("IxxxxqqqqI", _ADJUSTED, 0, 0, 0, 0, status), 512)
    if ctypes.CDLL(None, use_errno=True).adjtimex(words) < 0:
        raise OSError(ctypes.get_errno(), "adjtimex")
"""


_HEARD: Final = """
from datetime import datetime
from pathlib import Path
from edge.clock import SystemClock
from edge.core.clock_trust import ClockTrust
from edge.core.saved_trust import saved
from edge.storage.trust_file import SmallTrustFile
clock, trust = SystemClock(), ClockTrust()
at_s = clock.boottime_s()
trust.heard(datetime.fromisoformat({at!r}), at_s, at_s, clock.now())
SmallTrustFile(Path("/var/lib/doorward/trust.json")).write(saved(trust.marks(), None, clock.boot_id(), at_s))
"""
_AS_THE_EDGE: Final = (
    "setpriv --reuid=doorward --regid=doorward --init-groups env PYTHONPATH=/usr/lib/doorward python3"
)


_SET_BATTERY_CLOCK: Final = """
import fcntl, struct, time
_RTC_SET_TIME = 0x4024700A  # linux/rtc.h
year, month, *rest = time.gmtime()[:6]
with open("/dev/rtc0") as rtc:
    fcntl.ioctl(rtc, _RTC_SET_TIME, struct.pack("9i", *reversed(rest), month - 1, year - 1900, 0, 0, 0))
"""


class GuestClock:
    def __init__(self, guest: Guest) -> None:
        self._guest = guest

    def keep(self) -> None:
        """As a daemon of NTP tells the kernel that it keeps the clock."""
        self._guest.python(f"{_KEEP}\n_say(_KEPT)")

    def leave(self) -> None:
        """As if nothing kept it."""
        self._guest.python(f"{_KEEP}\n_say(_NOT_KEPT)")

    def set(self, at: datetime) -> None:
        """To an aware instant. The kernel then takes it for not kept."""
        self._guest.python(f"import time\ntime.clock_settime(time.CLOCK_REALTIME, {at.timestamp()!r})")

    def set_battery_clock(self) -> None:
        """To the same, as `hwclock --systohc` does, which not every system has."""
        self._guest.python(_SET_BATTERY_CLOCK)

    def now(self) -> datetime:
        """What it says, right or wrong."""
        return datetime.fromtimestamp(self._guest.python("import time\nanswer = time.time()"), UTC)

    def is_told(self, at: datetime) -> None:
        """As if the hub had just said so, to an edge that has stopped since: hubs of tests live in this year."""
        self._guest.do(*_AS_THE_EDGE.split(), "-", typed=_HEARD.format(at=at.isoformat()))

    def set_to_now(self) -> None:
        """This machine's."""
        self.set(datetime.now(UTC))
