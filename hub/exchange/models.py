"""Imports as they stand: what was read of a file, how far it was looked through and written. Only
job_operations.py writes them.

Rows wait in pieces, so that whoever goes on begins where another was cut off. They are sealed: a file names
people, and may have codes of cards in it. A week later they are gone.
"""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext as _


class Job(models.Model):
    class State(models.TextChoices):
        READING = "reading"
        CHECKING = "checking"
        CHECKED = "checked"
        WRITING = "writing"
        DONE = "done"

    kind = models.CharField(max_length=16)
    file_name = models.CharField(max_length=200, blank=True)
    form = models.JSONField(default=dict)
    """encoding, separator, guessed, columns (taken over), ignored (of the header), zone, day_first, language;
    `began_at`, `ended_at`: where feeds stood when it began to write, and those that had moved when it ended."""
    state = models.CharField(max_length=8, choices=State.choices, default=State.READING)
    skip_bad = models.BooleanField(default=False)
    halted = models.TextField(blank=True)
    """Why it stopped before its end; empty: it did not."""
    rows = models.PositiveIntegerField(default=0)
    pieces_all = models.PositiveIntegerField(default=0)
    pieces_done = models.PositiveIntegerField(default=0)
    """Of what it is at: looking through, or writing."""
    rows_done = models.PositiveIntegerField(default=0)
    new = models.PositiveIntegerField(default=0)
    changed = models.PositiveIntegerField(default=0)
    unchanged = models.PositiveIntegerField(default=0)
    wrong = models.PositiveIntegerField(default=0)
    runner = models.CharField(max_length=32, blank=True)
    """Whoever works on it: another one that takes it over leaves its own name here."""
    made_at = models.DateTimeField()
    began_at = models.DateTimeField()
    """When who works on it now took it, and with how many rows done (`began_rows`): for the rate."""
    began_rows = models.PositiveIntegerField(default=0)
    beat_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    actor_kind = models.CharField(max_length=8)
    actor = models.CharField(max_length=200)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        ordering: ClassVar = ["-pk"]
        default_permissions = ()

    def __str__(self) -> str:
        return self.kind


class Piece(models.Model):
    """Some rows of a file, and what was found of each."""

    job = models.ForeignKey(Job, models.CASCADE, related_name="pieces")
    number = models.PositiveIntegerField()
    rows = models.BinaryField()
    found = models.BinaryField(default=b"")
    new = models.PositiveIntegerField(default=0)
    changed = models.PositiveIntegerField(default=0)
    unchanged = models.PositiveIntegerField(default=0)
    wrong = models.PositiveIntegerField(default=0)

    class Meta:
        ordering: ClassVar = ["job_id", "number"]
        default_permissions = ()
        constraints: ClassVar = [models.UniqueConstraint(fields=["job", "number"], name="piece_once")]

    def __str__(self) -> str:
        return _("Piece %(number)s of %(job_id)s") % {"number": self.number, "job_id": self.job_id}
