"""Epochs that begin on an edge's word: it has more of a feed, or of acks, than this hub ever said.

Such a hub was put back from a backup, or the edge lies. Every edge of the feed takes it anew in a new epoch, so
that one edge's word does not go far: not beyond the hub's own time by more than a day, once an hour for a feed and
once a day for an edge. A hub that was really put back has lost what would hold it up here, too.
"""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from django.db import models, transaction

from contract.instants import to_us
from hub.feed import queries
from hub.feed.models import Epoch
from hub.feed.operations import begin_epoch, hold

AHEAD_MAX: Final = timedelta(days=1)
FEED_EVERY: Final = timedelta(hours=1)
EDGE_EVERY: Final = timedelta(days=1)


class Claimed(StrEnum):
    """What became of an edge's word."""

    BEGUN = "begun"
    KNOWN = "known"
    """Another edge was faster: the epoch that it spoke of has ended."""
    TOO_HIGH = "too_high"
    TOO_SOON = "too_soon"


def begin_as_claimed(feed_name: str, ended: int, above: int, edge: str, at: datetime) -> Claimed:
    """A new epoch above both `ended`, the one that there is, and `above`, the one the edge speaks of. At `at`."""
    with transaction.atomic():
        feed = hold(feed_name)
        if feed.epoch != ended:
            return Claimed.KNOWN
        if above > max(ended, epoch_at(at + AHEAD_MAX)):
            return Claimed.TOO_HIGH
        asked = Epoch.objects.filter(feed=feed).exclude(asked_by="")
        if _is_any_near(asked, at, FEED_EVERY) or _is_any_near(asked.filter(asked_by=edge), at, EDGE_EVERY):
            return Claimed.TOO_SOON
        begin_epoch(feed_name, ended, max(epoch_at(at), above + 1), edge, at)
    return Claimed.BEGUN


def begin_as_told(feed_name: str, above: int, at: datetime) -> int:
    """As somebody who knows the hub says: a new epoch above `above`, which edges follow; returned.

    FeedWriteError: there is no such feed, or that is above what edges can read.
    """
    with transaction.atomic():
        begin_epoch(feed_name, hold(feed_name).epoch, max(epoch_at(at), above + 1))
        return queries.head(feed_name).epoch


def epoch_at(at: datetime) -> int:
    """The number of an epoch that begins then: Unix milliseconds."""
    return to_us(at) // 1_000


def _is_any_near(asked: models.QuerySet[Epoch], at: datetime, within: timedelta) -> bool:
    """On both sides: a clock that was put back must not stop it for ever."""
    return asked.filter(began_at__gt=at - within, began_at__lt=at + within).exists()
