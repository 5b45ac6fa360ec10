"""What phones with Apple's Wallet ask of us by themselves: to be told of a pass's changes, which have changed, and
the pass as it is now. Addresses, answers and their codes are Apple's ("PassKit Web Service Reference").

Whoever shows a pass's token has that pass; by the name that a device has given itself it is asked which of its
passes changed, which says serial numbers and nothing else. No cookie counts here.
"""

import json
import logging
from collections.abc import Callable
from functools import wraps
from typing import Any, Final

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.utils.http import parse_http_date_safe
from django.views.decorators.csrf import csrf_exempt

from hub.cards.models import WalletPass
from hub.cards.passes.configuration import wallets
from hub.cards.passes.operations import register, unregister
from hub.cards.passes.queries import apple_pass, changed_since
from hub.login.address import address_of
from hub.members.codes import CodeUnreadable
from hub.rates.operations import Limit, take
from hub.wallet.passes import packed

_ASKED: Final = Limit("pass-service", 600, 600)
"""Phones of a whole club may ask from one address, all at once after a change of its plan."""
_COMPLAINED: Final = Limit("pass-log", 30, 600)
_SCHEME: Final = "ApplePass "
_NAME_LETTERS_MAX, _TOKEN_LETTERS_MAX = 100, 200
_LINES_MAX, _LINE_LETTERS_MAX = 10, 300
_HEX: Final = frozenset("0123456789abcdefABCDEF")
_LOG: Final = logging.getLogger("hub.wallet.apple")
View = Callable[..., HttpResponse]


def service(*methods: str, limit: Limit = _ASKED) -> Callable[[View], View]:
    """No page, no cookie: nothing that others' forms could abuse."""

    def declared(view: View) -> View:
        @csrf_exempt
        @wraps(view)
        def asked(request: HttpRequest, **kwargs: Any) -> HttpResponse:
            if request.method not in methods:
                return HttpResponse(status=405, headers={"Allow": ", ".join(methods)})
            rate = take(limit, address_of(request), timezone.now())
            if not rate.granted:
                return HttpResponse(status=429, headers={"Retry-After": str(rate.wait_s)})
            response = view(request, **kwargs)
            response["Cache-Control"] = "no-store"
            return response

        return asked

    return declared


@service("POST", "DELETE")
def registration(request: HttpRequest, device: str, pass_type: str, serial: str) -> HttpResponse:
    """POST: 201, or 200 where it is asked for already. DELETE: 200."""
    held = _held(request, pass_type, serial)
    if held is None:
        return HttpResponse(status=401)
    if request.method == "DELETE":
        unregister(held, device)
        return HttpResponse()
    said = _said(request)
    token = said.get("pushToken")
    if not isinstance(token, str) or not 0 < len(token) <= _TOKEN_LETTERS_MAX or not _HEX.issuperset(token):
        return HttpResponse(status=400)
    if not device.isprintable() or len(device) > _NAME_LETTERS_MAX:
        return HttpResponse(status=400)
    return HttpResponse(status=201 if register(held, device, token) else 200)


@service("GET")
def changed(request: HttpRequest, device: str, pass_type: str) -> HttpResponse:
    """200 with serials and the tag to ask with next; 204: none has changed."""
    if not _is_ours(pass_type):
        return HttpResponse(status=204)
    serials, tag = changed_since(device, request.GET.get("passesUpdatedSince", ""))
    if not serials:
        return HttpResponse(status=204)
    return JsonResponse({"serialNumbers": serials, "lastUpdated": tag})


@service("GET", "HEAD")
def latest(request: HttpRequest, pass_type: str, serial: str) -> HttpResponse:
    """200 with the pass; 304: it is as the phone has it."""
    held, at = _held(request, pass_type, serial), timezone.now()
    if held is None:
        return HttpResponse(status=401)
    apple = wallets(at).apple
    if apple is None:
        return HttpResponse(status=503)
    since_s = parse_http_date_safe(request.headers.get("If-Modified-Since", ""))
    # Another second than ours, even a later one, is of a pass that an older backup no longer knew.
    if since_s is not None and held.changed_at.timestamp() == since_s:
        return HttpResponse(status=304)
    try:
        return packed(held, apple, at)
    except CodeUnreadable:
        return HttpResponse(status=503)


@service("POST", limit=_COMPLAINED)
def log(request: HttpRequest) -> HttpResponse:
    """What phones complain of. Anybody may say anything here: only so much of it, in one line each."""
    lines = _said(request).get("logs")
    for line in lines[:_LINES_MAX] if isinstance(lines, list) else []:
        text = "".join(each if each.isprintable() else " " for each in str(line))[:_LINE_LETTERS_MAX]
        _LOG.warning("a phone says: %s", text)
    return HttpResponse()


def _held(request: HttpRequest, pass_type: str, serial: str) -> WalletPass | None:
    """None: the same to whoever knows no such pass, and to whoever has no token of it."""
    said = request.headers.get("Authorization", "")
    if not said.startswith(_SCHEME) or not _is_ours(pass_type):
        return None
    return apple_pass(serial, said.removeprefix(_SCHEME))


def _is_ours(pass_type: str) -> bool:
    """Where the certificate cannot be used at the moment, nobody can say."""
    apple = wallets(timezone.now()).apple
    return apple is None or pass_type == apple.pass_type


def _said(request: HttpRequest) -> dict[str, Any]:
    """Empty: it is no dictionary in JSON."""
    try:
        said = json.loads(request.body)
    except (ValueError, RecursionError):
        return {}
    return said if isinstance(said, dict) else {}
