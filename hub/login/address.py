"""From where somebody asks."""

from typing import Final

from django.http import HttpRequest

_LOOPBACK: Final = ("127.0.0.1", "::1")


def address_of(request: HttpRequest) -> str:
    """Who asks. Only a proxy on this machine is believed about whom it asks for."""
    peer = request.META.get("REMOTE_ADDR", "")
    forwarded = request.META.get("HTTP_X_FORWARDED_FOR", "")
    return forwarded.rsplit(",", 1)[-1].strip() if peer in _LOOPBACK and forwarded else peer
