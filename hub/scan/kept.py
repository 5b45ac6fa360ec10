"""What a phone's browser keeps for this room, where no script reads it."""

from datetime import timedelta

from django.conf import settings
from django.http import HttpResponse


def keep(response: HttpResponse, name: str, value: str, how_long: timedelta, path: str = "/") -> None:
    response.set_cookie(
        name,
        value,
        max_age=how_long,
        path=path,
        httponly=True,
        samesite="Lax",
        secure=settings.SESSION_COOKIE_SECURE,
    )
