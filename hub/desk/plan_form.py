"""What is asked of a plan on staff's own page: what it is called, what it costs, who may join it.

Its permissions are rows of their own (granting_forms.py).
"""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from hub.billing import choosing
from hub.members import prices
from hub.members.models import Plan


class PlanForm(forms.ModelForm):
    price = forms.CharField(
        label=gettext_lazy("Price"),
        required=False,
        max_length=20,
        help_text=gettext_lazy("For each billing interval, as in 29.00. Empty: none is said."),
    )
    setup_fee = forms.CharField(
        label=gettext_lazy("Setup fee"),
        required=False,
        max_length=20,
        help_text=gettext_lazy("Once, with the first payment. Empty: none."),
    )

    class Meta:
        model = Plan
        fields = [
            *("name", "description", "currency", "billed_every", "billed_in", "external_id"),
            *("tax_text", "trial_days", "grace_hours"),
            *("is_public", "signup_text", "by_invoice", "for_companies", "seats_max"),
        ]
        labels = {
            "name": gettext_lazy("Name"),
            "description": gettext_lazy("Description"),
            "currency": gettext_lazy("Currency"),
            "billed_every": gettext_lazy("Billed every"),
            "billed_in": gettext_lazy("Days, weeks, months or years"),
            "external_id": gettext_lazy("External id"),
            "tax_text": gettext_lazy("Tax"),
            "trial_days": gettext_lazy("Days of trial"),
            "grace_hours": gettext_lazy("Hours of grace"),
            "is_public": gettext_lazy("Everybody can choose it on the join page"),
            "signup_text": gettext_lazy("Text on the join page"),
            "by_invoice": gettext_lazy("Who joins can pay by invoice or in cash"),
            "for_companies": gettext_lazy("For companies"),
            "seats_max": gettext_lazy("Most seats"),
        }
        help_texts = {
            "currency": gettext_lazy("As in EUR or GBP."),
            "billed_every": gettext_lazy("Empty: billed once, or not at all."),
            "external_id": gettext_lazy("As another system of yours knows it."),
            "tax_text": gettext_lazy("Beside the price, as in “incl. 19 % VAT”."),
            "trial_days": gettext_lazy("Before the first payment. Empty: none."),
            "grace_hours": gettext_lazy("For how long a member goes on while a renewal is unpaid. Empty: 72."),
            "is_public": "",
        }
        widgets = {
            "description": forms.Textarea(attrs={"rows": 2}),
            "signup_text": forms.Textarea(attrs={"rows": 2}),
        }

    field_order = [
        *("name", "description", "price", "currency", "billed_every", "billed_in"),
        *("setup_fee", "tax_text", "trial_days", "grace_hours"),
        *("is_public", "signup_text", "by_invoice", "for_companies", "seats_max", "external_id"),
    ]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        plan = self.instance
        self.initial.setdefault("price", prices.amount_text(plan.price_cents, plan.currency))
        if plan.setup_fee_cents:
            self.initial.setdefault("setup_fee", prices.amount_text(plan.setup_fee_cents, plan.currency))
        self.fields["trial_days"].required = False
        if not self.initial["trial_days"]:
            self.initial["trial_days"] = None
        if choosing.provider() is None:
            self.fields["by_invoice"].help_text = _(
                "This hub has no payment provider: everybody pays like this, whether it is ticked or not."
            )
        self.fields["billed_in"].choices = [
            *(("months", _("months")), ("years", _("years"))),
            *(("weeks", _("weeks")), ("days", _("days"))),
        ]

    def clean_currency(self) -> str:
        return str(self.cleaned_data["currency"]).upper()

    def clean_trial_days(self) -> int:
        return self.cleaned_data["trial_days"] or 0

    def clean(self) -> None:
        super().clean()
        currency = self.cleaned_data.get("currency", "")
        try:
            self.instance.setup_fee_cents = prices.parse(self.cleaned_data.get("setup_fee", ""), currency) or 0
        except prices.PriceError as error:
            self.add_error("setup_fee", str(error))
        try:
            self.instance.price_cents = prices.parse(self.cleaned_data.get("price", ""), currency)
        except prices.PriceError as error:
            self.add_error("price", str(error))
        else:
            if self.instance.price_cents is not None and not currency and not self.errors:
                self.add_error("currency", _needs_currency(self.instance.price_cents))


def _needs_currency(cents: int) -> str:
    if cents:
        return _("A price needs its currency, as in EUR.")
    return _("Is it free? Then leave the price empty. A price of 0 needs its currency, as in EUR.")
