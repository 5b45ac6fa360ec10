"""What an edge last said of itself. Only hub/fleet/operations.py writes it."""

from datetime import datetime

from django.db import models

from contract.trust import ClockState
from hub.feed.models import Feed


class EdgePresence(models.Model):
    """The newest by arrival. The broker keeps an edge's last words, so they may come again and mean nothing new.

    `received_at` and `since` (when `online` became what it is) are the hub's time, `said_at` the edge's. The
    other fields are contract.messages.Presence's; `readers` is a list of {name, open}, `journal_fault` empty where
    there is none. Rows of the journal up to `due` were there at `due_at`: where some of them still wait, they wait
    since then at least.
    """

    edge = models.OneToOneField("fleet.Edge", models.CASCADE, primary_key=True, related_name="presence")
    online = models.BooleanField()
    since = models.DateTimeField()
    received_at = models.DateTimeField()
    said_at = models.DateTimeField()
    version = models.CharField(max_length=64)
    clock = models.CharField(max_length=16, choices=[(state.value, state.value) for state in ClockState])
    feed = models.CharField(max_length=64)
    epoch = models.BigIntegerField(null=True)
    sequence = models.BigIntegerField(null=True)
    replica_age_s = models.FloatField(null=True)
    journal = models.BinaryField(max_length=16)
    last = models.BigIntegerField()
    acked = models.BigIntegerField()
    due = models.BigIntegerField(default=0)
    due_at = models.DateTimeField(null=True)
    readers = models.JSONField(default=list)
    journal_fault = models.CharField(max_length=64, blank=True, default="")

    def __str__(self) -> str:
        return f"{self.edge}: {'online' if self.online else 'offline'}"

    @property
    def waiting(self) -> int:
        """Rows of its journal that it had not seen acknowledged."""
        return max(0, self.last - self.acked)

    def lacks(self, feed: Feed) -> int | None:
        """How many changes of `feed` its copy lacks. None: it has no copy, or one of another feed or epoch."""
        if self.sequence is None or (self.feed, self.epoch) != (feed.name, feed.epoch):
            return None
        return max(0, feed.sequence - self.sequence)

    def copy_age_s(self, at: datetime) -> float | None:
        """How long ago its copy was known to be up to date, if nothing came since. None: it cannot be known."""
        return None if self.replica_age_s is None else self.replica_age_s + (at - self.received_at).total_seconds()
