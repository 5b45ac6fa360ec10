"""Webhooks, for owners: who is told of what, what became of it, and what is sent once more."""

from collections.abc import Callable
from typing import Any, Final

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from hub.desk.answers import goes_to, page
from hub.desk.gate import desk
from hub.desk.webhook_forms import EndpointForm, NewEndpointForm, ReplayForm
from hub.errors import HubError
from hub.webhooks import delivery_operations, operations, queries
from hub.webhooks.messages import body_of
from hub.webhooks.models import Delivery, Endpoint

_MAY: Final = "access.manage_webhooks"


@desk(_MAY)
def webhooks_page(request: HttpRequest) -> HttpResponse:
    return page(request, "desk/webhooks/endpoints.html", endpoints=queries.endpoints_shown())


@desk(_MAY)
def new_endpoint_page(request: HttpRequest) -> HttpResponse:
    """The secret is shown once, in the answer itself: nobody can be shown it again."""
    form = NewEndpointForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            endpoint, secret = operations.add_endpoint(at=timezone.now(), **form.cleaned_data)
        except HubError as error:
            form.add_error(None, str(error))
        else:
            return _secret(request, endpoint, secret)
    address = reverse("desk:new_webhook")
    return page(request, "desk/webhooks/edit.html", 422 if form.is_bound else 200, form=form, address=address)


@desk(_MAY)
def endpoint_page(request: HttpRequest, number: int) -> HttpResponse:
    try:
        shown = queries.endpoint_shown(number)
    except Endpoint.DoesNotExist as error:
        raise Http404 from error
    state, before = request.GET.get("state", ""), request.GET.get("before", "")
    since = queries.since_of_failures(shown.endpoint)
    return page(
        request,
        "desk/webhooks/endpoint.html",
        each=shown,
        shown=queries.deliveries_shown(number, state, _number(before)),
        state=state,
        states=Delivery.State.choices,
        replay=ReplayForm(since=since) if since else None,
    )


@desk(_MAY)
def change_endpoint_page(request: HttpRequest, number: int) -> HttpResponse:
    endpoint = get_object_or_404(Endpoint, pk=number)
    initial = {name: getattr(endpoint, name) for name in EndpointForm.base_fields}
    form = EndpointForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            operations.change_endpoint(number, **form.cleaned_data)
        except HubError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("Saved."))
            return _back(request, number)
    address = reverse("desk:change_webhook", args=[number])
    status = 422 if form.is_bound else 200
    return page(request, "desk/webhooks/edit.html", status, form=form, address=address, endpoint=endpoint)


@desk(_MAY)
@require_POST
def rotate_secret(request: HttpRequest, number: int) -> HttpResponse:
    """As for `new_endpoint_page`."""
    get_object_or_404(Endpoint, pk=number)
    return _secret(request, *operations.rotate_secret(number, timezone.now()))


@desk(_MAY)
@require_POST
def set_enabled(request: HttpRequest, number: int) -> HttpResponse:
    if "enabled" in request.POST:
        return _done(request, number, lambda: operations.enable_endpoint(number), _("It is switched on."))
    at = timezone.now()
    return _done(request, number, lambda: operations.disable_endpoint(number, at), _("It is switched off."))


@desk(_MAY)
@require_POST
def send_test(request: HttpRequest, number: int) -> HttpResponse:
    at = timezone.now()
    said = _("A test event is on its way. Load this page again to see what became of it.")
    return _done(request, number, lambda: operations.send_test(number, at), said)


@desk(_MAY)
@require_POST
def replay_failed(request: HttpRequest, number: int) -> HttpResponse:
    get_object_or_404(Endpoint, pk=number)
    form = ReplayForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Say since when, as a day and a time."))
        return _back(request, number)
    count = delivery_operations.replay_failed(number, form.cleaned_data["since"], timezone.now())
    text = ngettext("%(count)d event is sent again.", "%(count)d events are sent again.", count)
    messages.success(request, text % {"count": count})
    return _back(request, number)


@desk(_MAY)
def delete_endpoint_page(request: HttpRequest, number: int) -> HttpResponse:
    endpoint = get_object_or_404(Endpoint, pk=number)
    if request.method != "POST":
        return page(request, "desk/webhooks/delete.html", endpoint=endpoint)
    operations.delete_endpoint(number)
    messages.success(request, _("The endpoint is deleted."))
    return goes_to(request, reverse("desk:webhooks"))


@desk(_MAY)
def delivery_page(request: HttpRequest, number: int) -> HttpResponse:
    """What was sent, without names: those are read as it is sent, and not kept."""
    try:
        delivery = queries.delivery_with(number)
    except Delivery.DoesNotExist as error:
        raise Http404 from error
    return page(
        request,
        "desk/webhooks/delivery.html",
        delivery=delivery,
        light_shown=queries.light_of(delivery),
        answer_word=queries.answer_word(delivery),
        body=body_of(delivery.event, delivery.event.data, indent=2),
    )


@desk(_MAY)
@require_POST
def replay(request: HttpRequest, number: int) -> HttpResponse:
    delivery = get_object_or_404(Delivery, pk=number)
    if delivery_operations.replay(number, timezone.now()):
        messages.success(request, _("It is sent again, under its id."))
    else:
        messages.error(request, _("It waits to be sent already."))
    return _back(request, delivery.endpoint_id)


def _done(request: HttpRequest, number: int, do: Callable[[], Any], said: str) -> HttpResponse:
    get_object_or_404(Endpoint, pk=number)
    try:
        do()
    except HubError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, said)
    return _back(request, number)


def _back(request: HttpRequest, number: int) -> HttpResponse:
    return goes_to(request, reverse("desk:webhook", args=[number]))


def _secret(request: HttpRequest, endpoint: Endpoint, secret: str) -> HttpResponse:
    return page(request, "desk/webhooks/secret.html", endpoint=endpoint, secret=secret)


def _number(text: str) -> int | None:
    return int(text) if text.isdecimal() and len(text) < 18 else None
