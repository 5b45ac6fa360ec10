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
from hub.wallet.phone import View, for_member


def for_proved(back: str = "") -> Callable[[View], View]:
    """As for_member, for who has proved on this phone within proofs.FRESH. Others are asked, and then come to the
    page that is called `back`, as in wallet:security; empty: to this one, which answers a GET too."""

    def declared(view: View) -> View:
        @for_member(entrance)
        @wraps(view)
        def asked(request: HttpRequest, link: CardLink, *args: Any, **kwargs: Any) -> HttpResponse:
            if is_fresh(link.proved_at, timezone.now()):
                return view(request, link, *args, **kwargs)
            there = reverse(back) if back else request.path
            return HttpResponseRedirect(f"{reverse('wallet:login')}?{urlencode({'next': there})}")

        return asked

    return declared
