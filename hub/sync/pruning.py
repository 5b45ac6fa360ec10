"""Drops what lapsed and what nobody asks about any more: hourly, and a step a turn while there is more."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import chain

from hub.accounts import forgetting as accounts
from hub.checkins.hourly import tidy
from hub.exchange.job_operations import forget_old
from hub.feed.history import HISTORY_DAYS, prune_history
from hub.joining import flow_operations as joining
from hub.mail import operations as mail
from hub.reservations.operations import drop_lapsed
from hub.watch.operations import prune_slots

PRUNE_EVERY_S = 3_600.0


class Pruning:
    """`at_s`: by the monotonic clock. The first is due at once."""

    def __init__(self, at_s: float) -> None:
        self._due_s = at_s
        self._steps: Iterator[int] | None = None

    def step(self, at: datetime, at_s: float) -> None:
        """The next step, if one is due. django.db.Error: the database is gone."""
        if at_s < self._due_s:
            return
        if self._steps is None:
            lapsed, slots = iter(lambda: drop_lapsed(at), 0), iter(lambda: prune_slots(at), 0)
            files, letters = iter(lambda: forget_old(at), 0), iter(lambda: mail.forget_old(at), 0)
            flows, codes = iter(lambda: joining.forget_old(at), 0), iter(lambda: accounts.forget_old(at), 0)
            self._steps = chain(lapsed, tidy(at), _prune_histories(at), slots, files, letters, flows, codes)
        if next(self._steps, None) is None:
            self._steps = None
            self._due_s = at_s + PRUNE_EVERY_S


def _prune_histories(at: datetime) -> Iterator[int]:
    while dropped := prune_history(at - timedelta(days=HISTORY_DAYS)):
        yield dropped
