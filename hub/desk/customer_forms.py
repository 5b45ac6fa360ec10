"""What is asked of a customer or a company, and the word that has to be typed before one is deleted."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from hub.members.models import Company, Customer

_FIELDS = ["name", "email", "phone", "external_id"]
_LABELS = {
    "name": gettext_lazy("Name"),
    "email": gettext_lazy("Email"),
    "phone": gettext_lazy("Phone"),
    "external_id": gettext_lazy("External id"),
}
_HELP = {
    "external_id": gettext_lazy("As another system of yours knows it: imports and the API find it by this."),
}


class CustomerForm(forms.ModelForm):
    class Meta:
        model = Customer
        fields, labels, help_texts = _FIELDS, _LABELS, _HELP


class CompanyForm(forms.ModelForm):
    class Meta:
        model = Company
        fields, labels, help_texts = _FIELDS, _LABELS, _HELP


class DeleteForm(forms.Form):
    """The name is typed once more."""

    typed = forms.CharField(
        label=gettext_lazy("Name"), widget=forms.TextInput(attrs={"autocomplete": "off", "autofocus": True})
    )

    def __init__(self, *args: Any, name: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._name = name
        self.fields["typed"].help_text = _("To delete, type the name: %(name)s") % {"name": name}

    def clean_typed(self) -> str:
        typed = str(self.cleaned_data["typed"])
        if " ".join(typed.split()).casefold() != " ".join(self._name.split()).casefold():
            raise forms.ValidationError(_("This is another name: nothing was deleted."))
        return typed
