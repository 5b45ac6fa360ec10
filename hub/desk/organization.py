"""The organization's settings for its owners: its name and colour, and how much is open to whom nobody knows."""

from typing import Final

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from hub.desk.answers import goes_to, page
from hub.desk.gate import desk
from hub.mail.queries import can_send
from hub.organization.models import Organization
from hub.organization.operations import save_organization
from hub.organization.queries import organization

_HELP: Final = {
    "visitor_sees": gettext_lazy(
        "Whoever opens a card's code with a phone, and is neither staff nor a partner of yours. Partners and staff"
        " see everything that the last choice names. With the first choice they are told of no benefit, so they"
        " can check in nobody."
    ),
}


class OrganizationForm(forms.ModelForm):
    class Meta:
        model = Organization
        fields = [
            "name",
            "colour",
            "visitor_sees",
            "visitors_check_in",
            "visitors_redeem",
            "login_required",
            "members_set_photo",
            "expiring_days",
            "language",
            "reply_to",
        ]
        help_texts = _HELP
        widgets = {
            "colour": forms.TextInput(attrs={"type": "color"}),
            "visitor_sees": forms.RadioSelect,
        }


@desk("organization.change_organization")
def organization_page(request: HttpRequest) -> HttpResponse:
    form = OrganizationForm(request.POST or None, instance=organization())
    if request.method == "POST" and form.is_valid():
        try:
            save_organization(form.instance)
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(request, _("Saved."))
            return goes_to(request, reverse("desk:organization"))
    status = 422 if request.method == "POST" else 200
    return page(request, "desk/organization.html", status, form=form, can_send=can_send())
