"""Which rows of the journal are sent to the hub, and when: go-back-N, as a pure state machine.

The rules:
- Rows are sent in order from the last acked one, in batches, a few of them unanswered at a time.
- Only the hub's own ack moves on. It names the last row that the hub holds without a gap before it.
- An ack that says less than was thought, or one that moves nothing on while batches are unanswered, means that
  something is missing: what follows the ack is sent again. So it is when progress is overdue
  (edge/core/overdue.py: after 5 s, or soon once the hub has said its head).
- On a new connection, and when the feed begins a new epoch, something is always sent: where all is acked, the last
  row once more. The answer tells whether the hub (restored, perhaps) still has it all, and where its uses stand.
- Until the hub has answered, one batch at a time.
- The hub can hold no row but those that stood in the journal at the start and those that were sent since. An ack
  of others means that the journal was rolled back (its file restored from an old copy): `is_beyond`. So that this
  shows before newer rows take the sequences that the hub knows, the first batch ends at the last row of the start:
  where all of those are acked, it is that row alone.
- Rows leave the journal from its beginning. What the hub has not and the journal holds no more is passed over:
  the batch that follows says so (contract/messages.py: `first`).

Times are seconds of the monotonic clock. Knows nothing of rows' contents, storage or MQTT.
"""

from collections import deque
from dataclasses import dataclass
from typing import Final

from contract.messages import CHECKIN_ROWS_MAX
from edge.core.overdue import Overdue

WINDOW_BATCHES: Final = 4
"""Unanswered batches: enough to keep a hub busy that commits one while the next is on its way."""


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
        self._first = 1
        self._sent = acked
        self._known = last
        self._answered = False
        self._unanswered: deque[int] = deque()
        self._window = 1
        self._went_back = False
        self._connected = False
        self._overdue = Overdue()

    @property
    def acked(self) -> int:
        return self._acked

    @property
    def last(self) -> int:
        """The journal's last row, as far as the outbox was told."""
        return self._last

    @property
    def awaits_ack(self) -> bool:
        """Whether a batch is out."""
        return bool(self._unanswered)

    def is_beyond(self, upto: int) -> bool:
        """Whether the hub cannot have the row `upto` from this journal as it stands."""
        return upto > self._known

    def connected(self, at_s: float) -> list[SendBatch]:
        self._connected = True
        return self._begin_again(at_s)

    def disconnected(self) -> None:
        self._connected = False
        self._unanswered.clear()

    def new_epoch(self, at_s: float) -> list[SendBatch]:
        """The feed has begun a new epoch: its hub may have been restored."""
        return self._begin_again(at_s)

    def journal_renewed(self, at_s: float, last: int | None = None, acked: int = 0) -> list[SendBatch]:
        """The same rows stand under another id now, of which the hub knows nothing; or it is another journal, with
        `last` for its last row, of which the hub has acked up to `acked`."""
        self._last = self._last if last is None else last
        self._acked = min(acked, self._last)
        self._known = 0 if acked == 0 else self._last
        self._first = 1
        self._answered = False
        return self._begin_again(at_s)

    def journal_begins(self, first: int) -> None:
        """The journal's first row is `first`: those before it have left."""
        self._first = first

    def journaled(self, last: int, at_s: float) -> list[SendBatch]:
        """The journal's last row is `last`."""
        self._last = max(self._last, last)
        if not self._unanswered:
            self._overdue.begin(at_s)
        return self._fill()

    def acknowledged(self, upto: int, at_s: float) -> list[SendBatch]:
        """The hub holds all rows up to `upto`, and the next one is not among them."""
        if self.is_beyond(upto):
            return []
        self._answered = True
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
        self._overdue.begin(at_s)
        return self._fill()

    def hear_hub(self, at_s: float) -> list[SendBatch]:
        """The hub has said its head: it should have answered soon."""
        self._overdue.hear()
        return self.tick(at_s)

    def tick(self, at_s: float) -> list[SendBatch]:
        if not self._unanswered or not self._overdue.is_reached(at_s):
            return []
        self._overdue.repeat(at_s)
        return self._send_again()

    def _go_back(self, upto: int, at_s: float) -> list[SendBatch]:
        self._acked = self._sent = upto
        self._unanswered.clear()
        self._went_back = True
        self._overdue.begin(at_s)
        return self._fill()

    def _begin_again(self, at_s: float) -> list[SendBatch]:
        self._overdue.begin(at_s)
        return self._send_again()

    def _send_again(self) -> list[SendBatch]:
        self._unanswered.clear()
        self._window = 1
        self._went_back = False
        upto = self._last if self._answered else min(self._known, self._last)
        self._sent = max(0, upto - 1) if self._acked >= upto else self._acked
        return self._fill()

    def _fill(self) -> list[SendBatch]:
        batches: list[SendBatch] = []
        while self._connected and self._sent < self._last and len(self._unanswered) < self._window:
            after = max(self._sent, self._first - 1)
            end = self._last if self._answered else min(self._last, max(self._known, after + 1))
            batch = SendBatch(after, min(after + CHECKIN_ROWS_MAX, end))
            batches.append(batch)
            self._sent = batch.upto
            self._known = max(self._known, batch.upto)
            self._unanswered.append(batch.upto)
        return batches
