"""What is asked of a site, an edge or a reader."""

from typing import Any, Final
from zoneinfo import available_timezones

from django import forms
from django.utils.translation import gettext_lazy as _

from hub.desk.short_names import short_name
from hub.feed.models import Feed
from hub.feed.operations import EVERYONE
from hub.fleet.models import Edge, Reader, Site

_READER: Final = [
    *("name", "kind", "permission", "mode", "partner", "enabled", "attended"),
    *("codes", "clock", "replica_age_seconds_max", "area", "direction", "passback", "passback_seconds"),
    *("posture", "unlocked_schedule", "lockdown_permission", "confirm_seconds", "rescan_seconds"),
    "undo_permission",
]


class SiteForm(forms.ModelForm):
    """Its name is asked for once: edges know it by that."""

    class Meta:
        model = Site
        fields = ["name", "time_zone", "week_starts_on", "day_starts_at"]
        labels = {
            "name": _("Name"),
            "time_zone": _("Time zone"),
            "week_starts_on": _("The week starts on"),
            "day_starts_at": _("The day starts at"),
        }
        widgets = {
            "time_zone": forms.Select(choices=[(each, each) for each in sorted(available_timezones())]),
            "day_starts_at": forms.TimeInput(format="%H:%M", attrs={"type": "time"}),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            del self.fields["name"]

    def clean_name(self) -> str:
        return short_name(self.cleaned_data["name"])


class EdgeForm(forms.ModelForm):
    """Its name is asked for once: it is enrolled by that."""

    class Meta:
        model = Edge
        fields = ["name", "site", "feed"]
        labels = {"name": _("Name"), "site": _("Site"), "feed": _("Feed")}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            del self.fields["name"]
        else:
            self.fields["feed"].initial = Feed.objects.filter(name=EVERYONE).first()
            self.fields["site"].initial = Site.objects.order_by("pk").first()

    def clean_name(self) -> str:
        return short_name(self.cleaned_data["name"])


class ReaderForm(forms.ModelForm):
    class Meta:
        model = Reader
        fields = _READER
        labels = {
            "name": _("Name"),
            "kind": _("Kind"),
            "permission": _("Permission"),
            "mode": _("Mode"),
            "partner": _("Partner"),
            "enabled": _("Enabled"),
            "attended": _("Attended"),
            "codes": _("Codes taken"),
            "clock": _("Worst clock taken"),
            "replica_age_seconds_max": _("Oldest data taken, in seconds"),
            "area": _("Area"),
            "direction": _("Direction"),
            "passback": _("Anti-passback"),
            "passback_seconds": _("Anti-passback is reset after, in seconds"),
            "posture": _("Posture"),
            "unlocked_schedule": _("Unlocked in the hours of"),
            "lockdown_permission": _("Permission that passes in a lockdown"),
            "confirm_seconds": _("Seconds given to the hub to confirm"),
            "rescan_seconds": _("Seconds in which a code again is the same scan"),
            "undo_permission": _("Permission that undoes at a counter"),
        }
