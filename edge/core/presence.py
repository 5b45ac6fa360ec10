"""When the edge says anew how it is: on each connection, when a word of it changes, and every 60 s. Pure.

Figures (instant, sequences, age, rows) move all the time and wait for the minute; that there is a copy at all, or
that its age is known, are words. Where its feed has moved on it says so after 10 s: staff look whether a change is
there everywhere, and a fleet of 1,000 at a busy time says no more than 100 of these a second. Times are seconds of
the monotonic clock. Knows nothing of where it is said.
"""

from typing import Final

from contract.messages import Presence

SAY_EVERY_S: Final = 60.0
SAY_MOVED_S: Final = 10.0


class PresenceNews:
    """What was said last, in this connection."""

    def __init__(self) -> None:
        self._said: Presence | None = None
        self._said_at_s = 0.0
        self._has_left = False

    def connected(self) -> None:
        """Whatever was said before was said in another connection, whose last will may stand in its place."""
        self._said = None

    def is_due(self, presence: Presence, at_s: float) -> bool:
        if self._has_left:
            return False
        if self._said is None or at_s - self._said_at_s >= self._pace_s(self._said, presence):
            return True
        return _words(presence) != _words(self._said)

    def _pace_s(self, said: Presence, presence: Presence) -> float:
        return SAY_EVERY_S if presence.sequence == said.sequence else SAY_MOVED_S

    def said(self, presence: Presence, at_s: float) -> None:
        self._said, self._said_at_s = presence, at_s

    def left(self) -> None:
        """The edge has said that it ends: nothing is said after that."""
        self._has_left = True


def _words(presence: Presence) -> tuple[object, ...]:
    return (
        presence.online,
        presence.version,
        presence.clock,
        presence.feed,
        presence.epoch,
        presence.sequence is None,
        presence.replica_age_s is None,
        presence.journal,
        presence.readers,
        presence.journal_fault,
    )
