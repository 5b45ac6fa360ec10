"""Addresses of public signup: at the hub below /join/, in websites' frames below /embed/. None holds a secret."""

from typing import Any

from django.urls import URLPattern, path

from hub.signup import embedding, flowing, plans
from hub.signup.places import View, framed, own

app_name = "signup"
_PRESSED: dict[str, View] = {
    "go": flowing.go,
    "pay": flowing.pay,
    "paid": flowing.paid,
    "card": flowing.card,
    "passkey": flowing.passkey,
}


def _both(place: str, prefix: str, declared: Any) -> list[URLPattern]:
    """The same views at the hub, and in a frame."""
    return [
        path(place, declared(plans.plans_page), name=f"{prefix}plans"),
        *(path(f"{place}{name}", declared(view), name=f"{prefix}{name}") for name, view in _PRESSED.items()),
        path(f"{place}<slug:plan>/", declared(plans.plans_page), name=f"{prefix}plan"),
    ]


urlpatterns = [
    path("embed.js", embedding.script, name="script"),
    path("join/look.css", plans.look, name="look"),
    path("join/thanks", own(flowing.thanks), name="thanks"),
    *_both("join/", "", own),
    path("embed/<slug:website>/token", framed(embedding.token), name="frame_token"),
    *_both("embed/<slug:website>/", "frame_", framed),
]
