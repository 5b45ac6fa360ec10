"""The worker's part in billing: it asks the payment provider about what it told of, catches up on what it did not,
writes to those who have joined by it, and opens what is owed by hand, beside its work for edges.

In a thread and a connection of its own, so that no edge waits for a provider.
"""

import threading
from datetime import timedelta
from typing import Final

from django.db import connection

from hub.billing import choosing
from hub.billing.port import ProviderAway, ProviderError
from hub.billing.reconciling import Reconciling, open_what_is_owed
from hub.fleet.zones import organization_zone
from hub.joining.ending_operations import finish_paid
from hub.sync.clocks import Clocks
from hub.sync.log import Log
from hub.sync.supervision import supervise

LOOK_EVERY_S: Final = 1.0
TROUBLE_S: Final = (5.0, 300.0)
"""Between looks while the provider does not answer: growing, so that it is left alone."""
OWED_EVERY: Final = timedelta(minutes=10)


class BillingRound:
    def __init__(self, log: Log, clocks: Clocks) -> None:
        self._log = log
        self._clocks = clocks
        self._reconciling = Reconciling(choosing.provider(), clocks.now)
        self._pause_s = LOOK_EVERY_S
        self._owed_at_s: float | None = None

    def run(self, stopping: threading.Event) -> None:
        """Until `stopping` is set; what is being asked is finished first."""
        while not stopping.is_set():
            supervise(lambda: self._turn(stopping), stopping, self._log)
            supervise(self._welcome, stopping, self._log)
            supervise(self._open_owed, stopping, self._log)
            stopping.wait(self._pause_s)
        connection.close()

    def _turn(self, stopping: threading.Event) -> None:
        """What is refused of one holds up none of the others."""
        troubles = []
        for part in (self._catch_up, self._reconciling.turn, lambda: self._reconciling.sweep(stopping.is_set)):
            try:
                part()
            except ProviderAway as error:
                troubles.append(type(error).__name__)
                break
            except ProviderError as error:
                troubles.append(type(error).__name__)
        if troubles:
            shortest, longest = TROUBLE_S
            self._pause_s = min(longest, max(shortest, 2 * self._pause_s))
            self._log.event("billing_trouble", error=troubles[0], retry_s=self._pause_s)
        else:
            self._pause_s = LOOK_EVERY_S

    def _catch_up(self) -> None:
        missed = self._reconciling.catch_up()
        if missed:
            self._log.event("billing_caught_up", events=missed)

    def _welcome(self) -> None:
        """Whose payment came after they had closed the page."""
        finish_paid(self._clocks.now())

    def _open_owed(self) -> None:
        elapsed_s = self._clocks.monotonic_s()
        if self._owed_at_s is not None and elapsed_s < self._owed_at_s + OWED_EVERY.total_seconds():
            return
        opened = open_what_is_owed(self._clocks.now(), organization_zone())
        self._owed_at_s = elapsed_s
        if opened:
            self._log.event("payments_opened", payments=opened)
