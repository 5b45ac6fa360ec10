"""Whatever is refused under /api/ is told as a problem, also what no endpoint has seen; no answer is stored."""

from collections.abc import Callable
from typing import Final

from django.http import HttpRequest, HttpResponse
from django.utils.translation import override

from hub.api.gate import rate_fields
from hub.api.problems import CONTENT_TYPE, OF_STATUS, Kind, Problem, answer_of

_ADDRESS: Final = "/api/"
_KEPT: Final = ("Allow", "Retry-After")


class EnglishMiddleware:
    """After the one that finds out who reads what: machines read problems and troubles in English alone."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not request.path_info.startswith(_ADDRESS):
            return self.get_response(request)
        with override("en"):
            response = self.get_response(request)
        response.headers.setdefault("Content-Language", "en")
        return response


class ProblemMiddleware:
    """Outermost, so that it sees what other middleware has refused."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if not request.path_info.startswith(_ADDRESS):
            return response
        if response.status_code >= 400 and response.headers.get("Content-Type") != CONTENT_TYPE:
            response = _as_problem(response)
        response.headers.setdefault("Cache-Control", "no-store")
        rate = getattr(request, "rate", None)
        if rate is not None:
            for name, value in rate_fields(rate).items():
                response[name] = value
        return response


def _as_problem(response: HttpResponse) -> HttpResponse:
    kind = OF_STATUS.get(response.status_code, Kind.BAD_REQUEST if response.status_code < 500 else Kind.ERROR)
    kept = {name: response.headers[name] for name in _KEPT if name in response.headers}
    return answer_of(Problem(kind, headers=kept))
