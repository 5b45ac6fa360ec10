"""Forms of the admin that ask for something other than a model's fields."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.forms.models import BaseInlineFormSet
from unfold.widgets import UnfoldAdminTextInputWidget

from contract.card import CardError
from contract.limits import Limit
from contract.membership import MembershipError
from hub.members import limits_text, queries, rows
from hub.members.models import Card, Grant


class GrantForm(forms.ModelForm):
    """A grant with its limits, written as text."""

    limits = forms.CharField(
        required=False,
        widget=UnfoldAdminTextInputWidget(attrs={"placeholder": "no limit"}),
        help_text="As in “1 per week” or “1 per day, 10 per 30 days”. Empty: not used up.",
    )

    class Meta:
        model = Grant
        fields = ["permission"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            self.initial["limits"] = limits_text.encode(rows.limits_of(self.instance))

    def clean_limits(self) -> tuple[Limit, ...]:
        try:
            return limits_text.parse(self.cleaned_data["limits"])
        except limits_text.LimitTextError as error:
            raise ValidationError(str(error)) from error


class NewCardForm(forms.ModelForm):
    """A new card: with a random code, or with one that the customer carries already."""

    code = forms.CharField(
        required=False,
        # Not the model's limit: a scanned URL of ours is longer than the code within it.
        max_length=300,
        widget=UnfoldAdminTextInputWidget(attrs={"autocomplete": "off", "placeholder": "a new code is made"}),
        help_text=(
            "Empty: a new code is made. To take over a card that the customer has already, "
            "scan it here, or type the number printed on it."
        ),
    )

    class Meta:
        model = Card
        fields = ["customer", "valid_from", "valid_until"]

    def clean_code(self) -> str:
        text: str = self.cleaned_data["code"]
        try:
            taken = queries.card_with_code(text) if text else None
        except CardError as error:
            raise ValidationError(f"This cannot be a card: {error}.") from error
        if taken is not None:
            raise ValidationError(f"This code is on {taken} already: delete that card first, or use another code.")
        return text


class FreezeFormSet(BaseInlineFormSet):
    """A membership's freezes, looked at together."""

    def clean(self) -> None:
        super().clean()
        if any(self.errors):
            return
        gone = self.deleted_forms
        freezes = [form.instance for form in self.forms if form not in gone and form.instance.from_at]
        try:
            rows.check_freezes(freezes)
        except MembershipError as error:
            raise ValidationError(f"This cannot be: {error}.") from error
