"""Fields of the forms above lists: days, and the number of whoever a list is about. What cannot be asked of a
database is no answer of theirs."""

from datetime import date, datetime, time, timedelta
from typing import Any, Final

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils import timezone

_DAYS: Final = (date(1900, 1, 1), date(9000, 1, 1))
"""Those outside have no midnight in every zone."""
_NUMBER_MAX: Final = 10**18


def day_field(label: Any) -> forms.DateField:
    first, last = _DAYS
    return forms.DateField(
        label=label,
        required=False,
        validators=[MinValueValidator(first), MaxValueValidator(last)],
        widget=forms.DateInput(attrs={"type": "date"}),
    )


def number_field() -> forms.IntegerField:
    return forms.IntegerField(required=False, min_value=1, max_value=_NUMBER_MAX, widget=forms.HiddenInput)


def begin_of(day: date | None) -> datetime | None:
    """Its midnight in the zone that is set."""
    return None if day is None else timezone.make_aware(datetime.combine(day, time()))


def end_of(day: date | None) -> datetime | None:
    return None if day is None else begin_of(day + timedelta(days=1))
