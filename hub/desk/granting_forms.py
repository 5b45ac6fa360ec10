"""What is asked of permissions, of what plans grant and of partners, on staff's own pages; plans: plan_form.py.

What cannot be meant is told by the forms that the back office has too (hub/members/plan_forms.py).
"""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from django import forms
from django.core.exceptions import ValidationError
from django.forms.utils import ErrorDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from contract.limits import Limit
from hub.desk.limit_fields import LimitsWidget
from hub.desk.short_names import short_name
from hub.fleet.models import Schedule
from hub.members import limits_text
from hub.members.models import Grant, Permission, Plan
from hub.members.plan_forms import GrantForm
from hub.members.plan_forms import PermissionForm as BackOfficeForm
from hub.members.validators import printable
from hub.partners.models import Partner

ROWS_MAX: Final = 100
"""As the API; a row has 11 fields of the 2,000 that are read (hub/settings.py)."""
Choices = dict[str, list[tuple[Any, str]]]
_OFFLINE: Final = [
    ("allow", gettext_lazy("Go on by what the edge knows")),
    ("deny", gettext_lazy("Refuse")),
    ("at_most", gettext_lazy("At most a number of times")),
]


class GrantRow(GrantForm):
    """One permission of a plan. A row that says nothing, or is to be left out, is none."""

    removed = forms.BooleanField(label=gettext_lazy("Leave it out"), required=False)

    class Meta(GrantForm.Meta):
        labels = {
            "permission": gettext_lazy("Permission"),
            "schedule": gettext_lazy("Hours"),
            "confirm": gettext_lazy("Ask the hub first"),
            "offline": gettext_lazy("While the hub is out of reach"),
            "offline_uses": gettext_lazy("How many times"),
        }
        help_texts = {
            "schedule": "",
            "confirm": gettext_lazy("Two counters then never both take the last one."),
            "offline_uses": "",
        }

    field_order = ["permission", "limits", "schedule", "confirm", "offline", "offline_uses", "removed"]

    def __init__(self, *args: Any, choices: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["limits"].label = _("How often")
        self.fields["limits"].widget = LimitsWidget()
        self.fields["limits"].help_text = ""
        self.fields["offline"].choices = _OFFLINE
        for name, chosen in choices.items():
            self.fields[name].choices = chosen

    def full_clean(self) -> None:
        """What is left out is not looked at; it is shown again as it was typed."""
        if self.is_bound and self.is_left_out:
            self._errors, self.cleaned_data = ErrorDict(), {}
        else:
            super().full_clean()

    @property
    def is_left_out(self) -> bool:
        said = self.data.get
        nothing = not (said(self.add_prefix("permission")) or self["limits"].data)
        return nothing or bool(said(self.add_prefix("removed")))

    @property
    def permission_said(self) -> str:
        """The number of the one that is chosen; empty: none is."""
        return str(self["permission"].value() or "")

    @property
    def limits_said(self) -> tuple[Limit, ...] | None:
        """None: what is written is no limit."""
        try:
            return limits_text.parse(str(self["limits"].value() or ""))
        except limits_text.LimitTextError:
            return None


class PermissionForm(BackOfficeForm):
    """Its slug is said once: readers and plans know it by that."""

    class Meta(BackOfficeForm.Meta):
        labels = {
            "name": gettext_lazy("Name"),
            "slug": gettext_lazy("Short name"),
            "is_benefit": gettext_lazy("A benefit: partners offer it"),
            "login_required": gettext_lazy("Only where somebody is signed in"),
            "approved_partners_only": gettext_lazy("At approved partners only"),
            "partner_may_be_said": gettext_lazy("Whoever scans may say that they are there"),
        }
        help_texts = {
            "slug": gettext_lazy(
                "As in front-door. Edges know it by this, so it cannot be changed later. Empty: made of the name."
            ),
            "is_benefit": gettext_lazy(
                "It stands on scan pages and on members' cards. Else doors and readers ask."
            ),
            "login_required": gettext_lazy("At no reader that stands alone."),
            "approved_partners_only": gettext_lazy("Else at all partners."),
            "partner_may_be_said": gettext_lazy(
                "At the approved partners, on any phone. Else only by a partner's link or a sign-in."
            ),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        partners = self.fields["approved"]
        partners.label = _("Approved partners")
        partners.help_text = _("They count where only approved partners may redeem it.")
        choices = partners.choices
        partners.widget = forms.CheckboxSelectMultiple()
        partners.choices = choices
        if self.instance.pk:
            del self.fields["slug"]
        else:
            self.fields["slug"].required = False

    def clean_slug(self) -> str:
        return short_name(self.cleaned_data["slug"], self.cleaned_data.get("name", ""))


class PartnerForm(forms.ModelForm):
    class Meta:
        model = Partner
        fields = ["name", "slug", "active"]
        labels = {
            "name": gettext_lazy("Name"),
            "slug": gettext_lazy("Short name"),
            "active": gettext_lazy("Active"),
        }
        help_texts = {
            "slug": gettext_lazy(
                "As in wine-bar. Edges know it by this, so it cannot be changed later. Empty: made of the name."
            ),
            "active": gettext_lazy("Else benefits for approved partners cannot be redeemed there."),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            del self.fields["slug"]
        else:
            self.fields["slug"].required = False

    def clean_slug(self) -> str:
        return short_name(self.cleaned_data["slug"], self.cleaned_data.get("name", ""))


class NewPermissionForm(forms.Form):
    """One that a plan is to grant, made beside it: the rest of it has its own page."""

    name = forms.CharField(label=gettext_lazy("Name"), max_length=200, validators=[printable], required=False)
    is_benefit = forms.BooleanField(
        label=gettext_lazy("A benefit: partners offer it"),
        required=False,
        help_text=gettext_lazy("Else doors and readers ask for it."),
    )

    def __init__(self, data: Mapping[str, Any] | None = None, is_benefit: bool = False) -> None:
        """`is_benefit`: what it most likely is."""
        super().__init__(data, prefix="permission", initial={"is_benefit": is_benefit})

    @property
    def name_said(self) -> str:
        return str(self["name"].value() or "").strip()

    def permission(self) -> Permission | None:
        """Not stored yet. None: it cannot be one, and the form says why."""
        if self.is_valid():
            if self.name_said:
                return self._made()
            self.add_error("name", _("Say what it is called."))
        return None

    def _made(self) -> Permission | None:
        said = self.cleaned_data
        try:
            made = Permission(slug=short_name("", said["name"]), **said)
            made.full_clean()
        except ValidationError as error:
            self.add_error("name", error.messages)
            return None
        return made


def choices_of_grants() -> Choices:
    """Asked for once, for all rows."""
    return {
        "permission": _choices(Permission.objects.order_by("name").values_list("pk", "name"), "---------"),
        "schedule": _choices(Schedule.objects.order_by("name").values_list("pk", "name"), _("at all times")),
    }


def grant_rows(plan: Plan, data: Mapping[str, Any]) -> list[GrantRow]:
    """Those that were sent; of a permission that the plan grants already, that grant changes."""
    stored = {str(each.permission_id): each for each in Grant.objects.filter(plan=plan.pk)} if plan.pk else {}
    choices, found = choices_of_grants(), []
    for number in range(row_count(data)):
        prefix = f"grant{number}"
        row = GrantRow(data, prefix=prefix, choices=choices, instance=Grant(plan=plan))
        known = None if row.is_left_out else stored.pop(data.get(f"{prefix}-permission", ""), None)
        if known is not None:
            known.plan = plan
            row = GrantRow(data, prefix=prefix, choices=choices, instance=known)
        found.append(row)
    return found


def row_count(data: Mapping[str, Any]) -> int:
    """As it is said: what is more than ROWS_MAX is for the caller to refuse."""
    text = str(data.get("grants", "0"))
    return int(text) if text.isascii() and text.isdigit() and len(text) < 4 else 0


def stored_rows(grants: Iterable[Grant], more: int) -> list[GrantRow]:
    """As they stand, and some empty ones."""
    shown = [*grants, *(Grant() for _more in range(more))]
    choices = choices_of_grants()
    return [GrantRow(instance=each, prefix=f"grant{number}", choices=choices) for number, each in enumerate(shown)]


def sent_rows(data: Mapping[str, Any], more: int) -> list[GrantRow]:
    """As they were typed, unchecked, and some empty ones."""
    choices, count = choices_of_grants(), row_count(data)
    fields = {name: field.widget for name, field in GrantRow.base_fields.items()} | {"limits": LimitsWidget()}
    said = [
        {name: widget.value_from_datadict(data, {}, f"grant{number}-{name}") for name, widget in fields.items()}
        for number in range(count)
    ]
    shown = [*said, *({} for _more in range(more))]
    return [GrantRow(initial=each, prefix=f"grant{number}", choices=choices) for number, each in enumerate(shown)]


def _choices(found: Iterable[tuple[int, str]], nothing: str) -> list[tuple[Any, str]]:
    return [("", nothing), *found]
