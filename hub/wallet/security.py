"""What a member signs in with, and which phones show their card: seen and changed after proving who they are."""

from collections.abc import Mapping
from typing import Final

from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from hub.accounts import passkey_operations as passkeys
from hub.accounts import password_operations as passwords
from hub.cards.models import CardLink
from hub.cards.session_operations import end_other_phones, end_phone, phones_of
from hub.letters.sign_in_code import tell_changed
from hub.rates.operations import Limit, take
from hub.wallet.agents import family, shown
from hub.wallet.phone import customer_key, page, too_many
from hub.wallet.proving import for_proved

_HERE: Final = "wallet:security"
_CHANGED: Final = Limit("card-security", 30, 3600)
_DONE: Final[Mapping[str, str | Promise]] = {
    "password": gettext_lazy("Your password is set."),
    "no-password": gettext_lazy("Your password is removed."),
    "passkey": gettext_lazy("Your passkey is added."),
    "no-passkey": gettext_lazy("The passkey is removed here. Remove it on your phone, too."),
    "phone": gettext_lazy("That phone shows your card no more."),
    "phones": gettext_lazy("No other phone shows your card any more."),
}


@for_proved(_HERE)
def security(request: HttpRequest, link: CardLink) -> HttpResponse:
    return _page(request, link)


@sensitive_post_parameters("password", "again")
@require_POST
@for_proved(_HERE, keeps=False)
def set_password(request: HttpRequest, link: CardLink) -> HttpResponse:
    password, at = request.POST.get("password", ""), timezone.now()
    if password != request.POST.get("again", ""):
        return _page(request, link, 422, wrong_password=[_("The two are not the same: type it once more.")])
    refused = _limited(request, link)
    if refused is not None:
        return refused
    try:
        passwords.set_password(link.customer, password, at)
    except ValidationError as error:
        return _page(request, link, 422, wrong_password=error.messages)
    tell_changed(link.customer, "password set", at)
    if "others" in request.POST:
        end_other_phones(link, at)
    return _done("password")


@require_POST
@for_proved(_HERE)
def remove_password(request: HttpRequest, link: CardLink) -> HttpResponse:
    if passwords.has_password(link.customer):
        passwords.remove_password(link.customer)
        tell_changed(link.customer, "password removed", timezone.now())
    return _done("no-password")


@require_POST
@for_proved(_HERE, keeps=False)
def adding_options(request: HttpRequest, link: CardLink) -> HttpResponse:
    """For the page's script."""
    try:
        begun = passkeys.begin_adding(link.customer, timezone.now())
    except passkeys.PasskeyRefused as error:
        return JsonResponse({"error": str(error)}, status=422)
    return JsonResponse({"options": begun.options, "state": begun.state})


@sensitive_post_parameters("state", "answer")
@require_POST
@for_proved(_HERE, keeps=False)
def add_passkey(request: HttpRequest, link: CardLink) -> HttpResponse:
    refused, at = _limited(request, link), timezone.now()
    if refused is not None:
        return refused
    said = [request.POST.get(name, "") for name in ("state", "answer", "name")]
    name = said[2].strip() or family(request.headers.get("User-Agent", ""))
    try:
        passkeys.add_passkey(link.customer, said[0], said[1], name, at)
    except (passkeys.PasskeyRefused, ValidationError) as error:
        told = error.messages if isinstance(error, ValidationError) else [str(error)]
        return _page(request, link, 422, wrong_passkey=told)
    tell_changed(link.customer, "passkey added", at)
    return _done("passkey")


@require_POST
@for_proved(_HERE)
def remove_passkey(request: HttpRequest, link: CardLink, number: int) -> HttpResponse:
    if passkeys.remove_passkey(link.customer, number):
        tell_changed(link.customer, "passkey removed", timezone.now())
    return _done("no-passkey")


@require_POST
@for_proved(_HERE)
def end_one(request: HttpRequest, link: CardLink, number: int) -> HttpResponse:
    end_phone(link.customer, number, timezone.now())
    return _done("phone")


@require_POST
@for_proved(_HERE)
def end_others(request: HttpRequest, link: CardLink) -> HttpResponse:
    end_other_phones(link, timezone.now())
    return _done("phones")


def _page(request: HttpRequest, link: CardLink, status: int = 200, **wrong: list[str]) -> HttpResponse:
    phones = [(each, shown(each.label), each == link) for each in phones_of(link.customer)]
    return page(
        request,
        "wallet/security.html",
        status,
        email=link.customer.email,
        has_password=passwords.has_password(link.customer),
        passkeys=passkeys.passkeys_of(link.customer),
        can_have=passkeys.can_have(),
        phones=phones,
        done=_DONE.get(request.GET.get("done", ""), ""),
        **wrong,
    )


def _limited(request: HttpRequest, link: CardLink) -> HttpResponse | None:
    """None: they may."""
    rate = take(_CHANGED, customer_key(link), timezone.now())
    return None if rate.granted else too_many(request, rate.wait_s)


def _done(word: str) -> HttpResponse:
    return HttpResponseRedirect(f"{reverse(_HERE)}?done={word}")
