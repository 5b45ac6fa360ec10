"""Whose role needs a second factor and who has none yet gets no further than to where it is set up."""

from collections.abc import Callable
from typing import Final

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _

from hub.access import second_factor

_OPEN: Final = ("/account/", "/static/", "/healthz", "/readyz")


class SecondFactorMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path.startswith(_OPEN) or not request.user.is_authenticated:
            return self._get_response(request)
        if not second_factor.is_missing(request.user):
            return self._get_response(request)
        messages.warning(request, _("Your role needs a second factor. Set one up, then go on."))
        there = reverse("mfa_index")
        if "HX-Request" in request.headers:
            return HttpResponse(status=204, headers={"HX-Redirect": there})
        return HttpResponseRedirect(there)
