"""One chain of middleware for all of Django's test clients: each would look at all static files for its own."""

from typing import Final

from django.core.signals import setting_changed
from django.test.client import ClientHandler

_PARTS: Final = (
    "_view_middleware",
    "_template_response_middleware",
    "_exception_middleware",
    "_middleware_chain",
)
_load = ClientHandler.load_middleware
_first: list[ClientHandler] = []


def share_middleware() -> None:
    """Once a test overrides settings, or has done so, clients share a chain that is made anew."""
    ClientHandler.load_middleware = _share
    setting_changed.connect(_forget)


def _share(handler: ClientHandler) -> None:
    if not _first:
        _load(handler)
        _first.append(handler)
    for part in _PARTS:
        setattr(handler, part, getattr(_first[0], part))


def _forget(**_changed: object) -> None:
    _first.clear()
