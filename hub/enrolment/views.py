"""What edges ask over HTTP when they enrol."""

import logging
from typing import Final

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from contract.enrolment import REQUEST_BYTES_MAX
from contract.enrolment_code import EnrolError, EnrolWhy
from hub.enrolment import attempt_operations, operations
from hub.errors import HubError
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


def _fits(request: HttpRequest) -> bool:
    """By what it says of itself: nothing of it has been read yet, and no more than it says will be."""
    length = request.META.get("CONTENT_LENGTH") or "0"
    return len(length) <= _DIGITS_MAX and length.isdecimal() and 1 <= int(length) <= REQUEST_BYTES_MAX


def _refused(why: str, text: str, status: int) -> JsonResponse:
    return JsonResponse({"why": why, "text": text}, status=status)
