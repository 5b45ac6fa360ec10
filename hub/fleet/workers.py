"""Whether anybody serves the edges: without a worker that reaches the broker nothing comes from them or reaches
them, and nothing can be said of how they are. Reads only."""

from datetime import datetime, timedelta
from typing import Final, NamedTuple

from django.db.models import Exists
from django.utils.translation import gettext_lazy

from hub.errors import HubError
from hub.fleet.worker_models import WorkerBeat

BEAT_WITHIN: Final = timedelta(seconds=35)
"""A worker tells each 10 s; a database that stalls may cost two of them."""
_NONE_RUNS: Final = gettext_lazy("no worker runs: start doorward-hub worker, or look at its log")
_NONE_CONNECTED: Final = gettext_lazy("the worker does not reach the broker: its log says why")


class NoWorker(HubError):
    """Nothing would reach an edge now."""


class WorkersShown(NamedTuple):
    running: int
    connected: int

    @property
    def trouble(self) -> str:
        """Why nothing comes from edges or reaches them; empty: it does."""
        if self.connected:
            return ""
        return _NONE_CONNECTED if self.running else _NONE_RUNS


def workers_shown(at: datetime) -> WorkersShown:
    connected = list(WorkerBeat.objects.filter(beat_at__gte=at - BEAT_WITHIN).values_list("connected", flat=True))
    return WorkersShown(len(connected), sum(connected))


def watched(at: datetime) -> Exists:
    """To be annotated to edges as `watched`: whether a worker hears them at `at`. hub.fleet.standing reads it."""
    return Exists(WorkerBeat.objects.filter(beat_at__gte=at - BEAT_WITHIN, connected=True))
