"""Workers that serve the edges, as they last said that they run. Only hub/watch/operations.py writes it."""

from django.db import models


class WorkerBeat(models.Model):
    """A worker that runs, or ended without a word. `connected`: whether edges' messages come in to it."""

    name = models.CharField(max_length=32, primary_key=True)
    started_at = models.DateTimeField()
    beat_at = models.DateTimeField()
    connected = models.BooleanField()

    class Meta:
        db_table = "watch_workerbeat"

    def __str__(self) -> str:
        return self.name
