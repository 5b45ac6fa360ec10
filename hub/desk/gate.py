"""Who gets into staff's pages: every view of the desk is declared with `@desk("app.permission")`.

Asks for permissions, never for roles (hub/access says which role has which). Inside, times are in the
organization's zone.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, Final, ParamSpec

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, resolve_url
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import add_never_cache_headers
from django_htmx.http import HttpResponseClientRedirect

from hub.access.roles import is_partners
from hub.desk.answers import page
from hub.fleet.zones import organization_zone
from hub.login import told

Rest = ParamSpec("Rest")
View = Callable[Concatenate[HttpRequest, Rest], HttpResponse]
EVERYBODY: Final = ""
"""Whoever is signed in and works here: a partner's users are led to their own page."""


def desk(permission: str = EVERYBODY) -> Callable[[View[Rest]], View[Rest]]:
    """Not signed in: to the sign-in and back. Signed in without the permission: a page that says whom to ask."""

    def gated(view: View[Rest]) -> View[Rest]:
        @wraps(view)
        def asked(request: HttpRequest, *args: Rest.args, **kwargs: Rest.kwargs) -> HttpResponse:
            if not request.user.is_authenticated:
                return _to_login(request)
            if permission == EVERYBODY and is_partners(request.user):
                return HttpResponse(status=204) if request.htmx else redirect("scan:partner")
            try:
                check(request, permission)
                return _shown(view, request, *args, **kwargs)
            except PermissionDenied:
                told.not_allowed(request, f"user:{request.user.pk}", permission or "more")
                return _forbidden(request)

        asked.desk_permission = permission  # type: ignore[attr-defined]
        return asked

    return gated


def check(request: HttpRequest, permission: str) -> None:
    """For what needs more than its page does. PermissionDenied: the gate turns it into its page."""
    if permission and not request.user.has_perm(permission):
        raise PermissionDenied


def _shown(view: Callable[..., HttpResponse], request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
    with timezone.override(organization_zone()):
        response = view(request, *args, **kwargs)
        if isinstance(response, TemplateResponse):
            response = response.render()
    # What staff saw of members stays in no cache, and a page that is gone back to is asked for again.
    if not response.has_header("Cache-Control"):
        add_never_cache_headers(response)
    return response


def _to_login(request: HttpRequest) -> HttpResponse:
    """Back to this page afterwards; to the desk where it cannot be opened again."""
    back = request.get_full_path() if request.method == "GET" and not request.htmx else reverse("desk:home")
    there = redirect_to_login(back, resolve_url(settings.LOGIN_URL))
    return HttpResponseClientRedirect(there.url) if request.htmx else there


def _forbidden(request: HttpRequest) -> HttpResponse:
    return page(request, "desk/forbidden.html", status=403).render()
