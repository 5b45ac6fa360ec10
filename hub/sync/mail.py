"""The worker's part in letters: it writes those that are due and sends what waits in the outbox, beside its work
for edges.

In a thread and a connection of its own, so that no edge waits for a mail server; several workers share the work.
"""

import random
import threading
from typing import Final

from django.db import connection

from hub.letters.due_operations import Due
from hub.mail.delivering import Delivering
from hub.mail.queries import can_send
from hub.sync.clocks import Clocks
from hub.sync.log import Log
from hub.sync.supervision import supervise

LOOK_EVERY_S: Final = 1.0
TROUBLE_S: Final = (30.0, 600.0)
"""Between looks where the server takes nothing from anybody: growing, so that it is left alone."""


class MailRound:
    def __init__(self, log: Log, clocks: Clocks) -> None:
        self._log = log
        self._clocks = clocks
        self._due = Due()
        self._delivering = Delivering(random.random)
        self._pause_s = LOOK_EVERY_S
        self._more = False

    def run(self, stopping: threading.Event) -> None:
        """Until `stopping` is set; the letter that is being sent is finished first."""
        while can_send() and not stopping.is_set():
            self._more = False
            supervise(self._write, stopping, self._log)
            supervise(lambda: self._turn(stopping), stopping, self._log)
            in_trouble = self._pause_s > LOOK_EVERY_S
            stopping.wait(0 if self._more and not in_trouble else self._pause_s)
        connection.close()

    def _write(self) -> None:
        self._more = self._due.write(self._clocks.now())

    def _turn(self, stopping: threading.Event) -> None:
        done = self._delivering.turn(self._clocks.now, stopping.is_set)
        for number, error in done.failed:
            self._log.event("mail_failed", mail=number, error=error)
        if not done.trouble:
            self._pause_s = LOOK_EVERY_S
            return
        shortest, longest = TROUBLE_S
        self._pause_s = min(longest, max(shortest, 2 * self._pause_s))
        self._log.event("mail_trouble", error=done.trouble, retry_s=self._pause_s)
