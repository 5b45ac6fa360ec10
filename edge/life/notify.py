"""What this process says to systemd: that it is ready, that it lives, that it ends (sd_notify(3)).

One datagram each. Without systemd nothing is said. Must not know what is asked before it says so.
"""

import contextlib
import socket
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

READY: Final = "READY=1"
ALIVE: Final = "WATCHDOG=1"
STOPPING: Final = "STOPPING=1"


@dataclass(frozen=True, slots=True)
class Systemd:
    """`watchdog_s`: how long systemd waits for ALIVE before it starts this process anew; None: it does not."""

    address: str | None = None
    watchdog_s: float | None = None

    @classmethod
    def of(cls, variables: Mapping[str, str], process: int) -> "Systemd":
        """As systemd's variables tell `process`; what is meant for another, or no number, is passed over."""
        watched = variables.get("WATCHDOG_PID", str(process)) == str(process)
        digits = variables.get("WATCHDOG_USEC", "") if watched else ""
        watchdog_s = int(digits) / 1_000_000 if digits.isascii() and digits.isdigit() and int(digits) else None
        return cls(variables.get("NOTIFY_SOCKET") or None, watchdog_s)

    def say(self, *lines: str) -> None:
        """Returns at once: where systemd does not listen, or its queue is full, nothing is said."""
        if self.address is None:
            return
        with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as datagrams:
            address = "\0" + self.address[1:] if self.address.startswith("@") else self.address
            datagrams.sendto("\n".join(lines).encode(), socket.MSG_DONTWAIT, address)
