"""Whether the edge is in contact with its hub: it is heard, and the hub knows what it did. Pure.

In contact: there is a connection, the hub has answered a question that was asked at most 150 s ago, and every row
of the journal that is older than 5 s is acked. An answer counts from its question: a broker that keeps answers
back makes no contact. Times are seconds of the monotonic clock.
"""

from collections import deque
from typing import Final

ANSWER_AGE_MAX_S: Final = 150.0
"""Questions are asked once a minute (edge/core/inquiry.py): two may be lost."""
ACK_WITHIN_S: Final = 5.0


class Contact:
    def __init__(self) -> None:
        self._connected = False
        self._asked_s: float | None = None
        self._acked = 0
        self._old_upto = 0
        self._young: deque[tuple[int, float]] = deque()

    @property
    def asked_s(self) -> float | None:
        """When the question was asked that the hub has answered last; None: it has answered none."""
        return self._asked_s

    def journal_stands(self, acked: int, last: int) -> None:
        """At the start: the hub has the rows up to `acked`; those up to `last` are old."""
        self._acked, self._old_upto = acked, last

    def connected(self) -> None:
        self._connected = True

    def disconnected(self) -> None:
        self._connected = False

    def answered(self, asked_s: float) -> None:
        """The hub has answered the question that was asked at `asked_s`."""
        self._asked_s = asked_s

    def journaled(self, last: int, at_s: float) -> None:
        """The journal's last row is `last`."""
        self._young.append((last, at_s))
        self._note_old(at_s)

    def acked(self, upto: int) -> None:
        """The hub has the rows up to `upto`, and not the next one; it may be fewer than before."""
        self._acked = upto

    def in_contact(self, at_s: float) -> bool:
        self._note_old(at_s)
        heard = self._asked_s is not None and at_s - self._asked_s <= ANSWER_AGE_MAX_S
        return self._connected and heard and self._acked >= self._old_upto

    def _note_old(self, at_s: float) -> None:
        while self._young and at_s - self._young[0][1] > ACK_WITHIN_S:
            self._old_upto = max(self._old_upto, self._young.popleft()[0])
