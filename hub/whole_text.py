"""A request with a NUL character is answered with 400: PostgreSQL keeps none, so nothing of ours is called so, and
to ask it for one is an error.

What stands in an address or a cookie is looked at before anything else; what a form says, once the database was
asked for it. Must not know what is asked for.
"""

from collections.abc import Callable
from typing import Final

from django.core.exceptions import BadRequest
from django.db import DataError
from django.http import HttpRequest, HttpResponse

_NUL: Final = "\0"
_SAYS: Final = "There is a NUL character in it."


class WholeTextMiddleware:
    """Before all that asks the database."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        asked = (request.path_info, *(text for _name, each in request.GET.lists() for text in each))
        if any(_NUL in text for text in (*asked, *request.COOKIES.values())):
            raise BadRequest(_SAYS)
        return self._get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> None:
        """Of the driver's own words, since nothing else tells it from other data that do not fit."""
        if isinstance(exception, DataError) and "NUL" in str(exception):
            raise BadRequest(_SAYS) from exception
