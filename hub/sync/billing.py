"""The worker's part in billing: it asks the payment provider about what it told of, catches up on what it did not,
writes to those who have joined by it, and opens what is owed by hand, beside its work for edges.

In a thread and a connection of its own, so that no edge waits for a provider.
"""

import threading
from functools import partial
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
IDLE_S: Final = 30.0
"""Between looks where no provider tells of anything."""
TROUBLE_S: Final = (5.0, 300.0)
"""Between looks while the provider does not answer: growing, so that it is left alone."""
OWED_EVERY_S: Final = 600.0
WELCOME_EVERY_S: Final = 60.0
"""And at once where a provider has told of something."""


class BillingRound:
    def __init__(self, log: Log, clocks: Clocks) -> None:
        self._log = log
        self._clocks = clocks
        provider = choosing.provider()
        self._look_every_s = IDLE_S if provider is None else LOOK_EVERY_S
        self._reconciling = Reconciling(provider, clocks.now)
        self._pause_s = self._look_every_s
        self._done_at_s: dict[str, float] = {}

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
        sweep = partial(self._reconciling.sweep, stopping.is_set)
        for part in (self._catch_up, self._look, sweep, self._reconciling.tell_addresses):
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
            self._pause_s = self._look_every_s

    def _catch_up(self) -> None:
        missed = self._reconciling.catch_up()
        if missed:
            self._log.event("billing_caught_up", events=missed)

    def _look(self) -> None:
        if self._reconciling.turn():
            self._done_at_s.pop("welcome", None)

    def _welcome(self) -> None:
        """Whose payment came after they had closed the page."""
        if self._is_due("welcome", WELCOME_EVERY_S):
            finish_paid(self._clocks.now())

    def _open_owed(self) -> None:
        if not self._is_due("owed", OWED_EVERY_S):
            return
        opened = open_what_is_owed(self._clocks.now(), organization_zone())
        if opened:
            self._log.event("payments_opened", payments=opened)

    def _is_due(self, what: str, every_s: float) -> bool:
        """Then it counts as done now."""
        elapsed_s, last_s = self._clocks.monotonic_s(), self._done_at_s.get(what)
        if last_s is not None and elapsed_s < last_s + every_s:
            return False
        self._done_at_s[what] = elapsed_s
        return True
