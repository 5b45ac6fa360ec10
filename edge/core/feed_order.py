"""Whether news of a feed can be what a hub says: the checks that need no state, and those against a question.

`is_in_order` looks at every row, so it runs where messages are decoded, off the event loop.
"""

from itertools import pairwise

from contract.facts import Position
from contract.messages import Live, Page
from edge.core.sync_events import SendPull


def is_in_order(news: Live | Page) -> bool:
    """Whether the rows, if there are any, rise within (after, upto]."""
    sequences = [news.after, *(row.sequence for row in news.rows)]
    ends = not news.rows or sequences[-1] <= news.upto
    return ends and all(one < following for one, following in pairwise(sequences))


def reason_to_drop(page: Page, feed: str, asked: SendPull, whole: Position | None) -> str | None:
    """Why `page` is no answer to what was asked, for the log; None when it is one.

    A hub may answer from the beginning (it no longer knows what was removed since), or in a newer epoch, never
    from an older one or a feed that ends below the whole replica: an edge does not go back.
    """
    if page.feed != feed or page.epoch < asked.epoch:
        return f"of feed {page.feed!r} in epoch {page.epoch}"
    if page.epoch > asked.epoch > 0:
        return None  # it moves nothing, and only says that another epoch has begun
    if page.epoch == asked.epoch and page.after not in (0, asked.after):
        return f"begins after {page.after}, not after {asked.after}"
    if whole is not None and (page.epoch, page.head) < (whole.epoch, whole.sequence):
        return f"of a feed that ends at {page.head}, while the replica is at {whole.sequence}"
    if not page.after <= page.upto <= page.head or (page.after == page.upto) != (
        not page.rows and page.upto == page.head
    ):
        return f"leads from {page.after} to {page.upto} of {page.head}"
    if (page.digest is None) == (page.upto == page.head):
        return "has no digest at the feed's end, or one before it"
    return None
