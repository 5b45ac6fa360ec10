"""Schedules with their exceptions, and the holidays of sites. Only hub/fleet/operations.py writes them.

Hours are kept as the text that staff write (hub/fleet/hours_text.py); what they mean is computed (contract.hours).
"""

from typing import Final

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.dates import MONTHS
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from contract import hours
from hub.fleet import hours_text, validators
from hub.members.validators import printable, slug_as_in

WEEKDAYS: Final = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
"""Fields of a schedule, in the order of `date.weekday()`."""
_MONTHS: Final = list(MONTHS.items())
_HOURS_MAX: Final = 200


class HoursField(models.CharField):
    """Windows of one day, as in `08:00-18:00, 20:00-02:00`; stored as hours_text writes them."""

    def __init__(self, **options: object) -> None:
        fixed = {"max_length": _HOURS_MAX, "default": hours_text.CLOSED, "validators": [validators.hours]}
        super().__init__(**(fixed | {"blank": True} | options))

    def pre_save(self, instance: models.Model, add: bool) -> str:
        text = hours_text.encode(hours_text.parse(getattr(instance, self.attname)))
        setattr(instance, self.attname, text)
        return text


class Schedule(models.Model):
    """Weekly hours, in the time zone of whichever site they are asked about at. Grants and doors name it."""

    slug = models.CharField(
        max_length=32,
        unique=True,
        validators=[slug_as_in("opening-hours")],
        help_text=gettext_lazy("As in opening-hours. Edges name it in edge.toml, so it cannot be changed later."),
    )
    name = models.CharField(max_length=200, validators=[printable])
    observes_holidays = models.BooleanField(
        gettext_lazy("observes holidays"),
        default=False,
        help_text=gettext_lazy("On a holiday of the site, the holiday's hours hold instead."),
    )
    monday = HoursField()
    tuesday = HoursField()
    wednesday = HoursField()
    thursday = HoursField()
    friday = HoursField()
    saturday = HoursField()
    sunday = HoursField()

    class Meta:
        ordering = ["slug"]

    def __str__(self) -> str:
        return self.name


class ExceptionDay(models.Model):
    """Other hours on one day, of one year or of every year."""

    day = models.PositiveSmallIntegerField(validators=[MinValueValidator(1), MaxValueValidator(31)])
    month = models.PositiveSmallIntegerField(choices=_MONTHS)
    year = models.PositiveSmallIntegerField(
        null=True,
        blank=True,
        validators=[MinValueValidator(1970), MaxValueValidator(9998)],
        help_text=gettext_lazy("Empty: every year."),
    )
    name = models.CharField(max_length=100, blank=True, validators=[printable])
    windows = HoursField(verbose_name="hours")

    class Meta:
        abstract = True
        ordering = ["month", "day", "year", "id"]

    def __str__(self) -> str:
        date = _("%(day)s %(month)s") % {"day": self.day, "month": MONTHS[self.month]}
        return f"{date} {self.year}" if self.year else _("%(date)s (every year)") % {"date": date}

    def clean(self) -> None:
        if None in (self.month, self.day) or self.month not in dict(_MONTHS):
            return
        try:
            hours.ExceptionDay(self.month, self.day, self.year)
        except hours.HoursError as error:
            raise ValidationError({"day": _("There is no %(day)s.") % {"day": self}}) from error


def _once(owner: str, said: Promise) -> list[models.UniqueConstraint]:
    """A date once, and a yearly day once: NULL years would all count as different."""
    dated = models.UniqueConstraint(
        fields=[owner, "month", "day", "year"],
        condition=Q(year__isnull=False),
        name=f"{owner}_date_once",
        violation_error_message=said,
    )
    yearly = models.UniqueConstraint(
        fields=[owner, "month", "day"],
        condition=Q(year__isnull=True),
        name=f"{owner}_yearly_day_once",
        violation_error_message=said,
    )
    return [dated, yearly]


class ScheduleException(ExceptionDay):
    """Goes before the weekly hours and before holidays; one of a date before a yearly one."""

    schedule = models.ForeignKey(Schedule, models.CASCADE, related_name="exceptions")

    class Meta(ExceptionDay.Meta):
        verbose_name = "exception"
        constraints = _once(
            "schedule", gettext_lazy("There is an exception on this day already: change that one instead.")
        )


class Holiday(ExceptionDay):
    """Holds for the schedules that observe holidays, at this site."""

    site = models.ForeignKey("fleet.Site", models.CASCADE, related_name="holidays")

    class Meta(ExceptionDay.Meta):
        constraints = _once(
            "site", gettext_lazy("There is a holiday on this day already: change that one instead.")
        )
