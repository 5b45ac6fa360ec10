"""Forms of permissions and of what plans grant: limits as text, partners by name, and words where something cannot
be meant."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Model
from django.forms.models import BaseInlineFormSet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.widgets import UnfoldAdminSelect2MultipleWidget, UnfoldAdminTextInputWidget

from contract.limits import Limit
from hub.members import limits_text, rows
from hub.members.grant_rules import check_grant, check_permission
from hub.members.models import Grant, Permission


class _PartnersField(forms.ModelMultipleChoiceField):
    def label_from_instance(self, partner: Model) -> str:
        return (
            f"{partner.name} ({partner.slug})"
            if partner.active
            else _("%(partner)s (not active)") % {"partner": partner.name}
        )


class LimitsField(forms.CharField):
    """Limits, written as text."""

    def clean(self, value: Any) -> tuple[Limit, ...]:
        try:
            return limits_text.parse(super().clean(value))
        except limits_text.LimitTextError as error:
            raise ValidationError(str(error)) from error


class PermissionForm(forms.ModelForm):
    """A permission with the partners approved for it."""

    approved = _PartnersField(
        queryset=None,
        required=False,
        label=gettext_lazy("Approved partners"),
        widget=UnfoldAdminSelect2MultipleWidget,
        help_text=gettext_lazy("They count where only approved partners may redeem it."),
    )

    class Meta:
        model = Permission
        fields = [
            *("name", "slug", "is_benefit", "approved_partners_only", "login_required", "partner_may_be_said")
        ]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["approved"].queryset = Permission.partners.field.related_model.objects.all()
        if self.instance.pk:
            self.initial["approved"] = list(self.instance.partners.values_list("pk", flat=True))

    def _post_clean(self) -> None:
        super()._post_clean()
        if "approved" in self.cleaned_data:
            _tell(self, lambda: check_permission(self.instance, self.cleaned_data["approved"], "approved"))


class GrantForm(forms.ModelForm):
    """A grant with its limits, written as text."""

    limits = LimitsField(
        required=False,
        widget=UnfoldAdminTextInputWidget(attrs={"placeholder": gettext_lazy("no limit")}),
        help_text=(
            gettext_lazy(
                "“1 per calendar week”: one from the site's first day of the week until that day comes again."
                " “1 per week”: one in any 7 days, so the next one 7 days after the last."
                " Others: “1 per calendar day at each partner”, “10 per billing period for the company”, “3 in"
                " all”, “4 per day 30 minutes apart”; several with commas. Empty: not used up."
            )
        ),
    )

    class Meta:
        model = Grant
        fields = ["permission", "schedule", "confirm", "offline", "offline_uses"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            self.initial["limits"] = limits_text.encode(rows.limits_of(self.instance))

    def _post_clean(self) -> None:
        super()._post_clean()
        if not self.errors:
            _tell(self, lambda: check_grant(self.instance, self.cleaned_data["limits"]))


class GrantFormSet(BaseInlineFormSet):
    """A plan's grants. What may be chosen is asked for once, not by each."""

    def add_fields(self, form: forms.ModelForm, index: int | None) -> None:
        super().add_fields(form, index)
        for name in ("permission", "schedule"):
            if name in form.fields:
                form.fields[name].choices = self._choices(name, form.fields[name])

    def _choices(self, name: str, field: forms.ModelChoiceField) -> list[tuple[Any, str]]:
        known: dict[str, list[tuple[Any, str]]] = self.__dict__.setdefault("_known_choices", {})
        if name not in known:
            known[name] = list(field.choices)
        return known[name]


def _tell(form: forms.ModelForm, check: Callable[[], None]) -> None:
    """Puts what `check` refuses at the fields it names."""
    try:
        check()
    except ValidationError as error:
        form.add_error(None, error)
