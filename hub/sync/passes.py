"""The worker's part in wallets' passes: it finds those that show something else now, and tells phones and Google.

In a thread and a connection of its own, so that no edge waits for them; several workers share the work.
"""

import random
import threading
from typing import Final

from django.db import connection

from hub.cards.models import WalletPass
from hub.cards.passes.telling import ADDRESSES, Addresses, Telling
from hub.cards.passes.updating import Updating
from hub.sync.clocks import Clocks
from hub.sync.log import Log
from hub.sync.supervision import supervise

LOOK_EVERY_S: Final = 1.0
TROUBLE_S: Final = (10.0, 600.0)
"""Between looks where a service takes nothing: growing, so that it is left alone."""


class PassRound:
    def __init__(self, log: Log, clocks: Clocks, addresses: Addresses = ADDRESSES) -> None:
        self._log = log
        self._clocks = clocks
        self._updating = Updating()
        self._ways = [_Way(each, Telling(random.random, addresses), log, clocks) for each in WalletPass.Wallet]
        self._more = False

    def run(self, stopping: threading.Event) -> None:
        """Until `stopping` is set; what is being told is finished first."""
        while not stopping.is_set():
            self._more = False
            supervise(self._update, stopping, self._log)
            for way in self._ways:
                supervise(lambda way=way: way.turn(stopping), stopping, self._log)  # type: ignore[misc]
            if not self._more:
                stopping.wait(LOOK_EVERY_S)
        connection.close()

    def _update(self) -> None:
        self._more = self._updating.turn(self._clocks.now())


class _Way:
    """To Apple, or to Google: trouble with one holds up the other in nothing."""

    def __init__(self, wallet: WalletPass.Wallet, telling: Telling, log: Log, clocks: Clocks) -> None:
        self._wallet = wallet
        self._telling = telling
        self._log = log
        self._clocks = clocks
        self._pause_s = 0.0
        self._rests_until_s = 0.0

    def turn(self, stopping: threading.Event) -> None:
        if self._clocks.monotonic_s() < self._rests_until_s:
            return
        done = self._telling.turn(self._wallet, self._clocks.now, stopping.is_set)
        for number, error in done.failed:
            self._log.event("wallet_failed", wallet=self._wallet.value, number=number, error=error)
        if not done.trouble:
            self._pause_s = 0.0
            return
        shortest, longest = TROUBLE_S
        self._pause_s = min(longest, max(shortest, 2 * self._pause_s))
        self._rests_until_s = self._clocks.monotonic_s() + self._pause_s
        self._log.event("wallet_trouble", wallet=self._wallet.value, error=done.trouble, retry_s=self._pause_s)
