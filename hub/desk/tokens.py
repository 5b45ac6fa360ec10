"""Tokens of the API, for owners: made, seen, revoked; and the page that describes the API."""

from datetime import timedelta
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from hub.api import token_operations
from hub.api.models import NAME_MAX, ApiToken
from hub.api.scopes import MEANING, Scope
from hub.api.token_operations import LIFETIME_DAYS_MAX, TokenRefused
from hub.desk.answers import goes_to, page
from hub.desk.gate import desk

_MAY = "access.manage_tokens"
_DAYS = 90


class TokenForm(forms.Form):
    name = forms.CharField(
        label=gettext_lazy("Name"),
        max_length=NAME_MAX,
        help_text=gettext_lazy("Who uses it: the audit log says it beside every change."),
    )
    days = forms.IntegerField(
        label=gettext_lazy("Valid for how many days"),
        min_value=1,
        max_value=LIFETIME_DAYS_MAX,
        initial=_DAYS,
        help_text=gettext_lazy("At most a year. Make a new one before it is over."),
    )
    scopes = forms.MultipleChoiceField(
        label=gettext_lazy("What it may do"),
        choices=[(each.value, each.value) for each in Scope],
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["scopes"].choices = [
            (each.value, format_html("<code>{}</code>: {}", each.value, MEANING[each])) for each in Scope
        ]


@desk(_MAY)
def tokens_page(request: HttpRequest) -> HttpResponse:
    tokens = ApiToken.objects.select_related("created_by")
    return page(request, "desk/tokens.html", tokens=tokens, at=timezone.now())


@desk(_MAY)
def new_token_page(request: HttpRequest) -> HttpResponse:
    """The secret is shown once, in the answer itself: it is kept nowhere."""
    form = TokenForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        said, at = form.cleaned_data, timezone.now()
        until = at + timedelta(days=said["days"])
        try:
            token, secret = token_operations.make_token(said["name"], said["scopes"], until, at, request.user)
        except (TokenRefused, ValidationError) as error:
            form.add_error(None, error.messages if isinstance(error, ValidationError) else str(error))
        else:
            return page(request, "desk/token_made.html", token=token, secret=secret)
    return page(request, "desk/token_new.html", 422 if form.is_bound else 200, form=form)


@desk(_MAY)
@require_POST
def revoke_token(request: HttpRequest, number: int) -> HttpResponse:
    token_operations.revoke_token(get_object_or_404(ApiToken, pk=number), timezone.now())
    return goes_to(request, reverse("desk:tokens"))


@desk(_MAY)
def api_page(request: HttpRequest) -> HttpResponse:
    """Swagger UI as django-ninja brings it: it loads nothing from anywhere else."""
    settings = {"url": reverse("api-openapi"), "deepLinking": True, "validatorUrl": None}
    return page(request, "desk/api.html", swagger=settings, title=_("The API"))
