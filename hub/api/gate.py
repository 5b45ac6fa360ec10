"""The way of every request into an endpoint: its token, its rate, its scope, its form; then it is done in the
token's name, and once where it asks for that. The one place of the API that asks what time it is: `request.at`.
"""

import re
from collections.abc import Callable
from functools import wraps
from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from hub.api import etags, idempotency, rates, token_operations
from hub.api.models import ApiToken
from hub.api.problems import Kind, Problem, answer_of
from hub.api.scopes import Scope
from hub.audit.acting import Actor, ActorKind, acting
from hub.login import told
from hub.login.address import address_of
from hub.rates.operations import Limit, Rate, take

BODY_BYTES_MAX: Final = 256 * 1024
_CHALLENGE: Final = {"WWW-Authenticate": 'Bearer realm="doorward"'}
_JSON: Final = "application/json"
FORMS: Final = {idempotency.HEADER: re.compile(r"[!-~]{1,255}"), etags.HEADER: re.compile(r"[ -~]{1,500}")}
"""What these headers may be."""
_WITH_BODY: Final = ("POST", "PATCH", "PUT")
Run = Callable[..., HttpResponse]


def answering(scope: Scope | None) -> Callable[[Run], Run]:
    """For decorate_view. `scope` None: any token does."""

    def around(run: Run) -> Run:
        known, once = _query_names(run), _is_done_once(run)

        @wraps(run)
        def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            try:
                token = request.token = admitted(request, scope)
                _check_form(request, known)
                with acting(Actor(ActorKind.TOKEN, token.name, token.created_by_id)):
                    return _done(token, request, once, lambda: run(request, *args, **kwargs))
            except Problem as problem:
                return answer_of(problem)

        return answer

    return around


def admitted(request: HttpRequest, scope: Scope | None) -> ApiToken:
    """The token that the request shows. Problem: it does not count, has asked too often, or lacks the scope."""
    request.at = timezone.now()
    scheme, _, secret = request.headers.get("Authorization", "").partition(" ")
    token = token_operations.token_of(secret.strip(), request.at) if scheme.lower() == "bearer" else None
    if token is None:
        _spend(request, rates.OF_WRONG_TOKENS, address_of(request))
        raise Problem(Kind.NO_TOKEN, "send Authorization: Bearer dw_…, a token that counts", headers=_CHALLENGE)
    _spend(request, rates.OF_A_TOKEN, str(token.pk))
    if scope is not None and scope not in token.scopes:
        told.not_allowed(request, f"token:{token.pk}", scope)
        raise Problem(Kind.SCOPE_MISSING, f"this token has not the scope {scope}")
    return token


def rate_fields(rate: Rate) -> dict[str, str]:
    """What is left and when all is free again, as draft-ietf-httpapi-ratelimit-headers-10 writes it."""
    limit = rate.limit
    return {
        "RateLimit-Policy": f'"{limit.name}";q={limit.count};w={limit.seconds}',
        "RateLimit": f'"{limit.name}";r={rate.remaining};t={rate.reset_s}',
    }


def _spend(request: HttpRequest, limit: Limit, whose: str) -> None:
    """The answer tells what is left, whatever it is."""
    request.rate = rate = take(limit, whose, request.at)
    if not rate.granted:
        again = {"Retry-After": str(rate.wait_s)}
        raise Problem(Kind.TOO_MANY, f"ask again in {rate.wait_s} s", headers=again)


def _check_form(request: HttpRequest, known: frozenset[str]) -> None:
    length = request.META.get("CONTENT_LENGTH") or "0"
    if not length.isdecimal() or int(length) > BODY_BYTES_MAX:
        raise Problem(Kind.TOO_LARGE, f"a body has at most {BODY_BYTES_MAX} bytes")
    if int(length) and request.method in _WITH_BODY and request.content_type != _JSON:
        raise Problem(Kind.NOT_JSON, f"say Content-Type: {_JSON}")
    for name, pattern in FORMS.items():
        if name in request.headers and not pattern.fullmatch(request.headers[name]):
            raise Problem(Kind.INVALID, f"{name} does not fit {pattern.pattern}")
    unknown = sorted(request.GET.keys() - known)
    if unknown:
        # A filter that is misspelt would answer with everything.
        errors = [{"where": ["query", name], "message": "there is no such parameter"} for name in unknown]
        raise Problem(Kind.INVALID, "the address has parameters that are not known here", errors)


def _done(token: ApiToken, request: HttpRequest, once: bool, run: Callable[[], HttpResponse]) -> HttpResponse:
    key = request.headers.get(idempotency.HEADER)
    if key is None or not once:
        return run()
    return idempotency.once(token, key, request, request.at, run)


def _is_done_once(run: Run) -> bool:
    """As its own description says: those that take such a key."""
    said = run.__self__.openapi_extra or {}
    return any(each["name"] == idempotency.HEADER for each in said.get("parameters", ()))


def _query_names(run: Run) -> frozenset[str]:
    """Those that the endpoint's own parameters have."""
    models = [each for each in run.__self__.models if each.__ninja_param_source__ == "query"]
    return frozenset(name for each in models for name in each.__ninja_flatten_map__)
