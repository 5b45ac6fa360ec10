"""Sites and edges; hours, readers and presences are in files beside this one.

Only the operations files of this folder write them; how far an edge's orders have come, those of hub/orders.
"""

from datetime import time

from django.db import models
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext_lazy

from contract.keys import KEY_BYTES
from hub.fleet.edge_marks import EdgeMark
from hub.fleet.hours_models import Holiday, Schedule, ScheduleException
from hub.fleet.presence_models import EdgePresence
from hub.fleet.reader_models import Reader
from hub.fleet.validators import time_zone, whole_minute
from hub.fleet.worker_models import WorkerBeat
from hub.members.validators import slug_as_in

__all__ = [
    "Edge",
    "EdgeMark",
    "EdgePresence",
    "Holiday",
    "Reader",
    "Schedule",
    "ScheduleException",
    "Site",
    "WorkerBeat",
]


class Site(models.Model):
    """Where edges stand: its calendar says when days and weeks begin there."""

    name = models.CharField(
        max_length=32,
        unique=True,
        validators=[slug_as_in("main-house")],
        help_text=gettext_lazy("As in main-house. Edges name it in edge.toml, so it cannot be changed later."),
    )
    time_zone = models.CharField(
        max_length=64, default="UTC", validators=[time_zone], help_text=gettext_lazy("As in Europe/Berlin.")
    )
    week_starts_on = models.PositiveSmallIntegerField(
        default=0,
        choices=list(WEEKDAYS.items()),
        help_text=gettext_lazy("For limits per calendar week."),
    )
    day_starts_at = models.TimeField(
        default=time(0),
        validators=[whole_minute],
        help_text=gettext_lazy(
            "For limits per calendar day, week, month or year: a bar's day may begin at 06:00."
        ),
    )

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class Edge(models.Model):
    """One Pi. Its name stands in its topics and in its configuration.

    Its seals count by `signing_key` (Ed25519; None: not enrolled) unless it was revoked. `enrolments` counts how
    often it was enrolled. (epoch, generation) and (epoch, number) of what is ordered of it only rise; `epoch` is
    Unix milliseconds, above any that it ever reported; 0 until it is enrolled or something is ordered; another one
    begins with each enrolment.
    """

    AUDIT_HIDDEN = ("enrolments", "epoch", "config_generation", "mode_generation", "command_number")

    name = models.CharField(
        max_length=32,
        unique=True,
        validators=[slug_as_in("main-house-1")],
        help_text=gettext_lazy("As in main-house-1. It is enrolled by this name, which cannot be changed later."),
    )
    site = models.ForeignKey(Site, models.PROTECT, related_name="edges")
    feed = models.ForeignKey("feed.Feed", models.PROTECT, related_name="edges")
    signing_key = models.BinaryField(max_length=KEY_BYTES, null=True, blank=True)
    enrolments = models.PositiveIntegerField(default=0, editable=False)
    revoked_at = models.DateTimeField(null=True, blank=True, editable=False)
    epoch = models.BigIntegerField(default=0, editable=False)
    config_generation = models.BigIntegerField(default=0, editable=False)
    mode_generation = models.BigIntegerField(default=0, editable=False)
    command_number = models.BigIntegerField(default=0, editable=False)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name
