"""Says to the audit log whose request this is. hub/audit knows nothing of requests."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from hub.access.queries import actor_of
from hub.audit.acting import acting


class ActingMiddleware:
    """Requests that change nothing write no entries: who asks is not looked up for them."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.method in ("GET", "HEAD", "OPTIONS") or not request.user.is_authenticated:
            return self._get_response(request)
        with acting(actor_of(request.user)):
            return self._get_response(request)
