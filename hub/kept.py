"""What the hub's pages keep in a browser, where no script reads it. Sessions and languages are Django's own."""

from datetime import timedelta

from django.conf import settings
from django.http import HttpResponse


def keep(response: HttpResponse, name: str, value: str, how_long: timedelta | None, path: str = "/") -> None:
    """`how_long` None: until the browser is closed."""
    response.set_cookie(
        name,
        value,
        max_age=how_long,
        path=path,
        httponly=True,
        samesite="Lax",
        secure=settings.SESSION_COOKIE_SECURE,
    )


def forget(response: HttpResponse, name: str, path: str = "/") -> None:
    response.delete_cookie(name, path=path, samesite="Lax")
