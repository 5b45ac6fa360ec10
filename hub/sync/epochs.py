"""Whether a feed begins anew because an edge has more than the hub ever said. Must not know MQTT."""

from datetime import datetime
from typing import Final

from contract.messages import Page, Presence, Pull
from hub.checkins.queries import KnownEdge, feed_position, journal_position
from hub.feed.epoch_operations import Claimed, begin_as_claimed
from hub.sync.log import Log

_IF_RESTORED: Final = (
    "if the hub was put back from a backup, run `doorward-hub begin_epoch {feed} --above {above}`"
)
_WHY: Final = {
    Claimed.TOO_HIGH: "the edge speaks of an epoch more than a day ahead of the hub's clock",
    Claimed.TOO_SOON: "the edge has more than the hub again, shortly after an epoch began so",
}


class Epochs:
    def __init__(self, log: Log) -> None:
        self._log = log

    def look_at_pull(self, edge: str, asked: Pull, page: Page, at: datetime) -> bool:
        """Whether an epoch has begun, so that the page is another: the edge is ahead of its feed."""
        if (asked.epoch, asked.after) <= (page.epoch, page.head):
            return False
        return self._begin(edge, asked.feed, page.epoch, asked.epoch, at)

    def look_at_presence(self, edge: KnownEdge, name: str, said: Presence, at: datetime) -> None:
        """An edge holds an ack of this epoch for rows that are not here: they are only sent again in a new one."""
        if said.feed != edge.feed:
            return
        epoch, _ = feed_position(edge.feed)
        if said.epoch == epoch and said.acked > journal_position(edge.id, said.journal):
            self._begin(name, edge.feed, epoch, epoch, at)

    def _begin(self, edge: str, feed: str, ended: int, above: int, at: datetime) -> bool:
        claimed = begin_as_claimed(feed, ended, above, edge, at)
        if claimed is Claimed.BEGUN:
            self._log.event("epoch_begun", edge=edge, feed=feed)
        elif claimed in _WHY:
            what_to_do = _IF_RESTORED.format(feed=feed, above=above)
            self._log.dropped(f"epoch_{claimed}", f"{_WHY[claimed]}: {what_to_do}; else look at that edge", edge)
        return claimed in (Claimed.BEGUN, Claimed.KNOWN)
