"""What may be asked of the list of check-ins: the form above it. Choices are what this hub has."""

from datetime import date, datetime, time, timedelta
from typing import Any, Final

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from contract.reasons import Outcome, Reason
from hub.checkins.listing import Wanted
from hub.checkins.places import FRONT_DESK, HUB
from hub.desk.allowed import reason_text
from hub.fleet.models import Reader, Site
from hub.members.models import Permission
from hub.partners.models import Partner

_DAYS: Final = (date(1900, 1, 1), date(9000, 1, 1))
"""Those outside have no midnight in every zone."""
_NUMBER_MAX: Final = 10**18


def _choice(label: Any) -> forms.ChoiceField:
    return forms.ChoiceField(label=label, required=False)


def _day(label: Any) -> forms.DateField:
    first, last = _DAYS
    return forms.DateField(
        label=label,
        required=False,
        validators=[MinValueValidator(first), MaxValueValidator(last)],
        widget=forms.DateInput(attrs={"type": "date"}),
    )


class FilterForm(forms.Form):
    from_day = _day(_("From"))
    until_day = _day(_("Until"))
    outcome = _choice(_("Outcome"))
    permission = _choice(_("Permission"))
    reader = _choice(_("Reader"))
    site = _choice(_("Site"))
    partner = _choice(_("Partner"))
    reason = _choice(_("Reason"))
    customer = forms.IntegerField(required=False, min_value=1, max_value=_NUMBER_MAX, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        readers = Reader.objects.order_by("edge__name", "name").values_list("edge__name", "name")
        at_edges = [f"{edge}/{name}" for edge, name in readers]
        sites = Site.objects.order_by("name").values_list("name", flat=True)
        choices: dict[str, list[tuple[Any, Any]]] = {
            "outcome": [(Outcome.GRANTED.value, _("Granted")), (Outcome.DENIED.value, _("Denied"))],
            "permission": list(Permission.objects.order_by("name").values_list("slug", "name")),
            "reader": [(f"{HUB}/{FRONT_DESK}", _("Front desk")), *((each, each) for each in at_edges)],
            "site": [(each, each) for each in sites],
            "partner": list(Partner.objects.order_by("name").values_list("slug", "name")),
            "reason": [(each.value, reason_text(each)) for each in Reason],
        }
        for name, some in choices.items():
            self.fields[name].choices = [("", _("all")), *some]

    def wanted(self) -> Wanted:
        """What was understood of it; days are those of the zone that is set, the last one included."""
        self.is_valid()
        asked = getattr(self, "cleaned_data", {})
        last = asked.get("until_day")
        same = ("site", "reader", "permission", "outcome", "reason", "partner")
        return Wanted(
            from_at=_midnight(asked.get("from_day")),
            until_at=_midnight(last + timedelta(days=1) if last else None),
            customer_id=asked.get("customer"),
            **{name: asked.get(name, "") for name in same},
        )


def _midnight(day: date | None) -> datetime | None:
    return None if day is None else timezone.make_aware(datetime.combine(day, time()))
