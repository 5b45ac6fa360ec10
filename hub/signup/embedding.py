"""What a website's page takes from us: the script that puts our frame there; and what the frame asks with a
visitor's token."""

from datetime import timedelta
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Final

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.utils.cache import get_conditional_response
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST, require_safe

from hub.joining import flow_operations
from hub.page_policy import loaded_by_others
from hub.rates.operations import Limit
from hub.signup.files import counted
from hub.signup.places import Place, refused
from hub.websites.faults import TokenRefused
from hub.websites.sealing import SecretUnreadable

_KEPT: Final = timedelta(minutes=10)
_TOKENS: Final = Limit("join-token", 120, 600)
_TOKEN_LETTERS_MAX: Final = 5_000


@require_safe
@counted
def script(request: HttpRequest) -> HttpResponse:
    """For any page to load; it knows by its own address where the hub is."""
    text = _script()
    response = HttpResponse(text, content_type="text/javascript; charset=utf-8")
    response["Cache-Control"] = f"public, max-age={int(_KEPT.total_seconds())}"
    response["ETag"] = etag = f'"{sha256(text).hexdigest()[:16]}"'
    return loaded_by_others(get_conditional_response(request, etag=etag, response=response) or response)


@sensitive_post_parameters("token")
@require_POST
def token(request: HttpRequest, place: Place) -> HttpResponse:
    """For the frame's script: who the visitor is, as a flow begun by them. 422: the code of what is wrong."""
    if place.website is None:
        return JsonResponse({"fault": "hub", "text": "Tokens are for frames."}, status=404)
    if wait := refused(request, place, _TOKENS):
        said = {"fault": "too_many", "text": "Too many tokens from this address."}
        return JsonResponse(said, status=429, headers={"Retry-After": wait["Retry-After"]})
    text = request.POST.get("token", "")[:_TOKEN_LETTERS_MAX]
    try:
        begun = flow_operations.begin_known(place.website, text, timezone.now())
    except TokenRefused as error:
        return JsonResponse({"fault": error.fault, "text": str(error)}, status=422)
    except SecretUnreadable:
        return JsonResponse({"fault": "hub", "text": "The hub cannot read its key for this website."}, status=503)
    return JsonResponse({"flow": begun.secret})


@cache
def _script() -> bytes:
    return (Path(__file__).parent / "static" / "signup" / "embed.js").read_bytes()
