"""How long somebody stays signed in: LASTS_DAYS at most, and no longer than IDLE_HOURS without asking for
anything, unless they wished to stay signed in on that device.

A session says when it began and, within WRITTEN_EVERY_S, when it was used last. One that does not is of before
this was counted, and has ended.
"""

from collections.abc import Callable
from typing import Final

from django.contrib.auth import logout, user_logged_in
from django.contrib.auth.models import User
from django.dispatch import receiver
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

LASTS_DAYS: Final = 14
IDLE_HOURS: Final = 12
"""A night at a counter: whoever opens in the morning says who they are."""
WRITTEN_EVERY_S: Final = 600
BEGAN, USED = "began_at", "used_at"
"""In the session; seconds since 1970."""


class SessionAgeMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.user.is_authenticated:
            _look_at(request, timezone.now().timestamp())
        return self._get_response(request)


def _look_at(request: HttpRequest, now: float) -> None:
    session = request.session
    began, used = session.get(BEGAN, 0), session.get(USED, 0)
    idle = now - used > IDLE_HOURS * 3600 and session.get_expire_at_browser_close()
    if idle or now - began > LASTS_DAYS * 24 * 3600:
        logout(request)
    elif now - used > WRITTEN_EVERY_S:
        session[USED] = now


@receiver(user_logged_in, dispatch_uid="session age")
def _begins(request: HttpRequest, user: User, **_: object) -> None:
    request.session[BEGAN] = request.session[USED] = timezone.now().timestamp()
