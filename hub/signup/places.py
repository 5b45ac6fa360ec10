"""Where the pages of joining stand: at the hub itself, or in a frame of a website's. Every view of the two is
declared by `own` or `framed`, and gets the place after the request.

At the hub a cookie remembers which flow is this browser's, for who comes back from paying; forms carry its secret
all the same, and are guarded as all of the hub's are. In a frame no cookie is set or read: others' are blocked in
browsers. There the secret in the form is the whole right; that nobody goes on in a flow which another site's form
has begun for them, browsers say of each press from where it comes.
Strangers are counted by their address. What is answered is kept by nobody on the way.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any, Final
from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone, translation
from django.views.decorators.csrf import csrf_exempt

from hub.audit.acting import acting
from hub.cards.link_operations import MEMBER
from hub.fleet.zones import organization_zone
from hub.kept import keep
from hub.login.address import address_of
from hub.organization.queries import organization, signup
from hub.page_policy import framed_by
from hub.rates.operations import Limit, take
from hub.signup.themes import Theme, theme_of
from hub.websites.models import Website
from hub.websites.queries import frame_origins, website_with
from hub.websites.token_operations import note_framed

COOKIE: Final = "doorward_join"
PATH: Final = "/join/"
_STRANGERS: Final = Limit("join", 300, 600)
_WAITING: Final = Limit("join-waiting", 3_000, 600)
"""Pages that ask each 4 s whether they are paid: who pays keeps nobody else at this address from joining."""
_HEADERS: Final = {"Cache-Control": "no-store"}
View = Callable[..., HttpResponse]


@dataclass(frozen=True, slots=True)
class Place:
    """`website` None: at the hub itself."""

    website: Website | None
    theme: Theme

    @property
    def is_frame(self) -> bool:
        return self.website is not None

    def address(self, name: str, *arguments: str) -> str:
        """Of a view by its name, at this place, dressed alike."""
        if self.website is None:
            return reverse(f"signup:{name}", args=arguments)
        path = reverse(f"signup:frame_{name}", args=[self.website.public_id, *arguments])
        return f"{path}?{urlencode(self.theme.said)}" if self.theme.said else path


def own(view: View) -> View:
    @wraps(view)
    def asked(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        place = Place(None, Theme())
        response = _counted(request, place, lambda: view(request, place, *args, **kwargs))
        response.headers.setdefault("Referrer-Policy", "same-origin")
        return response

    return asked


def framed(view: View) -> View:
    @csrf_exempt
    @wraps(view)
    def asked(request: HttpRequest, website: str, *args: Any, **kwargs: Any) -> HttpResponse:
        request.COOKIES.clear()
        theme = theme_of(request.GET.dict())
        language = dict(theme.said).get("language") or translation.get_language_from_request(request)
        with translation.override(language):
            try:
                place = Place(website_with(website), theme)
            except Website.DoesNotExist:
                return page(request, Place(None, theme), "signup/not_here.html", 404).render()
            if _is_of_others(request):
                response = page(request, place, "signup/over.html", 403).render()
            else:
                response = _counted(request, place, lambda: view(request, place, *args, **kwargs))
        if request.headers.get("Sec-Fetch-Dest") == "iframe":
            note_framed(place.website, timezone.now())  # type: ignore[arg-type]
        return framed_by(response, frame_origins(place.website))  # type: ignore[arg-type]

    return asked


def page(request: HttpRequest, place: Place, template: str, status: int = 200, **context: Any) -> TemplateResponse:
    origins = " ".join(frame_origins(place.website)) if place.website else ""
    look = f"{reverse('signup:look')}?{urlencode(place.theme.said)}"
    known = {"club": organization(), "signup": signup(), "place": place, "origins": origins, "look": look}
    addresses = {f"to_{name}": place.address(name) for name in ("plans", "go", "pay", "paid", "card", "passkey")}
    return TemplateResponse(request, template, {**known, **addresses, **context}, status=status)


def remembers(response: HttpResponse, secret: str) -> HttpResponse:
    """For this browser's session: which flow is its."""
    keep(response, COOKIE, secret, None, PATH)
    return response


def too_many(request: HttpRequest, place: Place, wait_s: int) -> HttpResponse:
    response = page(request, place, "signup/too_many.html", 429, minutes=-(-wait_s // 60))
    response["Retry-After"] = str(wait_s)
    return response


def refused(request: HttpRequest, place: Place, limit: Limit, whose: str = "") -> HttpResponse | None:
    """None: there may be one more of these."""
    rate = take(limit, whose or address_of(request), timezone.now())
    return None if rate.granted else too_many(request, place, rate.wait_s)


def _is_of_others(request: HttpRequest) -> bool:
    """A press on another site's page: that site would know the flow's secret, and have what is proved in it."""
    if request.method != "POST":
        return False
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        return site not in {"same-origin", "none"}
    ours = {settings.DOORWARD_URL, f"{request.scheme}://{request.get_host()}"}
    return request.headers.get("Origin", settings.DOORWARD_URL) not in ours


def _counted(request: HttpRequest, place: Place, view: Callable[[], HttpResponse]) -> HttpResponse:
    """Times are in the organization's zone."""
    with timezone.override(organization_zone()), acting(MEMBER):
        limit = _WAITING if request.path == place.address("paid").partition("?")[0] else _STRANGERS
        response = refused(request, place, limit) or view()
        if isinstance(response, TemplateResponse):
            response = response.render()
    for name, value in _HEADERS.items():
        response.headers.setdefault(name, value)
    return response
