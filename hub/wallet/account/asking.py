"""A page that says what would happen, and asks; pressed, it is done, and said on the page before. And pages of the
provider's, which are opened from one of ours."""

from collections.abc import Callable, Mapping, Sequence
from hashlib import sha256
from typing import Any, Final, NamedTuple

from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from hub.cards.models import CardLink
from hub.errors import HubError
from hub.rates.operations import Limit, take
from hub.wallet.phone import customer_key, page, too_many

CHANGED: Final = Limit("card-account", 60, 3600)
"""By a member: each change stands in the audit log, and some are asked of a provider."""
DONE: Final[Mapping[str, str | Promise]] = {
    "cancelled": _("It is cancelled."),
    "ended": _("It is over."),
    "kept": _("The cancellation is taken back: it goes on."),
    "plan": _("The plan is changed."),
    "seats": _("The number of seats is changed."),
    "asked": _("Your club is asked, and sees to it."),
    "paid": _("It is paid: thank you."),
    "saved": _("Saved."),
    "email": _("Your e-mail address is changed."),
    "photo": _("Your photo is set."),
    "no-photo": _("Your photo is removed."),
    "left": _("You belong to the company no more."),
    "removed": _("They belong to the company no more."),
    "admin": _("They are an admin now."),
    "no-admin": _("They are no admin any more."),
    "revoked": _("The invitation counts no more."),
    "joined": _("You belong to the company now."),
}


class Changed(HubError):
    """What is pressed is not what was shown."""


class Asked(NamedTuple):
    """`says`: what it means, a sentence each. `back`: an address, which says afterwards what was done."""

    title: str
    says: Sequence[str]
    button: str
    back: str
    is_danger: bool = False
    is_offered: bool = True

    @property
    def shown(self) -> str:
        """By which a press is known to be of the page as it is now: dates and prices move."""
        return sha256("\n".join([self.title, *self.says]).encode()).hexdigest()[:16]


def ask(request: HttpRequest, link: CardLink, asked: Asked, do: Callable[[], str], **more: Any) -> HttpResponse:
    """`do` gives the word of DONE for it. What it refuses is said on the page, and nothing was changed. `more` is
    for the template, which may be another one by `template`."""
    template, status, error = more.pop("template", "wallet/account/ask.html"), 200, ""
    if request.method == "POST":
        refused = limited(request, link)
        if refused is not None:
            return refused
        try:
            check_shown(request, asked)
            return done(asked.back, do())
        except (HubError, ValidationError) as raised:
            status, error = 409, words_of(raised)
    return page(request, template, status, error=error, asked=asked, **more)


def check_shown(request: HttpRequest, asked: Asked) -> None:
    """Nobody presses for what they did not see."""
    if not asked.is_offered or request.POST.get("shown", "") != asked.shown:
        raise Changed(gettext("Something was changed meanwhile: this is how it stands now."))


def done(address: str, word: str) -> HttpResponse:
    return HttpResponseRedirect(f"{address}?done={word}")


def done_text(request: HttpRequest) -> str | Promise:
    return DONE.get(request.GET.get("done", ""), "")


def limited(request: HttpRequest, link: CardLink) -> HttpResponse | None:
    """None: they may go on."""
    rate = take(CHANGED, customer_key(link), timezone.now())
    return None if rate.granted else too_many(request, rate.wait_s)


def words_of(error: Exception) -> str:
    return " ".join(error.messages) if isinstance(error, ValidationError) else str(error)


def ask_onward(request: HttpRequest, link: CardLink, asked: Asked, go: Callable[[], str]) -> HttpResponse:
    """To a page of the provider's, whose address `go` gives. Our forms are sent to nobody else, so it is a page of
    ours with a link that opens by itself."""
    addresses: list[str] = []

    def do() -> str:
        addresses.append(go())
        return ""

    answer = ask(request, link, asked, do)
    if not addresses:
        return answer
    return page(request, "wallet/account/onward.html", address=addresses[0], back=asked.back)
