"""What pages take from us as files: kept by browsers for a while, and counted by the address that asks."""

from collections.abc import Callable
from functools import wraps
from typing import Final

from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from hub.login.address import address_of
from hub.rates.operations import Limit, take

_FILES: Final = Limit("join-files", 1_200, 600)
"""Many more than of pages: a page of a website's may stand open in a whole office."""
View = Callable[[HttpRequest], HttpResponse]


def counted(view: View) -> View:
    @wraps(view)
    def asked(request: HttpRequest) -> HttpResponse:
        rate = take(_FILES, address_of(request), timezone.now())
        if rate.granted:
            return view(request)
        response = HttpResponse("Too many requests.", content_type="text/plain", status=429)
        response["Retry-After"] = str(rate.wait_s)
        response["Cache-Control"] = "no-store"
        return response

    return asked
