"""What a browser may load for each of the hub's pages, and who may put them in a frame: on every response.

Pages take scripts, styles and pictures from the hub itself, and no script or style that stands in the page. Two
kinds of pages need more, which others wrote: the back office (unfold: its Alpine evaluates words of the page, and
styles stand in it) and Swagger's page of the API (pictures as data). Pages that read codes by camera alone may ask
for it, and compile what reads them (WebAssembly).

Nobody may put a page in a frame but whom its view names (`framed_by`), and others' pages load nothing of ours but
what its view gives them (`loaded_by_others`).
"""

import re
from collections.abc import Callable, Collection, Mapping
from typing import Final

from django.http import HttpRequest, HttpResponse

Policy = Mapping[str, str]
STRICT: Final[Policy] = {
    "default-src": "'self'",
    "object-src": "'none'",
    "base-uri": "'none'",
    "form-action": "'self'",
    "frame-ancestors": "'none'",
}
_INLINE: Final = "'self' 'unsafe-inline'"
BACK_OFFICE: Final[Policy] = {
    **STRICT,
    "script-src": f"{_INLINE} 'unsafe-eval'",
    "style-src": _INLINE,
    "img-src": "'self' data:",
}
SWAGGER: Final[Policy] = {**STRICT, "img-src": "'self' data:"}
CAMERA: Final[Policy] = {**STRICT, "script-src": "'self' 'wasm-unsafe-eval'"}
ONE_PAGE: Final[Policy] = {**STRICT, "default-src": "'none'", "style-src": "'unsafe-inline'"}
"""For a page that is whole by itself."""
_OTHERS: Final = (
    (r"/admin/", BACK_OFFICE),
    (r"/desk/api/", SWAGGER),
    (r"/counter/", CAMERA),
    (r"/desk/customers/\d+/cards/import/", CAMERA),
)
"""Which pages have another policy than STRICT, by how their addresses begin."""
_ALLOWED: Final = "geolocation=(), microphone=(), payment=(), usb=(), camera="
_FROM_WHERE: Final = "Cross-Origin-Resource-Policy"
_FIXED: Final = {_FROM_WHERE: "same-origin"}
_NAME: Final = "Content-Security-Policy"


class PagePolicyMiddleware:
    """The first of all: what others answer before a view is reached is covered too."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response, policy = self._get_response(request), policy_of(request.path)
        allowed = _ALLOWED + ("(self)" if policy is CAMERA else "()")
        for name, value in {**_FIXED, "Permissions-Policy": allowed, _NAME: text_of(policy)}.items():
            response.headers.setdefault(name, value)
        return response


def framed_by(response: HttpResponse, origins: Collection[str]) -> HttpResponse:
    """A page that these origins alone (hub/websites/origins.py checks them) may put in a frame; none: nobody may.

    X-Frame-Options knows no list, so it goes where there is one. Who framed it is told our host alone.
    """
    response.headers[_NAME] = text_of({**STRICT, "frame-ancestors": " ".join(origins) or "'none'"})
    response.headers["Referrer-Policy"] = "strict-origin"
    if origins:
        response.xframe_options_exempt = True  # type: ignore[attr-defined]
        loaded_by_others(response)
    return response


def loaded_by_others(response: HttpResponse) -> HttpResponse:
    """For what other sites' pages take from us, as /embed.js."""
    response.headers[_FROM_WHERE] = "cross-origin"
    return response


def policy_of(path: str) -> Policy:
    return next((policy for begins, policy in _OTHERS if re.match(begins, path)), STRICT)


def text_of(policy: Policy) -> str:
    return "; ".join(f"{name} {sources}" for name, sources in policy.items())
