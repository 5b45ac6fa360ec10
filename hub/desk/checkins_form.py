"""What may be asked of the list of check-ins: the form above it. Choices are what this hub has."""

from typing import Any, Final

from django import forms
from django.utils.translation import gettext_lazy as _

from contract.reasons import Outcome, Reason
from hub.checkins.listing import Wanted
from hub.checkins.places import FRONT_DESK, HUB, SCAN_PAGE
from hub.decisions.said import reason_text
from hub.desk.filter_fields import begin_of, choice_field, day_field, end_of, number_field
from hub.fleet.models import Reader, Site
from hub.members.models import Permission
from hub.partners.models import Partner

AT_HUB: Final = (
    (f"{HUB}/{FRONT_DESK}", _("Front desk")),
    (f"{HUB}/{SCAN_PAGE}", _("A phone (scan page)")),
)


class FilterForm(forms.Form):
    from_day = day_field(_("From"))
    until_day = day_field(_("Until"))
    outcome = choice_field(_("Outcome"))
    permission = choice_field(_("Permission"))
    reader = choice_field(_("Reader"))
    site = choice_field(_("Site"))
    partner = choice_field(_("Partner"))
    reason = choice_field(_("Reason"))
    customer = number_field()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        readers = Reader.objects.order_by("edge__name", "name").values_list("edge__name", "name")
        at_edges = [f"{edge}/{name}" for edge, name in readers]
        sites = Site.objects.order_by("name").values_list("name", flat=True)
        choices: dict[str, list[tuple[Any, Any]]] = {
            "outcome": [(Outcome.GRANTED.value, _("Granted")), (Outcome.DENIED.value, _("Denied"))],
            "permission": list(Permission.objects.order_by("name").values_list("slug", "name")),
            "reader": [*AT_HUB, *((each, each) for each in at_edges)],
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
        same = ("site", "reader", "permission", "outcome", "reason", "partner")
        return Wanted(
            from_at=begin_of(asked.get("from_day")),
            until_at=end_of(asked.get("until_day")),
            customer_id=asked.get("customer"),
            **{name: asked.get(name, "") for name in same},
        )
