"""What is asked of who takes money and gives it back."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from hub.billing.models import Payment
from hub.members import prices


class PaidForm(forms.Form):
    how = forms.ChoiceField(label=_("How it was paid"), choices=Payment.How.choices)


class RefundForm(forms.Form):
    amount = forms.CharField(label=_("Amount"), max_length=20, help_text=_("As in 29.00."))

    def __init__(self, *args: Any, currency: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._currency = currency

    def clean_amount(self) -> int:
        try:
            cents = prices.parse(self.cleaned_data["amount"], self._currency)
        except prices.PriceError as error:
            raise ValidationError(str(error)) from error
        return cents or 0
