"""The card page as an app of its own on a phone: manifest, icons, and the worker that shows the last known card
offline.

What is the organization's alone (icons, colour) is open to whoever asks, as static files are.
"""

import hashlib
from datetime import timedelta
from typing import Final

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.templatetags.static import static
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from hub.cards.icon import icon_png as drawn_png
from hub.cards.models import CardLink
from hub.organization.ink import ink_on
from hub.organization.queries import organization
from hub.wallet.phone import PATH, for_member, secret_of
from hub.wallet.views import nothing

PIXELS: Final = (180, 192, 512)
"""An iPhone's icon, and the two that Android asks for."""
_APPLES: Final = ("iPhone", "iPad", "iPod", "Macintosh")
_CHROMIUMS: Final = ("Chrome/", "Chromium/", "Android")
"""Of these each says that it is Safari, too; Chrome on an iPhone calls itself CriOS, and is WebKit."""
SHELL: Final = (
    "hub/door.svg",
    "wallet/wallet.css",
    "wallet/card.js",
    "wallet/rotating.js",
    "wallet/vendor/qrcode.js",
)
"""Static files that the page needs offline."""
_MINUTES: Final = int(timedelta(minutes=5).total_seconds())


@for_member(nothing)
def manifest(request: HttpRequest, link: CardLink) -> HttpResponse:
    """An app on an iPhone has cookies of its own: there it starts at the member's link, and opens the card once by
    itself. Elsewhere it has the browser's cookies, and browsers hand a start to others: Chrome on Android lets
    Google make the app of it. There it is a start like anybody's."""
    club = organization()
    name = club.name or "Doorward"
    icons = [{"src": reverse("wallet:icon_svg"), "sizes": "any", "type": "image/svg+xml"}]
    for pixels in PIXELS[1:]:
        icon = {"src": reverse("wallet:icon_png", args=[pixels]), "sizes": f"{pixels}x{pixels}"}
        icons.append({**icon, "type": "image/png", "purpose": "any maskable"})
    said = {
        "id": PATH,
        "start_url": f"{PATH}#{secret_of(request, link)}" if _has_own_cookies(request) else PATH,
        "scope": PATH,
        "name": _("Card of %(club)s") % {"club": name},
        "short_name": name,
        "lang": get_language() or "en",
        "display": "standalone",
        "orientation": "portrait",
        "theme_color": club.colour,
        "background_color": club.colour,
        "icons": icons,
    }
    return JsonResponse(said, content_type="application/manifest+json")


def _has_own_cookies(request: HttpRequest) -> bool:
    """An app of this browser's. Safari on an iPad says that it is a Mac, as all browsers there do; of Macs' own
    browsers only Safari is taken for one then."""
    says = request.headers.get("User-Agent", "")
    is_webkits = "AppleWebKit/" in says and not any(each in says for each in _CHROMIUMS)
    return is_webkits and any(each in says for each in _APPLES)


def worker(request: HttpRequest) -> HttpResponse:
    """A new one wherever a file that it keeps is another one."""
    files = [static(each) for each in SHELL]
    version = hashlib.sha256("".join(files).encode()).hexdigest()[:12]
    context = {"files": files, "version": version, "card": PATH}
    response = render(request, "wallet/worker.js", context, content_type="text/javascript")
    response["Cache-Control"] = "no-cache"
    return response


def look(request: HttpRequest) -> HttpResponse:
    """The organization's colour as a style sheet: no style stands in a page."""
    colour = organization().colour
    text = f":root {{ --club: {colour}; --club-ink: {ink_on(colour)}; }}\n"
    return _kept_a_while(HttpResponse(text, content_type="text/css"))


def icon_svg(request: HttpRequest) -> HttpResponse:
    response = render(
        request, "wallet/icon.svg", {"colour": organization().colour, "ink": _ink()}, content_type="image/svg+xml"
    )
    return _kept_a_while(response)


def icon_png(request: HttpRequest, pixels: int) -> HttpResponse:
    if pixels not in PIXELS:
        raise Http404
    return _kept_a_while(HttpResponse(drawn_png(pixels, organization().colour), content_type="image/png"))


def _ink() -> str:
    return ink_on(organization().colour)


def _kept_a_while(response: HttpResponse) -> HttpResponse:
    response["Cache-Control"] = f"public, max-age={_MINUTES}"
    return response
