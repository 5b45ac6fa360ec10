"""One configuration for several edges, for staff: pushed to all of them or none, and what became of each."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone

from hub.desk.answers import goes_to, page
from hub.desk.fleet import live_page
from hub.desk.fleet_configuration import writing_context, wrong_line
from hub.desk.gate import desk
from hub.fleet.models import Edge
from hub.orders.operations import Terms
from hub.orders.outcomes import outcomes
from hub.orders.push_operations import NotPushed, push_to_all

_MANY_MAX = 1_000


@desk("orders.add_configuration")
def push_page(request: HttpRequest) -> HttpResponse:
    """`edges` by name, and `text`, in which edge, feed and site are left out: the hub fills in each one's own."""
    edges = list(Edge.objects.select_related("site").order_by("site__name", "name"))
    chosen, text = request.POST.getlist("edges")[:_MANY_MAX], request.POST.get("text", "")
    context: dict[str, Any] = {"edges": edges, "chosen": chosen, "text": text, **writing_context()}
    status = 200
    if request.method == "POST":
        status = 422
        if not chosen:
            context["nobody"] = True
        else:
            terms = Terms(None, request.user.has_perm("orders.set_mode"))
            try:
                pushed = push_to_all(chosen, text, timezone.now(), request.user.get_username(), terms)
            except NotPushed as error:
                context |= {"refused": error.why, **wrong_line(text, error.field, error.said)}
            else:
                of = "&".join(f"of={each.configuration.pk}" for each in pushed)
                return goes_to(request, f"{reverse('desk:pushed')}?{of}")
    return page(request, "desk/fleet/push.html", status, **context)


@desk("fleet.view_edge")
def pushed_page(request: HttpRequest) -> HttpResponse:
    """`of`: the keys of the configurations that were pushed."""
    numbers = [int(each) for each in request.GET.getlist("of")[:_MANY_MAX] if each.isdecimal() and len(each) < 19]
    at = timezone.now()
    found = outcomes(numbers, at)
    counts = {
        word: sum(each.word == word for each in found) for word in ("applied", "refused", "tried", "waiting")
    }
    context = {"outcomes": found, "counts": counts, "is_open": any(each.is_open for each in found), "at": at}
    return live_page(request, "desk/fleet/pushed", context)
