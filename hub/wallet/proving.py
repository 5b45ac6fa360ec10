"""What asks a member to prove again who they are: whoever merely holds their phone, or a link of theirs, cannot do
it."""

from collections.abc import Callable
from functools import wraps
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone

from hub.accounts.proofs import is_fresh
from hub.cards.models import CardLink
from hub.wallet.entering import entrance
from hub.wallet.phone import View, for_member, page
from hub.wallet.typed import COOKIE, forget_typed, keep_typed, typed_before


def for_proved(back: str = "", *, keeps: bool = True) -> Callable[[View], View]:
    """As for_member, for who has proved on this phone within proofs.FRESH. Others are asked, and then come to the
    page that is called `back`, as in wallet:security; empty: to this one, which answers a GET too. What they had
    typed is given back there (typed.py); not `keeps`: it is secret, or a script asks."""

    def declared(view: View) -> View:
        @for_member(entrance)
        @wraps(view)
        def asked(request: HttpRequest, link: CardLink, *args: Any, **kwargs: Any) -> HttpResponse:
            at, there = timezone.now(), reverse(back) if back else request.path
            if not is_fresh(link.proved_at, at):
                answer = HttpResponseRedirect(f"{reverse('wallet:login')}?{urlencode({'next': there})}")
                return keep_typed(request, answer, link, at) if keeps else answer
            if request.method == "GET" and COOKIE in request.COOKIES:
                typed = typed_before(request, link, at)
                if typed is not None:
                    return forget_typed(page(request, "wallet/typed.html", typed=typed))
            return view(request, link, *args, **kwargs)

        return asked

    return declared
