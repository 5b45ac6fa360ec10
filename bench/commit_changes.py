"""`python -m bench.commit_changes MEMBERSHIP COUNT PAUSE_S ...`: ends a membership and takes that back, by turns,
COUNT times with about PAUSE_S between two; then as often as the next pair of figures says, and so on.

Prints a line a change: the feed's sequence and the CLOCK_MONOTONIC instant, in nanoseconds, at which it was
committed.
"""

import os
import random
import sys
import time
from collections.abc import Iterator

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "hub.settings")
django.setup()

from django.utils import timezone  # noqa: E402 - models can be imported only after setup()

from hub.feed.models import Feed  # noqa: E402
from hub.feed.operations import EVERYONE  # noqa: E402
from hub.members import operations  # noqa: E402
from hub.members.models import Membership  # noqa: E402


def commit(membership_id: int, changes: Iterator[float]) -> None:
    """`changes`: the pause after each, in seconds."""
    membership = Membership.objects.get(pk=membership_id)
    for pause_s in changes:
        membership.ends_at = None if membership.ends_at else timezone.now()
        operations.save_membership(membership)
        committed_ns = time.monotonic_ns()
        print(Feed.objects.get(name=EVERYONE).sequence, committed_ns, flush=True)
        time.sleep(pause_s)


def _pauses(figures: list[str]) -> Iterator[float]:
    for count, pause_s in zip(figures[::2], figures[1::2], strict=True):
        for _ in range(int(count)):
            yield float(pause_s) * random.uniform(0.5, 1.5)


if __name__ == "__main__":
    commit(int(sys.argv[1]), _pauses(sys.argv[2:]))
