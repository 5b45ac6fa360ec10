"""Answers to an edge's pull: one page of its feed. Plain functions; must not know MQTT."""

from datetime import datetime

from contract.instants import to_us
from contract.messages import MESSAGE_BYTES_MAX, Page, Pull
from hub.sync.snapshot import Snapshot, read_snapshot

PAGE_BYTES_MAX = MESSAGE_BYTES_MAX // 2


def page_for(pull: Pull, at: datetime) -> Page:
    """The page that answers `pull`, at the hub's time `at`. UnknownFeed.

    An edge in another epoch gets no rows, only where the feed stands now: what to do about it is the edge's to
    decide. An edge that is ahead of the feed hears the feed's sequence as `upto`. One that comes from before the
    feed's horizon is answered from the beginning, since nobody knows any more what it should forget.
    """
    after = pull.after
    snapshot = read_snapshot(pull.feed, after, pull.limit, PAGE_BYTES_MAX)
    if after > 0 and max(after, pull.began) < snapshot.state.horizon and pull.epoch in (0, snapshot.state.epoch):
        after = 0
        snapshot = read_snapshot(pull.feed, after, pull.limit, PAGE_BYTES_MAX)
    state = snapshot.state
    same_epoch = pull.epoch in (0, state.epoch)
    upto = _upto(after, snapshot) if same_epoch else min(after, state.sequence)
    return Page(
        feed=pull.feed,
        epoch=state.epoch,
        after=after,
        upto=upto,
        head=state.sequence,
        nonce=pull.nonce,
        rows=snapshot.rows if same_epoch else [],
        digest=state.digest if upto == state.sequence else None,
        at_us=to_us(at),
    )


def _upto(after: int, snapshot: Snapshot) -> int:
    """The sequence up to which the rows say all. After the last row there is nothing but superseded ones."""
    return snapshot.state.sequence if snapshot.whole else snapshot.rows[-1].sequence
