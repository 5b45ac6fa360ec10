"""systemd's end of sd_notify(3): a real datagram socket, and what was said to it."""

import contextlib
import socket
import threading
import time
from collections.abc import Iterator

DEADLINE_S = 60.0


class Notified:
    """`said` are the lines that came, in order, of all processes."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.said: list[str] = []
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.bind("\0" + address[1:] if address.startswith("@") else address)
        self._came = threading.Condition()
        self._closing = False
        self._listener = threading.Thread(target=self._listen)
        self._listener.start()

    def variables(self, watchdog_s: float | None = None) -> dict[str, str]:
        """What systemd gives a service that it watches; no WATCHDOG_PID: it is not known before it starts."""
        given = {"NOTIFY_SOCKET": self.address}
        return given if watchdog_s is None else given | {"WATCHDOG_USEC": str(round(watchdog_s * 1_000_000))}

    def wait_for(self, line: str, count: int = 1) -> None:
        with self._came:
            if not self._came.wait_for(lambda: self.said.count(line) >= count, DEADLINE_S):
                raise AssertionError(f"not {count} times {line}; said: {self.said}")

    def forget(self) -> None:
        with self._came:
            self.said.clear()

    def close(self) -> None:
        self._closing = True
        with contextlib.closing(socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)) as own:
            own.sendto(b"", self._socket.getsockname())
        self._listener.join()
        self._socket.close()

    def _listen(self) -> None:
        while not self._closing:
            said = self._socket.recv(4_096).decode()
            with self._came:
                self.said.extend(said.split("\n"))
                self._came.notify_all()


@contextlib.contextmanager
def notified() -> Iterator[Notified]:
    """A socket with an abstract name: a path may have 107 bytes, and a test's folder has more at times."""
    made = Notified(f"@doorward-test-{time.monotonic_ns()}")
    try:
        yield made
    finally:
        made.close()
