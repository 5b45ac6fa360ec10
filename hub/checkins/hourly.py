"""What is put in order hourly: uses that nobody counts any more, pools, and passages that nobody asks about."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Final

from django.db import transaction

from contract.ask import PASSBACK_SECONDS_MAX
from contract.feed import Kind
from hub.checkins import passages, uses
from hub.feed import operations as feed
from hub.feed import queries as feeds
from hub.feed.operations import EVERYONE

_PASSAGES_KEPT: Final = timedelta(seconds=PASSBACK_SECONDS_MAX)
_AT_ONCE: Final = 1_000


def tidy(at: datetime) -> Iterator[int]:
    """Does all of it as of `at`, at most 1,000 check-ins a step; a step is committed when it is yielded."""
    yield from uses.realign_uses(at)
    while dropped := uses.drop_uses(at):
        yield dropped
    yield from drop_passages(at - _PASSAGES_KEPT)


def drop_passages(before: datetime) -> Iterator[int]:
    """Reads 1,000 passages a step, and drops the ways out older than `before`; yields how many."""
    last = b""
    while keys := [key for key, _ in feeds.live_keys_after(EVERYONE, Kind.PASSAGE, last, _AT_ONCE)]:
        yield _drop(keys, before) if passages.older(keys, before) else 0
        last = keys[-1]


def _drop(keys: list[bytes], before: datetime) -> int:
    """Read again once the feeds are held: somebody may have passed meanwhile."""
    with transaction.atomic():
        feed.hold_all()
        old = passages.older(keys, before)
        feed.append_to_all(old)
    return len(old)
