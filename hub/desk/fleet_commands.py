"""What an edge is to do once, now or not at all: a door opened, lamps that blink, a fresh copy of its feed."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from contract.orders import COMMAND_LIFE_S, CommandKind
from hub.desk.answers import goes_to
from hub.desk.gate import desk
from hub.errors import HubError
from hub.fleet.models import Edge
from hub.orders.command_operations import ask_now


@desk("orders.give_command")
@require_POST
def command(request: HttpRequest, number: int) -> HttpResponse:
    """`kind`, and of which `reader`. The edge's page shows the answer as soon as it is there."""
    edge = get_object_or_404(Edge, pk=number)
    try:
        kind = CommandKind(request.POST.get("kind", ""))
    except ValueError as error:
        raise Http404 from error
    try:
        ask_now(edge.name, kind, request.POST.get("reader") or None, timezone.now(), request.user.get_username())
    except HubError as error:
        messages.error(request, _("Not done: %(error)s.") % {"error": error})
    else:
        text = _("Asked: its answer shows below. After %(seconds)d s it is not done any more.")
        messages.success(request, text % {"seconds": COMMAND_LIFE_S})
    return goes_to(request, reverse("desk:edge", args=[edge.pk]))
