"""Forms of the admin that ask for something other than a model's fields."""

from django import forms
from django.core.exceptions import ValidationError
from django.forms.models import BaseInlineFormSet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.widgets import UnfoldAdminTextInputWidget

from contract.card import CardError
from contract.membership import MembershipError
from hub.contract_errors import text_of
from hub.members import queries, rows
from hub.members.models import Card


class NewCardForm(forms.ModelForm):
    """A new card: with a random code, or with one that the customer carries already."""

    code = forms.CharField(
        required=False,
        # Not the model's limit: a scanned URL of ours is longer than the code within it.
        max_length=300,
        widget=UnfoldAdminTextInputWidget(
            attrs={"autocomplete": "off", "placeholder": gettext_lazy("a new code is made")}
        ),
        help_text=(
            gettext_lazy(
                "Empty: a new code is made. To take over a card that the customer has already, "
                "scan it here, or type the number printed on it."
            )
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
            raise ValidationError(_("This cannot be a card: %(why)s.") % {"why": text_of(error)}) from error
        if taken is not None:
            raise ValidationError(
                _("This code is on %(taken)s already: delete that card first, or use another code.")
                % {"taken": taken}
            )
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
            raise ValidationError(_("This cannot be: %(why)s.") % {"why": text_of(error)}) from error
