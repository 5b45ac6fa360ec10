"""Sites, edges and readers. Only hub/fleet/operations.py writes them."""

from zoneinfo import available_timezones

from django.core.exceptions import ValidationError
from django.db import models

from hub.members.validators import slug


def time_zone(text: str) -> None:
    if text not in available_timezones():
        raise ValidationError("Use a time zone's name from the IANA database, as in Europe/Berlin or UTC.")


class Site(models.Model):
    name = models.CharField(max_length=32, unique=True, validators=[slug])
    time_zone = models.CharField(max_length=64, default="UTC", validators=[time_zone])

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class Edge(models.Model):
    """One Pi. Its name stands in its topics and in its configuration."""

    name = models.CharField(
        max_length=32,
        unique=True,
        validators=[slug],
        help_text="The same as in its edge.toml; it cannot be changed later.",
    )
    site = models.ForeignKey(Site, models.PROTECT, related_name="edges")
    feed = models.ForeignKey("feed.Feed", models.PROTECT, related_name="edges")

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class Reader(models.Model):
    """One scanner on an edge, at a door or a counter, that asks for one permission."""

    class Kind(models.TextChoices):
        DOOR = "door"
        COUNTER = "counter"

    edge = models.ForeignKey(Edge, models.CASCADE, related_name="readers")
    name = models.CharField(max_length=32, validators=[slug], help_text="The same as in edge.toml.")
    kind = models.CharField(max_length=16, choices=Kind.choices)
    permission = models.ForeignKey(
        "members.Permission", models.PROTECT, related_name="readers", help_text="The same as in edge.toml."
    )

    class Meta:
        ordering = ["edge", "name"]
        constraints = [
            models.UniqueConstraint(
                fields=["edge", "name"],
                name="reader_once",
                violation_error_message="This edge already has a reader of that name.",
            )
        ]

    def __str__(self) -> str:
        return f"{self.edge}/{self.name}"
