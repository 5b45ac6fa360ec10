"""The flow's pages: what is pressed is done, and the present step shown, whatever was pressed.

At the hub who presses is sent on to the page of the present step, so that it can be loaded again; in a frame each
answer is the next page itself. What was wrong is said on the page that asks, with 422.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Any, Final

from django.conf import settings
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from hub.accounts import passkey_operations
from hub.accounts.addresses import NoSuchAddress
from hub.accounts.password_operations import TooManyTries
from hub.accounts.proofs import NotProved
from hub.billing.checkout_operations import NotForSale, begin_checkout, look_again
from hub.billing.port import ProviderError
from hub.fleet.zones import organization_zone
from hub.joining import ending_operations, flow_operations, who_operations
from hub.joining.ending_operations import NoCardHere, NotAgreed
from hub.joining.models import Flow
from hub.joining.queries import FlowOver, flow_with, present_of, public_plan
from hub.joining.steps import Press, Step
from hub.joining.who_operations import NotTheirs
from hub.kept import forget
from hub.login import told
from hub.login.address import address_of
from hub.members.models import Plan
from hub.organization.queries import signup
from hub.rates.operations import Limit
from hub.signup.places import COOKIE, PATH, Place, page, refused, remembers
from hub.signup.showing import step_page
from hub.websites import subject_operations
from hub.websites.subject_operations import AddressStands, BoundOtherwise

_BEGUN: Final = Limit("join-begun", 60, 3600)
_CODES: Final = Limit("join-code", 30, 3600)
_ASKS: Final = Limit("join-paid", 400, 1200)
"""Of one flow, whether it is paid: each 4 s, and by a press."""
_LETTERS_MAX: Final = 2_000
Did = Callable[[HttpRequest, Flow, datetime], object]


@sensitive_post_parameters()
def go(request: HttpRequest, place: Place) -> HttpResponse:
    """A press; GET, at the hub: the present step."""
    at = timezone.now()
    if request.method != "POST":
        return _stands(request, place, at)
    try:
        secret, flow = _flow_pressed(request, place, at)
    except Plan.DoesNotExist:
        return page(request, place, "signup/closed.html", 404)
    except FlowOver:
        return _over(request, place)
    if isinstance(flow, HttpResponse):
        return flow
    press = request.POST.get("press", "")
    if press == Press.EMAIL and (answer := refused(request, place, _CODES)):
        return answer
    try:
        wrong = _done(request, flow, press, at)
    except FlowOver:
        return _over(request, place)
    return _answer(request, place, secret, wrong, at)


@require_POST
def pay(request: HttpRequest, place: Place) -> HttpResponse:
    """On to the provider's page. By a page of ours: a form's answer may lead a browser to nobody else."""
    at = timezone.now()
    try:
        flow = flow_with(_posted(request, "flow"), place.website, at)
        present = present_of(flow, at)
        if present.step is not Step.PAY or flow.membership is None:
            return step_page(request, place, _posted(request, "flow"), present)
        back = "thanks" if place.is_frame else "go"
        address = f"{settings.DOORWARD_URL}{reverse(f'signup:{back}')}"
        begun = begin_checkout(flow.membership, address, address, at)
    except FlowOver:
        return _over(request, place)
    except (NotForSale, ProviderError) as error:
        text = str(error) if isinstance(error, NotForSale) else _("That did not work: try once more in a minute.")
        return page(request, place, "signup/leaving.html", 503, error=text)
    return page(request, place, "signup/leaving.html", address=begun.address)


@require_POST
def paid(request: HttpRequest, place: Place) -> HttpResponse:
    """For the page's script, while somebody pays in another tab."""
    at = timezone.now()
    try:
        flow = flow_with(_posted(request, "flow"), place.website, at)
    except FlowOver:
        return JsonResponse({"paid": True})
    if refused(request, place, _ASKS, str(flow.pk)):
        return JsonResponse({"paid": False})
    return JsonResponse({"paid": _is_paid(flow, at)})


@require_POST
def card(request: HttpRequest, place: Place) -> HttpResponse:
    """Opens their card on this phone, in a tab of the hub's own: by a new link, whose secret stands behind a #."""
    at = timezone.now()
    try:
        flow = flow_with(_posted(request, "flow"), place.website, at)
        return HttpResponseRedirect(ending_operations.card_link(flow, at).address)
    except FlowOver:
        return _over(request, place)
    except NoCardHere as error:
        return page(request, place, "signup/leaving.html", 422, error=str(error))


@require_POST
def passkey(request: HttpRequest, place: Place) -> HttpResponse:
    """For the page's script."""
    begun = passkey_operations.begin_asking(timezone.now())
    return JsonResponse({"options": begun.options, "state": begun.state})


def thanks(request: HttpRequest, place: Place) -> HttpResponse:
    """Where the provider sends those back who paid in a tab of its own."""
    return page(request, place, "signup/thanks.html")


def _flow_pressed(request: HttpRequest, place: Place, at: datetime) -> tuple[str, Flow | HttpResponse]:
    """The one whose secret the form has; where a plan is chosen and there is none yet, a new one, or
    an answer that there were too many. FlowOver. Plan.DoesNotExist: nobody can join with it."""
    secret = _posted(request, "flow")
    if secret or request.POST.get("press") != Press.PLAN:
        return secret, flow_with(secret, place.website, at)
    if not signup().is_open:
        raise Plan.DoesNotExist
    plan = public_plan(_posted(request, "plan"))
    if answer := refused(request, place, _BEGUN):
        return "", answer
    begun = flow_operations.begin(place.website, plan, at)
    return begun.secret, begun.flow


def _done(request: HttpRequest, flow: Flow, press: str, at: datetime) -> dict[str, str]:
    """What is wrong, by the fields' names; "": of the whole."""
    if press not in _DOES:
        return {}
    try:
        wrong = _DOES[press](request, flow, at)
    except AddressStands as error:
        ending_operations.ask_address_again(flow, at)
        return {"email": str(error)}
    except ValidationError as error:
        return {"": " ".join(error.messages)}
    except (TooManyTries, NotProved) as error:
        how = "too_many_passwords" if isinstance(error, TooManyTries) else press
        told.sign_in_failed(request, "join", how)
        return {press: str(error)}
    except NoSuchAddress as error:
        return {"email": str(error)}
    except (NotAgreed, NotTheirs, NotForSale, BoundOtherwise, subject_operations.NotProved) as error:
        return {"": str(error)}
    return wrong if isinstance(wrong, dict) else {}


def _answer(request: HttpRequest, place: Place, secret: str, wrong: dict[str, str], at: datetime) -> HttpResponse:
    try:
        flow = flow_with(secret, place.website, at)
    except FlowOver:
        return _over(request, place)
    _look(flow, at)
    if not place.is_frame and not wrong:
        return remembers(HttpResponseRedirect(reverse("signup:go")), secret)
    present = present_of(flow_with(secret, place.website, at), at)
    response = step_page(request, place, secret, present, wrong)
    return response if place.is_frame else remembers(response, secret)


def _stands(request: HttpRequest, place: Place, at: datetime) -> HttpResponse:
    """At the hub alone: whose flow it is, its cookie says. Elsewhere it begins with the plans."""
    secret = request.COOKIES.get(COOKIE, "")
    try:
        flow = flow_with(secret, None, at)
    except FlowOver:
        return HttpResponseRedirect(place.address("plans"))
    if place.is_frame:
        return HttpResponseRedirect(place.address("plans"))
    _look(flow, at)
    present = present_of(flow_with(secret, None, at), at)
    answer = step_page(request, place, secret, present)
    if present.step is Step.DONE:
        # On a computer that others use, too, it is shown this once.
        forget(answer, COOKIE, PATH)
    return answer


def _look(flow: Flow, at: datetime) -> None:
    """Who comes back from paying is not told to wait for a webhook."""
    if present_of(flow, at).step is Step.PAY:
        _is_paid(flow, at)
    ending_operations.finish(flow, at)


def _is_paid(flow: Flow, at: datetime) -> bool:
    if flow.membership is None:
        return False
    try:
        return look_again(flow.membership, at)
    except ProviderError:
        return False


def _over(request: HttpRequest, place: Place) -> HttpResponse:
    return page(request, place, "signup/over.html", 410)


def _posted(request: HttpRequest, name: str) -> str:
    return request.POST.get(name, "")[:_LETTERS_MAX]


def _choose_plan(request: HttpRequest, flow: Flow, at: datetime) -> object:
    try:
        return flow_operations.choose_plan(flow, public_plan(_posted(request, "plan")), at)
    except Plan.DoesNotExist:
        return {"": _("This plan is no longer offered: choose another one.")}


def _fields(request: HttpRequest, flow: Flow, at: datetime) -> object:
    return ending_operations.fill_in(flow, {name: _posted(request, name) for name in request.POST}, at)[1]


def _agree(request: HttpRequest, flow: Flow, at: datetime) -> object:
    shown, accepted, way = _posted(request, "shown"), "terms" in request.POST, _posted(request, "way")
    return ending_operations.agree(flow, shown, accepted, way, at, organization_zone())


_DOES: Final[dict[str, Any]] = {
    Press.PLAN: _choose_plan,
    Press.EMAIL: lambda request, flow, at: who_operations.ask_code(flow, _posted(request, "email"), at),
    Press.CODE: lambda request, flow, at: who_operations.by_code(
        flow, _posted(request, "code"), address_of(request), at
    ),
    Press.HANDED: lambda request, flow, at: who_operations.by_handed(
        flow, _posted(request, "code"), address_of(request), at
    ),
    Press.PASSWORD: lambda request, flow, at: who_operations.by_password(
        flow, _posted(request, "email"), _posted(request, "password"), address_of(request), at
    ),
    Press.PASSKEY: lambda request, flow, at: who_operations.by_passkey(
        flow, _posted(request, "state"), request.POST.get("answer", ""), at
    ),
    Press.CHOOSE: lambda request, flow, at: who_operations.choose(flow, _posted(request, "customer"), at),
    Press.FIELDS: _fields,
    Press.AGREE: _agree,
    Press.BACK: lambda request, flow, at: flow_operations.go_back(flow, at),
}
