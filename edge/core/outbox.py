"""Which rows of the journal are sent to the hub, and when: go-back-N, as a pure state machine.

The rules:
- Rows are sent in order from the last acked one, in batches, a few of them unanswered at a time.
- Only the hub's own ack moves on. It names the last row that the hub holds without a gap before it.
- An ack that says less than was thought, or one that moves nothing on while batches are unanswered, means that
  something is missing: what follows the ack is sent again. So it is after 5 s without progress.
- On a new connection, and when the feed begins a new epoch, something is always sent: where all is acked, the last
  row once more. The answer tells whether the hub (restored, perhaps) still has it all, and where its uses stand.
- Until the hub has answered, one batch at a time.

Times are seconds of the monotonic clock. Knows nothing of rows' contents, storage or MQTT.
"""

from collections import deque
from dataclasses import dataclass
from typing import Final

from contract.messages import CHECKIN_ROWS_MAX

WINDOW_BATCHES: Final = 4
"""Unanswered batches: enough to keep a hub busy that commits one while the next is on its way."""
ANSWER_WITHIN_S: Final = 5.0
"""A hub commits a batch in tens of milliseconds; one that is silent this long has lost it or is down."""


@dataclass(frozen=True, slots=True)
class SendBatch:
    """Publish the journal's rows in (after, upto]."""

    after: int
    upto: int


class Outbox:
    """Events in, batches to send out."""

    def __init__(self, acked: int, last: int) -> None:
        """`acked`: the last row that the hub is known to hold; `last`: the journal's last row; 0 for none."""
        self._acked = acked
        self._last = last
        self._sent = acked
        self._unanswered: deque[int] = deque()
        self._window = 1
        self._went_back = False
        self._connected = False
        self._progress_at_s = 0.0

    @property
    def acked(self) -> int:
        return self._acked

    @property
    def last(self) -> int:
        """The journal's last row, as far as the outbox was told."""
        return self._last

    def connected(self, at_s: float) -> list[SendBatch]:
        self._connected = True
        return self._begin_again(at_s)

    def disconnected(self) -> None:
        self._connected = False
        self._unanswered.clear()

    def new_epoch(self, at_s: float) -> list[SendBatch]:
        """The feed has begun a new epoch: its hub may have been restored."""
        return self._begin_again(at_s)

    def journaled(self, last: int, at_s: float) -> list[SendBatch]:
        """The journal's last row is `last`."""
        self._last = max(self._last, last)
        if not self._unanswered:
            self._progress_at_s = at_s
        return self._fill()

    def acknowledged(self, upto: int, at_s: float) -> list[SendBatch]:
        """The hub holds all rows up to `upto`, and the next one is not among them."""
        if upto > self._last:
            return []  # no row of ours: whoever reports acks says so
        while self._unanswered and self._unanswered[0] <= upto:
            self._unanswered.popleft()
        if upto < self._acked:
            return self._go_back(upto, at_s)
        if upto == self._acked and self._unanswered:
            return [] if self._went_back else self._go_back(upto, at_s)
        self._acked = upto
        self._sent = max(self._sent, upto)
        self._window = WINDOW_BATCHES
        self._went_back = False
        self._progress_at_s = at_s
        return self._fill()

    def tick(self, at_s: float) -> list[SendBatch]:
        if self._unanswered and at_s - self._progress_at_s >= ANSWER_WITHIN_S:
            return self._begin_again(at_s)
        return []

    def _go_back(self, upto: int, at_s: float) -> list[SendBatch]:
        self._acked = self._sent = upto
        self._unanswered.clear()
        self._went_back = True
        self._progress_at_s = at_s
        return self._fill()

    def _begin_again(self, at_s: float) -> list[SendBatch]:
        self._unanswered.clear()
        self._window = 1
        self._went_back = False
        self._progress_at_s = at_s
        all_acked = self._acked == self._last
        self._sent = max(0, self._last - 1) if all_acked else self._acked
        return self._fill()

    def _fill(self) -> list[SendBatch]:
        batches: list[SendBatch] = []
        while self._connected and self._sent < self._last and len(self._unanswered) < self._window:
            batch = SendBatch(self._sent, min(self._sent + CHECKIN_ROWS_MAX, self._last))
            batches.append(batch)
            self._sent = batch.upto
            self._unanswered.append(batch.upto)
        return batches
