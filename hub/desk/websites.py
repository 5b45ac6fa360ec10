"""Websites, for owners: which may show our pages in a frame, how their tokens do, what to copy into their pages.

Their keys are in website_keys.py.
"""

from typing import Any, Final

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from hub.desk.answers import goes_to, page
from hub.desk.gate import desk
from hub.desk.website_forms import TokenForm, WebsiteForm
from hub.desk.website_snippets import snippets
from hub.errors import HubError
from hub.websites import operations, queries, subject_operations
from hub.websites.models import Subject, Website

MAY: Final = "websites.manage_websites"
_OK, _REFUSED = 200, 422


@desk(MAY)
def websites_page(request: HttpRequest) -> HttpResponse:
    return page(request, "desk/websites/list.html", websites=queries.websites_shown())


@desk(MAY)
def new_website_page(request: HttpRequest) -> HttpResponse:
    form = WebsiteForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        try:
            website = operations.add_website(said["name"], said["origins"], timezone.now())
        except HubError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("Added: %(name)s.") % {"name": website})
            return back(request, website.pk)
    return _edit(request, form, reverse("desk:new_website"))


@desk(MAY)
def website_page(request: HttpRequest, number: int) -> HttpResponse:
    return _website(request, number, TokenForm())


@desk(MAY)
def change_website_page(request: HttpRequest, number: int) -> HttpResponse:
    website = get_object_or_404(Website, pk=number)
    form = WebsiteForm(request.POST or None, website=website)
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        try:
            operations.change_website(number, said["name"], said["origins"])
        except HubError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("Saved."))
            return back(request, number)
    return _edit(request, form, reverse("desk:change_website", args=[number]), website)


@desk(MAY)
@require_POST
def set_active(request: HttpRequest, number: int) -> HttpResponse:
    website = get_object_or_404(Website, pk=number)
    operations.set_active(website.pk, "active" in request.POST)
    messages.success(request, _("It is switched on.") if "active" in request.POST else _("It is switched off."))
    return back(request, number)


@desk(MAY)
def delete_website_page(request: HttpRequest, number: int) -> HttpResponse:
    website = get_object_or_404(Website, pk=number)
    if request.method != "POST":
        return page(request, "desk/websites/delete.html", website=website)
    operations.delete_website(number)
    messages.success(request, _("The website is deleted."))
    return goes_to(request, reverse("desk:websites"))


@desk(MAY)
@require_POST
def try_token(request: HttpRequest, number: int) -> HttpResponse:
    """What is wrong with it, and what stands in it, in the answer itself: it is kept nowhere."""
    form = TokenForm(request.POST)
    if not form.is_valid():
        return _website(request, number, form, _REFUSED)
    website, token = get_object_or_404(Website, pk=number), form.cleaned_data["token"].strip()
    try:
        look = queries.look_at_token(website, token, timezone.now())
    except HubError as error:
        form.add_error(None, str(error))
        return _website(request, number, form, _REFUSED)
    return _website(request, number, TokenForm(), look=look)


@desk("members.change_customer")
@require_POST
def unbind_visitor(request: HttpRequest, number: int) -> HttpResponse:
    """On the profile of the customer whom a website knows."""
    subject = get_object_or_404(Subject, pk=number)
    subject_operations.unbind(number)
    messages.success(request, _("The website's visitor and this customer are separated."))
    return goes_to(request, reverse("desk:customer", args=[subject.customer_id]))


def back(request: HttpRequest, number: int) -> HttpResponse:
    return goes_to(request, reverse("desk:website", args=[number]))


def _edit(request: HttpRequest, form: WebsiteForm, address: str, website: Website | None = None) -> HttpResponse:
    status = _REFUSED if form.is_bound else _OK
    return page(request, "desk/websites/edit.html", status, form=form, address=address, website=website)


def _website(request: HttpRequest, number: int, token: TokenForm, status: int = _OK, **shown: Any) -> HttpResponse:
    website = Website.objects.prefetch_related("keys").filter(pk=number).first()
    if website is None:
        raise Http404
    return page(
        request,
        "desk/websites/website.html",
        status,
        each=queries.website_shown(website),
        keys=queries.keys_shown(website, timezone.now()),
        hub=settings.DOORWARD_URL,
        snippets=snippets(website),
        token=token,
        **shown,
    )
