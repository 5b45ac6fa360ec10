"""What edges ask over HTTP when they enrol, and the staff's page that makes a code and shows it once."""

import logging
from typing import Final

from django.contrib import admin
from django.contrib.admin.models import CHANGE, LogEntry
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from contract.enrolment import REQUEST_BYTES_MAX
from contract.enrolment_code import EnrolError, EnrolWhy
from hub.enrolment import attempt_operations, operations
from hub.enrolment.states import State, state_of, state_without_code
from hub.errors import HubError
from hub.fleet.models import Edge
from hub.fleet.standing import instant_text
from hub.login.address import address_of

_LOG: Final = logging.getLogger("hub.enrolment")
_STATUS: Final = {EnrolWhy.WRONG_SIZE: 413, EnrolWhy.MALFORMED: 400, EnrolWhy.BAD_KEY: 400}
_DIGITS_MAX: Final = 9
_UNKNOWN: Final = (
    "no code of this hub that counts was used: compare it with the one shown, or make a new one; or is this"
    " another hub's address?"
)


@csrf_exempt
@require_POST
@never_cache
def enrol(request: HttpRequest) -> HttpResponse:
    """POST /enrol: an EnrolRequest for an EnrolAnswer. 4xx, or 503 if the hub is at fault, as {"why", "text"}.

    A code that there is not, and one that the request was not made with, are answered alike.
    """
    if not _fits(request):
        return _refused(EnrolWhy.WRONG_SIZE, f"a request has 1 to {REQUEST_BYTES_MAX} bytes", 413)
    at = timezone.now()
    if not attempt_operations.begin(address_of(request), request.body, at):
        minutes = attempt_operations.WINDOW.seconds // 60
        return _refused("too_many", f"too many attempts: wait {minutes} minutes, then try again", 429)
    try:
        answer = operations.enrol(request.body, at)
    except EnrolError as error:
        if error.why in (EnrolWhy.UNKNOWN_CODE, EnrolWhy.WRONG_SECRET):
            return _refused(EnrolWhy.UNKNOWN_CODE, _UNKNOWN, 403)
        return _refused(error.why, str(error), _STATUS.get(error.why, 403))
    except HubError as error:
        _LOG.error("an edge could not enrol: %s", error)
        return _refused("hub_not_ready", "the hub's set-up is not complete: its log says what is missing", 503)
    return HttpResponse(answer, content_type="application/cbor")


@never_cache
def code_page(request: HttpRequest, number: int) -> TemplateResponse:
    """Inside the admin, which has asked who it is. A POST makes a code and shows it. 403: may not change edges."""
    if not request.user.has_perm("fleet.change_edge"):
        raise PermissionDenied
    edge = get_object_or_404(Edge.objects.select_related("enrolment_code", "site"), pk=number)
    at = timezone.now()
    state, made = state_of(edge, at), None
    if request.method == "POST":
        made = operations.make_code_for(edge.name, at)
        LogEntry.objects.log_actions(request.user.pk, [edge], CHANGE, "Made an enrolment code.")
    context = {
        **admin.site.each_context(request),
        "title": f"Enrol {edge}",
        "edge": edge,
        "state": state.value,
        "enrolled": state_without_code(edge) is State.ENROLLED,
        "made": made,
        "until": made and instant_text(edge, made.until),
        "minutes": int(operations.CODE_LASTS.total_seconds() // 60),
    }
    return TemplateResponse(request, "enrolment/code.html", context)


def _fits(request: HttpRequest) -> bool:
    """By what it says of itself: nothing of it has been read yet, and no more than it says will be."""
    length = request.META.get("CONTENT_LENGTH") or "0"
    return len(length) <= _DIGITS_MAX and length.isdecimal() and 1 <= int(length) <= REQUEST_BYTES_MAX


def _refused(why: str, text: str, status: int) -> JsonResponse:
    return JsonResponse({"why": why, "text": text}, status=status)
