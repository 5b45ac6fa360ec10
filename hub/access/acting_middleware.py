"""Says to the audit log whose request this is. hub/audit knows nothing of requests."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from hub.access.queries import actor_of
from hub.audit.acting import acting


class ActingMiddleware:
    """Of looks too: some are noted."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not request.user.is_authenticated:
            return self._get_response(request)
        with acting(actor_of(request.user)):
            return self._get_response(request)
