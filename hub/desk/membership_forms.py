"""What is asked for when a membership is assigned, renewed, changed or frozen."""

from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from hub.instants import begins_a_day, last_instant
from hub.members.instant_fields import DayOrInstantField
from hub.members.models import Plan


class InstantWidget(forms.SplitDateTimeWidget):
    """The browser's own fields for a day and a time of day, in the zone that is set."""

    def __init__(self) -> None:
        super().__init__(
            date_attrs={"type": "date", "aria-label": _("Day")},
            time_attrs={"type": "time", "aria-label": _("Time of day")},
            date_format="%Y-%m-%d",
            time_format="%H:%M",
        )


class InstantField(DayOrInstantField):
    """A day alone means its midnight."""

    widget = InstantWidget


class EndWidget(InstantWidget):
    def decompress(self, value: Any) -> list[Any]:
        if value is None or not begins_a_day(timezone.localtime(value)):
            return super().decompress(value)
        return [last_instant(timezone.localtime(value)).date(), None]


class EndField(InstantField):
    """When something is over. A day alone is the last on which it still holds, as it is shown everywhere."""

    widget = EndWidget

    def compress(self, data_list: list[Any]) -> datetime | None:
        end = super().compress(data_list)
        if end is None or data_list[1] is not None:
            return end
        return super().compress([data_list[0] + timedelta(days=1), None])


class AssignForm(forms.Form):
    plan = forms.ModelChoiceField(Plan.objects.all(), label=_("Plan"))
    starts_at = InstantField(label=_("Starts"))
    ends_at = EndField(
        label=_("Ends"),
        required=False,
        help_text=_(
            "Its last day, or when on a day. Empty: when the plan's first billing period is over; without an end"
            " where nothing is billed."
        ),
    )
    renews = forms.BooleanField(
        label=_("It renews"),
        required=False,
        help_text=_("At its end a renewal is due; it goes on for three days."),
    )
    trial_until = EndField(label=_("Trial until"), required=False)
    pending = forms.BooleanField(
        label=_("The first payment is open"),
        required=False,
        help_text=_("It grants nothing until the payment is confirmed."),
    )


class RenewForm(forms.Form):
    ends_at = EndField(label=_("Goes on until"), help_text=_("Its last day, or when on a day."))


class ChangePlanForm(forms.Form):
    plan = forms.ModelChoiceField(Plan.objects.all(), label=_("New plan"))
    when = forms.ChoiceField(label=_("When"), widget=forms.RadioSelect)
    ends_at = EndField(
        label=_("The new one ends"),
        required=False,
        help_text=_("Its last day, or when on a day. Empty: when the new plan's first billing period is over."),
    )

    def __init__(self, *args: Any, times: list[tuple[str, str]], without: int, **kwargs: Any) -> None:
        """`times` empty: nothing is asked about dates."""
        super().__init__(*args, **kwargs)
        self.fields["when"].choices = times
        if not times:
            del self.fields["when"], self.fields["ends_at"]
        self.fields["plan"].queryset = Plan.objects.exclude(pk=without)


class FreezeForm(forms.Form):
    from_at = InstantField(label=_("From"))
    until_at = EndField(label=_("Until"), required=False, help_text=_("Empty: until somebody resumes it."))
