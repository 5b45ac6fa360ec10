"""How people join by themselves, for owners: whether, what the page says, which terms hold, what is asked."""

from typing import Final

from django import forms
from django.conf import settings
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from hub.desk.answers import goes_to, page
from hub.desk.gate import desk
from hub.mail.queries import can_send
from hub.members.models import Plan
from hub.organization.models import Signup
from hub.organization.operations import save_signup
from hub.organization.queries import signup

_LINES: Final = {"text": 3, "terms": 12, "how_to_pay": 4}


class SignupForm(forms.ModelForm):
    class Meta:
        model = Signup
        fields = [
            *("is_open", "title", "text", "terms", "how_to_pay"),
            *("asks_phone", "asks_birthday", "asks_address"),
            *("question_1", "question_1_needed", "question_2", "question_2_needed"),
            *("question_3", "question_3_needed"),
        ]
        widgets = {name: forms.Textarea(attrs={"rows": rows}) for name, rows in _LINES.items()}


@desk("organization.change_organization")
def signup_page(request: HttpRequest) -> HttpResponse:
    form = SignupForm(request.POST or None, instance=signup())
    if request.method == "POST" and form.is_valid():
        try:
            save_signup(form.instance)
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(request, _("Saved."))
            return goes_to(request, reverse("desk:signup"))
    status = 422 if request.method == "POST" else 200
    known = {
        "form": form,
        "address": f"{settings.DOORWARD_URL}{reverse('signup:plans')}",
        "can_send": can_send(),
        "public_plans": Plan.objects.filter(is_public=True).count(),
    }
    return page(request, "desk/signup.html", status, **known)
