"""What the hub's processes say to systemd: that they are ready, and that they do their work (sd_notify(3)).

Without systemd nothing is said. A database or a broker that is away is waited for, and is no reason to start anew:
the next process would meet the same. What hangs for longer than systemd waits, is. Must not know Django.
"""

import http.client
import logging
import threading
from collections.abc import Callable, Mapping
from typing import Final

from gunicorn import systemd

READY: Final = "READY=1"
STOPPING: Final = "STOPPING=1"
_ALIVE: Final = "WATCHDOG=1"
_ALIVE_EVERY_S: Final = 5.0
"""systemd/doorward-hub-*.service wait for nine of them."""
_ANSWER_S: Final = 10.0
_LOG: Final = logging.getLogger("hub.life")


def say(line: str) -> None:
    """Returns at once; what systemd does not take is not said."""
    systemd.sd_notify(line, _LOG)


def alive_every_s(variables: Mapping[str, str]) -> float:
    """How often a process says that it lives: four times at least in what systemd waits, as its variables say."""
    digits = variables.get("WATCHDOG_USEC", "")
    waits_us = int(digits) if digits.isascii() and digits.isdigit() else 0
    return min(_ALIVE_EVERY_S, waits_us / 4_000_000) if waits_us else _ALIVE_EVERY_S


class Alive:
    """Called whenever work is done, however often; `monotonic_s` is the clock's."""

    def __init__(self, monotonic_s: Callable[[], float], every_s: float) -> None:
        self._monotonic_s = monotonic_s
        self._every_s = every_s
        self._said_s: float | None = None

    def __call__(self) -> None:
        at_s = self._monotonic_s()
        if self._said_s is None or at_s - self._said_s >= self._every_s:
            self._said_s = at_s
            say(_ALIVE)


def ask_pages(host: str, port: int) -> None:
    """Ask the hub's own pages as a browser would, and say that they live if they answer, whatever they say."""
    connection = http.client.HTTPConnection(host, port, timeout=_ANSWER_S)
    try:
        # By a name that is always allowed: what is asked here is whether pages come, not by which address.
        connection.request("GET", "/healthz", headers={"Host": "localhost", "X-Forwarded-Proto": "https"})
        connection.getresponse().read()
    except (OSError, http.client.HTTPException) as error:
        _LOG.error("the pages do not answer (%s): the watchdog is not fed", type(error).__name__)
    else:
        say(_ALIVE)
    finally:
        connection.close()


def keep_asking(host: str, port: int, every_s: float) -> None:
    """From a thread of this process, as long as it runs."""

    def ask() -> None:
        pause = threading.Event()
        while not pause.wait(every_s):
            ask_pages(host, port)

    threading.Thread(target=ask, name="life", daemon=True).start()
