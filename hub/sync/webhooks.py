"""The worker's part in webhooks: it reads what happened and tells those who asked, beside its work for edges.

In a thread and a connection of its own, so that no edge waits for a receiver; several workers share the work.
"""

import random
import threading
from typing import Final

from django.db import connection

from hub.sync.clocks import Clocks
from hub.sync.log import Log
from hub.sync.supervision import supervise
from hub.webhooks.collecting import Collecting
from hub.webhooks.delivering import Delivering
from hub.webhooks.sending import Sending

LOOK_EVERY_S: Final = 0.5
"""What expires is told within a second."""


class Webhooks:
    def __init__(self, log: Log, clocks: Clocks) -> None:
        self._log = log
        self._clocks = clocks
        self._news = threading.Event()
        self._collecting = Collecting()
        self._more = False

    def run(self, stopping: threading.Event) -> None:
        """Until `stopping` is set; what is on its way then is sent once more by whoever comes next."""
        sending = Sending()
        delivering = Delivering(sending, random.random, self._news)
        while not stopping.is_set():
            self._more = False
            supervise(self._collect, stopping, self._log)
            supervise(lambda: self._deliver(delivering), stopping, self._log)
            if not self._more:
                self._news.wait(LOOK_EVERY_S)
            self._news.clear()
        sending.close()
        connection.close()

    def _collect(self) -> None:
        self._more = self._collecting.collect(self._clocks.now())

    def _deliver(self, delivering: Delivering) -> None:
        for endpoint in delivering.turn(self._clocks.now):
            self._log.event("webhook_disabled", endpoint=endpoint.pk, why=endpoint.disabled_why)
