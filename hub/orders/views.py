"""Staff's pages of orders: an edge's configuration, what is set by hand, and what is to be done once."""

import re
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from contract.ask import Posture
from contract.orders import CommandKind
from hub.errors import HubError
from hub.fleet.models import Edge
from hub.fleet.paging import number_of
from hub.fleet.workers import workers_shown
from hub.orders import operations
from hub.orders.command_operations import ask_now
from hub.orders.documents import ConfigurationRefused
from hub.orders.hearing import is_heard, not_heard
from hub.orders.mode_lines import effect_text, fields_of, modes_context
from hub.orders.mode_operations import clear_mode, set_mode
from hub.orders.models import CommandOrder
from hub.orders.pages import configuration_context
from hub.orders.places import NoPlace, Place
from hub.orders.telling import answer_text
from hub.orders.waiting import wait_for

_TOLD_MAX = 5
_ANSWER_S = 2.0
"""How long a page waits for an edge's answer; a later one shows on the edge's page."""


def configuration_page(request: HttpRequest, number: int) -> HttpResponse:
    """What the edge should have and what it says of it; a new one is written here."""
    edge = _edge(request, number)
    refused: ConfigurationRefused | None = None
    if request.method == "POST":
        _check_right(request, "orders.add_configuration")
        try:
            _push(request, edge)
            return HttpResponseRedirect(request.path)
        except ConfigurationRefused as error:
            refused = error
        except HubError as error:
            messages.error(request, f"Not pushed: {error}.")
    context = configuration_context(edge, request.POST.get("text"), refused)
    return _page(request, "orders/configuration.html", f"Configuration of {edge}", context)


def modes_page(request: HttpRequest) -> HttpResponse:
    """Everything, sites, edges and readers, with what each is set to by hand."""
    _check_right(request, "fleet.view_edge")
    context = modes_context(request.GET.get("q", ""), number_of(request.GET.get("page", "")))
    return _page(request, "orders/modes.html", "Lockdown", context | _trouble())


def set_mode_page(request: HttpRequest) -> HttpResponse:
    """Asks once more, then does it: ?posture=lockdown or clear, and of ?site, ?edge, ?reader what is meant."""
    _check_right(request, "orders.set_mode")
    asked = request.POST if request.method == "POST" else request.GET
    place = _place(asked)
    posture = asked.get("posture", "")
    if posture not in [*Posture, "clear"]:
        raise Http404
    if request.method == "POST":
        _set_mode(request, place, posture)
        return HttpResponseRedirect(_back(request))
    back = _back(request)
    fields = {"posture": posture, **fields_of(place), "back": back}
    context = {"posture": posture, "back": back, "fields": fields, **effect_text(place, posture), **_trouble()}
    return _page(request, "orders/set_mode.html", context["heading"], context)


@require_POST
def command_page(request: HttpRequest, number: int) -> HttpResponse:
    """Something to be done once by the edge: `kind`, and of which `reader`."""
    edge = _edge(request, number)
    _check_right(request, "orders.give_command")
    try:
        kind = CommandKind(request.POST.get("kind", ""))
    except ValueError as error:
        raise Http404 from error
    try:
        reader = request.POST.get("reader") or None
        order = ask_now(edge.name, kind, reader, timezone.now(), request.user.get_username())
    except HubError as error:
        messages.error(request, f"Not done: {error}.")
    else:
        _tell_answer(request, order)
    return HttpResponseRedirect(reverse("admin:fleet_edge_change", args=[edge.pk]))


def _place(asked: QueryDict) -> Place:
    try:
        return Place(**{word: asked[word] for word in ("site", "edge", "reader") if asked.get(word)})
    except NoPlace as error:
        raise Http404 from error


def _push(request: HttpRequest, edge: Edge) -> None:
    by = request.user.get_username()
    seen = request.POST.get("over", "")
    over = int(seen) if re.fullmatch("[0-9]{1,18}", seen) else 0
    terms = operations.Terms(over, request.user.has_perm("orders.set_mode"))
    if "rollback" in request.POST:
        back = operations.rollback(edge.name, timezone.now(), by, terms)
        messages.success(request, f"Rolled back: generation {back.generation} says what stood before.")
        return
    pushed = operations.push(edge.name, request.POST.get("text", ""), timezone.now(), by, terms)
    if pushed.new:
        messages.success(request, f"Pushed: generation {pushed.configuration.generation}.")
    else:
        messages.info(request, "Nothing to push: the edge is to have exactly this already.")


def _set_mode(request: HttpRequest, place: Place, posture: str) -> None:
    by = request.user.get_username()
    try:
        if posture == "clear":
            clear_mode(place, timezone.now(), by)
        else:
            set_mode(place, Posture(posture), timezone.now(), by)
    except HubError as error:
        messages.error(request, f"Nothing changed: {error}.")
    else:
        messages.success(request, effect_text(place, posture)["done"])
        _tell_unheard(request, place)


def _tell_unheard(request: HttpRequest, place: Place) -> None:
    """Who has not heard it within a moment: their doors go on as before."""
    wait_s = 0.0 if workers_shown(timezone.now()).trouble else _ANSWER_S
    if wait_for(lambda: is_heard(place) or None, wait_s) is None:
        missing = not_heard(timezone.now(), place)
        for each in missing[:_TOLD_MAX]:
            messages.warning(request, f"{each.text}.")
        if len(missing) > _TOLD_MAX:
            messages.warning(request, f"{len(missing) - _TOLD_MAX} more edges have not heard it.")


def _trouble() -> dict[str, str]:
    return {"trouble": workers_shown(timezone.now()).trouble}


def _tell_answer(request: HttpRequest, order: CommandOrder) -> None:
    answers = CommandOrder.objects.filter(pk=order.pk, answered_at__isnull=False)
    answered = wait_for(lambda: answers.all().first(), _ANSWER_S)
    if answered is None:
        text = "Nothing was heard from the edge yet: its answer shows here. After 10 s it is not done any more."
        messages.warning(request, text)
    elif answered.why:
        messages.error(request, f"Not done: {answer_text(answered)}.")
    else:
        messages.success(request, f"Done: {answer_text(answered)}.")


def _edge(request: HttpRequest, number: int) -> Edge:
    _check_right(request, "fleet.view_edge")
    return get_object_or_404(Edge.objects.select_related("site", "feed"), pk=number)


def _check_right(request: HttpRequest, right: str) -> None:
    if not request.user.has_perm(right):
        raise PermissionDenied


def _back(request: HttpRequest) -> str:
    """Where the button was, if that is a page of this hub."""
    wanted = request.POST.get("back") or request.GET.get("back") or ""
    allowed = url_has_allowed_host_and_scheme(wanted, {request.get_host()}, request.is_secure())
    return wanted if allowed else reverse("modes")


def _page(request: HttpRequest, template: str, title: str, context: dict[str, Any]) -> HttpResponse:
    whole = {**admin.site.each_context(request), "title": title, **context}
    return TemplateResponse(request, template, whole)
