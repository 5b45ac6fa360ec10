"""Signing in: by a code that comes by mail, a password, or a passkey; with a new link of this phone alone at the
end.

The same pages ask a member once more before something sensitive (proving.py): whoever proves to be who the phone
is of goes on there, anybody else is signed in. Answers are the same whether somebody is known or not. What is
remembered between two pages is in hidden fields; where they go on to is an address below /card/ alone."""

from contextlib import suppress
from datetime import datetime
from typing import Final

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from hub.accounts import passkey_operations as passkeys
from hub.accounts.account_operations import prove_again, sign_in
from hub.accounts.addresses import NoSuchAddress
from hub.accounts.code_operations import ask_code
from hub.accounts.handed_operations import prove_typed
from hub.accounts.password_operations import TooManyTries, prove_password
from hub.accounts.proofs import NotProved, Proof, customers_of, keep, kept
from hub.accounts.secrets import new_secret
from hub.errors import HubError
from hub.letters.sign_in_code import send_code
from hub.login import told
from hub.login.address import address_of
from hub.mail.queries import can_send
from hub.members.models import Customer
from hub.rates.operations import Limit, take
from hub.wallet.agents import family
from hub.wallet.phone import PATH, for_anybody, goes_on_as, link_here, page, remembers, too_many

_ASKED: Final = Limit("card-login", 30, 3600)
"""Codes asked for from one address, which may be a whole club's."""
_EMAIL_LETTERS_MAX, _STATE_LETTERS_MAX = 254, 200


@for_anybody
def login(request: HttpRequest) -> HttpResponse:
    """Asks how; POST: sends a code to that address, where it is a member's."""
    if request.method != "POST" or not can_send():
        return _entrance(request)
    at = timezone.now()
    rate = take(_ASKED, address_of(request), at)
    if not rate.granted:
        return too_many(request, rate.wait_s)
    try:
        asked = ask_code(_address(request), at, known_only=True, phone=link_here(request))
    except NoSuchAddress as error:
        return _entrance(request, 422, wrong_address=str(error))
    # Whoever asks is told the same, also where nothing can be written to that address.
    with suppress(HubError):
        send_code(asked, at, with_links=True)
    return _code_page(request, asked.state)


@sensitive_post_parameters("state", "code")
@require_POST
@for_anybody
def by_code(request: HttpRequest) -> HttpResponse:
    """The one from the letter, or one that staff have handed out: `handed`, where that was asked for."""
    state, at = _posted(request, "state"), timezone.now()
    try:
        return _go_on(request, prove_typed(state, request.POST.get("code", ""), address_of(request), at), at)
    except NotProved as error:
        told.sign_in_failed(request, "card", "code")
        if "handed" in request.POST:
            return _entrance(request, 422, wrong_handed=str(error))
        return _code_page(request, state, str(error))


@sensitive_post_parameters("password")
@require_POST
@for_anybody
def by_password(request: HttpRequest) -> HttpResponse:
    password, at = request.POST.get("password", ""), timezone.now()
    try:
        proof = prove_password(_address(request), password, address_of(request), at)
        return _go_on(request, proof, at)
    except TooManyTries as error:
        told.sign_in_failed(request, "card", "too_many_passwords")
        return _entrance(request, 429, wrong_password=str(error))
    except NotProved as error:
        told.sign_in_failed(request, "card", "password")
        return _entrance(request, 422, wrong_password=str(error))


@require_POST
@for_anybody
def passkey_options(request: HttpRequest) -> HttpResponse:
    """For the page's script."""
    begun = passkeys.begin_asking(timezone.now())
    return JsonResponse({"options": begun.options, "state": begun.state})


@sensitive_post_parameters("state", "answer")
@require_POST
@for_anybody
def by_passkey(request: HttpRequest) -> HttpResponse:
    at = timezone.now()
    try:
        proof = passkeys.prove_passkey(_posted(request, "state"), request.POST.get("answer", ""), at)
        return _go_on(request, proof, at)
    except NotProved as error:
        told.sign_in_failed(request, "card", "passkey")
        return _entrance(request, 422, wrong_passkey=str(error))


@sensitive_post_parameters("state")
@require_POST
@for_anybody
def as_whom(request: HttpRequest) -> HttpResponse:
    """Of a family that has one address."""
    at = timezone.now()
    try:
        proof = kept(_posted(request, "state"), at)
        chosen = [each for each in customers_of(proof) if str(each.pk) == request.POST.get("customer")]
        return _signed_in(request, proof, chosen[0], at) if chosen else _nobody(request)
    except NotProved as error:
        return _entrance(request, 422, wrong_address=str(error))


def onward(request: HttpRequest) -> str:
    """Where they wanted to go: below /card/, else the card itself."""
    text = request.POST.get("next") or request.GET.get("next") or ""
    is_ours = url_has_allowed_host_and_scheme(text, allowed_hosts=None) and text.startswith(PATH)
    return text if is_ours and text.isprintable() else reverse("wallet:card")


def _go_on(request: HttpRequest, proof: Proof, at: datetime) -> HttpResponse:
    customers, link = customers_of(proof), link_here(request)
    if link is not None and link.customer in customers:
        secret = prove_again(link, proof, at)
        answer = HttpResponseRedirect(onward(request))
        return remembers(answer, secret) if secret else answer
    if not customers:
        return _nobody(request)
    if len(customers) == 1:
        return _signed_in(request, proof, customers[0], at)
    return page(request, "wallet/login_who.html", state=keep(proof, at), customers=customers, next=onward(request))


def _signed_in(request: HttpRequest, proof: Proof, customer: Customer, at: datetime) -> HttpResponse:
    secret = sign_in(customer, proof, at, family(request.headers.get("User-Agent", "")))
    return goes_on_as(request, HttpResponseRedirect(onward(request)), secret, at)


def _nobody(request: HttpRequest) -> HttpResponse:
    return _entrance(request, 422, wrong_address=_("No member has this address any more. Ask at the desk."))


def _entrance(request: HttpRequest, status: int = 200, **wrong: str) -> HttpResponse:
    link = link_here(request)
    return page(
        request,
        "wallet/login.html",
        status,
        email=request.POST.get("email", "")[:_EMAIL_LETTERS_MAX],
        again=link,
        own=masked(link.customer.email) if link else "",
        next=onward(request),
        by_letter=can_send(),
        by_passkey=passkeys.can_have(),
        state=_posted(request, "state") or new_secret(),
        **wrong,
    )


def _code_page(request: HttpRequest, state: str, error: str = "") -> HttpResponse:
    status, link = 422 if error else 200, link_here(request)
    typed = request.POST.get("email", "")[:_EMAIL_LETTERS_MAX].strip()
    own = masked(link.customer.email) if link and not typed else ""
    said = {"state": state, "email": typed, "own": own, "error": error, "next": onward(request)}
    return page(request, "wallet/login_code.html", status, **said)


def _address(request: HttpRequest) -> str:
    """As it was typed; left empty, that of whose card the phone shows: on the page it is masked."""
    typed = request.POST.get("email", "")[:_EMAIL_LETTERS_MAX].strip()
    link = None if typed else link_here(request)
    return link.customer.email if link else typed


def masked(email: str) -> str:
    """As in `a•••@c•••.example`: they know their own by it, and nobody else learns it. Empty: there is none."""
    name, _at, host = email.partition("@")
    return f"{name[:1]}•••@{host[:1]}•••.{host.rpartition('.')[2]}" if host else ""


def _posted(request: HttpRequest, name: str) -> str:
    return request.POST.get(name, "")[:_STATE_LETTERS_MAX]
