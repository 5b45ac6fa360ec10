"""Fields of the forms above lists: days, and the number of whoever a list is about. What cannot be asked of a
database is no answer of theirs."""

from datetime import date, datetime, time, timedelta
from typing import Any, Final

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.forms.utils import flatatt
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

_DAYS: Final = (date(1900, 1, 1), date(9000, 1, 1))
"""Those outside have no midnight in every zone."""
_NUMBER_MAX: Final = 10**18
_SELECTED: Final = mark_safe(" selected")


class LongSelect(forms.Select):
    """Its options are written as text at once: a template for each of a large fleet's readers takes a third of a
    page's time. Its choices are in no groups."""

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        chosen = self.format_value(value)
        options = ((each, _SELECTED if str(each) in chosen else "", title) for each, title in self.choices)
        written = format_html_join("", '<option value="{}"{}>{}</option>', options)
        attributes = flatatt(self.build_attrs({**self.attrs, "name": name}, attrs))
        return format_html("<select{}>{}</select>", attributes, written)


def choice_field(label: Any) -> forms.ChoiceField:
    """Its choices are set where they are known."""
    return forms.ChoiceField(label=label, required=False, widget=LongSelect)


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
