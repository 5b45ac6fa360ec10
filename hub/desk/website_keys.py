"""Websites' keys, for owners: made and shown once, taken from the website, ended, revoked."""

from collections.abc import Callable
from datetime import datetime

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from hub.desk.answers import page
from hub.desk.gate import desk
from hub.desk.website_forms import KeyForm
from hub.desk.websites import MAY, back
from hub.errors import HubError
from hub.websites import key_operations
from hub.websites.key_operations import KeyShown
from hub.websites.models import Website, WebsiteKey

_MADE: dict[str, Callable[[int, datetime], KeyShown]] = {
    KeyForm.PAIR: key_operations.make_pair,
    KeyForm.SECRET: key_operations.make_secret,
}


@desk(MAY)
def new_key_page(request: HttpRequest, number: int) -> HttpResponse:
    """What the website keeps to itself is shown once, in the answer itself: nobody can be shown it again."""
    website = get_object_or_404(Website, pk=number)
    form = KeyForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            return _made(request, number, form)
        except HubError as error:
            form.add_error(None, str(error))
    status = 422 if form.is_bound else 200
    return page(request, "desk/websites/new_key.html", status, form=form, website=website)


@desk(MAY)
@require_POST
def end_key(request: HttpRequest, number: int) -> HttpResponse:
    key = get_object_or_404(WebsiteKey, pk=number)
    key_operations.end_key(number, timezone.now())
    messages.success(request, _("The key stays valid for another day."))
    return back(request, key.website_id)


@desk(MAY)
def revoke_key_page(request: HttpRequest, number: int) -> HttpResponse:
    key = get_object_or_404(WebsiteKey.objects.select_related("website"), pk=number)
    if request.method != "POST":
        return page(request, "desk/websites/revoke_key.html", key=key)
    key_operations.revoke_key(number, timezone.now())
    messages.success(request, _("The key is no longer valid."))
    return back(request, key.website_id)


def _made(request: HttpRequest, number: int, form: KeyForm) -> HttpResponse:
    """HubError."""
    said, at = form.cleaned_data, timezone.now()
    if said["kind"] in _MADE:
        return page(request, "desk/websites/key.html", shown=_MADE[said["kind"]](number, at))
    key = key_operations.add_public_key(number, said["pasted"], at)
    messages.success(request, _("The key is added: its kid is %(kid)s.") % {"kid": key.kid})
    return back(request, number)
