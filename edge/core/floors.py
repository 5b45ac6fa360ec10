"""What an edge takes from its hub only as it rises: heads, epochs, where the replica stands, acks. Pure.

  message | does not count                                   | what it raises
  Head    | below the (epoch, at_us) of one heard before     | that mark; the epoch
  Live    | up to where the replica stands, or has stood     | the epoch
  Page    | of a feed that ends below where the replica stood | the epoch
  Ack     | below the (epoch, upto) heard of its journal and | that mark
          | feed                                             |
  any     | of an epoch of the feed below the highest heard  |

An edge that was moved to another feed, or its hub, which takes it to follow another, speaks of two for a while:
epochs of the one say nothing of the other.

The highest epoch and where the replica stood are kept on disk by others: a replica that was rebuilt, or an old
copy of it, does not bring them down. The same head again is a retained copy, the same ack that of a repetition.
"""

from contract.facts import Position
from contract.high_water import Mark
from contract.messages import Ack, Head, Live, Page
from edge.core.sync_events import Dropped

STALE = "stale"
REPLAYED = "replayed"


def stale(what: str) -> Dropped:
    """An order whose mark does not rise."""
    return Dropped(what, "its number does not rise", STALE)


class Floors:
    """`judge` says why a message does not count; where it does, the marks have risen."""

    def __init__(self, feed: str, head: Mark | None, position: Mark | None, acked: Ack | None) -> None:
        """`head`: the highest epoch of this feed so far; `position`: how far a replica of it had come; `acked`:
        the last ack of this edge's journal."""
        self._feed = feed
        self._position = position or Mark(0, 0)
        self._epoch = max(0 if head is None else head.epoch, self._position.epoch)
        self._head = Mark(0, 0)
        self._acked: dict[tuple[bytes, str], Mark] = {}
        if acked is not None:
            self._acked[acked.journal, acked.feed] = Mark(acked.epoch, acked.upto)

    @property
    def epoch(self) -> int:
        """The highest epoch that was heard of."""
        return self._epoch

    @property
    def reached(self) -> Position:
        """As far as the feed has come for sure, whatever became of the replica since."""
        epoch, n = self._position
        return Position(self._feed, self._epoch, n if epoch == self._epoch else 0)

    def judge(self, news: Head | Live | Page | Ack) -> Dropped | None:
        """Of another feed than the one that is followed, nothing is said here but whether its acks rise."""
        if isinstance(news, Ack):
            return self._judge_ack(news)
        if news.feed != self._feed:
            return None
        what = type(news).__name__.lower()
        if news.epoch < self._epoch:
            return Dropped(what, f"of epoch {news.epoch}, while {self._epoch} has begun", STALE)
        why = self._judge_place(news)
        if why is not None:
            return Dropped(what, *why)
        self._epoch = news.epoch
        return None

    def stands(self, position: Position) -> Mark:
        """The whole replica of the feed stands here; the mark that it has reached."""
        self._position = max(self._position, Mark(position.epoch, position.sequence))
        self._epoch = max(self._epoch, position.epoch)
        return self._position

    def _judge_place(self, news: Head | Live | Page) -> tuple[str, str] | None:
        match news:
            case Head():
                mark = Mark(news.epoch, news.at_us)
                if mark < self._head:
                    return "older than one that was heard", STALE
                self._head = mark
            case Live():
                if Mark(news.epoch, news.upto) <= self._position:
                    return f"its rows up to {news.upto} are known", REPLAYED
            case _:
                if Mark(news.epoch, news.head) < self._position:
                    return f"of a feed that ends at {news.head}; it had come to {self._position.n}", STALE
        return None

    def _judge_ack(self, ack: Ack) -> Dropped | None:
        mark, of = Mark(ack.epoch, ack.upto), (ack.journal, ack.feed)
        is_over = ack.feed == self._feed and ack.epoch < self._epoch
        if is_over or mark < self._acked.get(of, mark):
            return Dropped("ack", f"up to {ack.upto} in epoch {ack.epoch}: older than what was heard", STALE)
        self._acked[of] = mark
        return None


def is_below(position: Position, floor: Position | None) -> bool:
    """Whether a replica has stood further on than it does now, so that it does not decide yet."""
    if floor is None or position.feed != floor.feed:
        return False
    return (position.epoch, position.sequence) < (floor.epoch, floor.sequence)
