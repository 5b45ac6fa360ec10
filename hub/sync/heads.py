"""When a feed has moved, its edges hear so: a head that stays at the broker, and the rows themselves, live.

Asked every few milliseconds; what it costs then is one small query. Must not know MQTT: it says what to send.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from contract.instants import to_us
from contract.messages import MESSAGE_BYTES_MAX, PAGE_ROWS_MAX, Head, Live, encode
from contract.topics import FEED_HEAD, FEED_LIVE, feed
from hub.sync.outgoing import Outgoing
from hub.sync.snapshot import FeedState, feed_states, read_snapshot

HEAD_EVERY_S = 60.0
LIVE_BYTES_MAX = MESSAGE_BYTES_MAX // 2


@dataclass(frozen=True, slots=True)
class _Published:
    epoch: int
    sequence: int
    at_s: float


class Heads:
    """Remembers what was published of each feed. `at_s` is monotonic seconds, `at` the instant heads carry."""

    def __init__(self) -> None:
        self._published: dict[str, _Published] = {}
        self._anew = True

    def say_again(self) -> None:
        """The connection was lost and is back: every head is due."""
        self._anew = True

    def due(self, at: datetime, at_s: float) -> list[Outgoing]:
        """What is to be sent now. django.db.Error: the database is gone, ask again."""
        published = dict(self._published)
        messages = [message for state in feed_states() for message in self._of_feed(state, published, at, at_s)]
        # Only now: what the database fails at is due once more.
        self._published, self._anew = published, False
        return messages

    def _of_feed(
        self, state: FeedState, published: dict[str, _Published], at: datetime, at_s: float
    ) -> Iterator[Outgoing]:
        last = published.get(state.name)
        moved = last is None or (last.epoch, last.sequence) != (state.epoch, state.sequence)
        if last is not None and not moved and not self._anew and at_s - last.at_s < HEAD_EVERY_S:
            return
        if last is not None and moved and last.epoch == state.epoch and last.sequence < state.sequence:
            live, state = _live(last.sequence, state)
            if live is not None:
                yield live
        head = Head(state.name, state.epoch, state.sequence, state.digest, to_us(at))
        yield Outgoing(feed(state.name, FEED_HEAD), encode(head), retained=True)
        published[state.name] = _Published(state.epoch, state.sequence, at_s)


def _live(after: int, state: FeedState) -> tuple[Outgoing | None, FeedState]:
    """The rows after `after`, if they are few enough to send unasked, and the state that they lead to."""
    snapshot = read_snapshot(state.name, after, PAGE_ROWS_MAX, LIVE_BYTES_MAX)
    now = snapshot.state
    if not snapshot.whole or now.epoch != state.epoch:
        return None, now
    live = Live(now.name, now.epoch, after, now.sequence, now.digest, snapshot.rows)
    return Outgoing(feed(now.name, FEED_LIVE), encode(live)), now
