"""Signing in where django-allauth has no page of its own: the one-time link, and the way to the back office."""

from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth import password_validation
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters

from hub.access.link_operations import LinkRefused, choose_password


class ChoosePasswordForm(forms.Form):
    code = forms.CharField(
        label=_("Code"),
        max_length=200,
        help_text=_("What stands behind the # of your link."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    password = forms.CharField(
        label=_("New password"),
        strip=False,
        help_text=password_validation.password_validators_help_text_html,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    again = forms.CharField(
        label=_("New password, once more"),
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def clean_code(self) -> str:
        """Somebody may put the whole link here."""
        return str(self.cleaned_data["code"]).rpartition("#")[2].strip()

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("password") != cleaned.get("again"):
            self.add_error("again", _("These are two different passwords: type the same one twice."))
        return cleaned


@sensitive_post_parameters()
@never_cache
def choose_password_page(request: HttpRequest) -> HttpResponse:
    """Open to everybody: who has the link's code chooses the password of the user that it was made for."""
    form = ChoosePasswordForm(request.POST or None)
    if form.is_valid():
        try:
            choose_password(form.cleaned_data["code"], form.cleaned_data["password"], timezone.now())
        except LinkRefused as error:
            form.add_error("code", str(error))
        except ValidationError as error:
            form.add_error("password", error)
        else:
            messages.success(request, _("Your password is set. Sign in with it."))
            return redirect("account_login")
    return TemplateResponse(request, "access/choose_password.html", {"form": form})


@never_cache
def back_office_sign_in(request: HttpRequest) -> HttpResponse:
    """In the place of the admin's own, which would let people in by their password alone. 403: signed in, without
    the back office."""
    if request.user.is_authenticated and not request.user.is_staff:
        raise PermissionDenied
    return redirect_to_login(request.GET.get("next") or "/admin/")
