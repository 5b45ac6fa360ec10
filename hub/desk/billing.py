"""Payments for staff: what is owed, how a membership is paid, marked as paid, written off, given back; what a
payment provider is asked to change."""

from collections.abc import Callable
from datetime import datetime
from typing import Any, Final, NamedTuple

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from hub.billing import changing_operations, choosing, hand_operations, queries
from hub.billing.models import HAND, Payment
from hub.billing.queries import Standing
from hub.billing.seen import About
from hub.desk.answers import goes_to, page
from hub.desk.billing_forms import PaidForm, RefundForm
from hub.desk.billing_says import paying, payment_shown
from hub.desk.gate import desk
from hub.errors import HubError
from hub.fleet.paging import number_of
from hub.fleet.zones import organization_zone
from hub.members.models import Membership
from hub.members.prices import amount_text

PAGE_PAYMENTS: Final = 100


class _Change(NamedTuple):
    """`is_offered`: by how it is paid now."""

    title: str | Promise
    says: str | Promise
    done: str | Promise
    is_offered: Callable[[Membership, Standing], bool]
    do: Callable[[Membership, datetime], object]
    is_danger: bool = False


def _billed(cancelled: bool) -> Callable[[Membership, Standing], bool]:
    def is_offered(membership: Membership, standing: Standing) -> bool:
        subscription = standing.subscription
        open_there = standing.is_by_provider and subscription is not None and subscription.is_open
        return open_there and subscription is not None and subscription.cancel_at_end is cancelled

    return is_offered


CHANGES: Final[dict[str, _Change]] = {
    "by-hand": _Change(
        gettext_lazy("Bill by invoice"),
        gettext_lazy("What is owed stands among the payments; whoever sees the money marks it as paid."),
        gettext_lazy("It is billed by invoice or in cash from now on."),
        lambda it, standing: (
            it.plan.price_cents is not None
            and it.revoked_at is None
            and not it.billed_by
            and (standing.subscription is None or not standing.subscription.is_open)
        ),
        lambda it, at: hand_operations.begin_by_hand(it, at, organization_zone()),
    ),
    "stop-by-hand": _Change(
        gettext_lazy("Bill no more"),
        gettext_lazy("What is owed is written off, and nothing more is. The membership stays as it is."),
        gettext_lazy("It is billed no more."),
        lambda it, standing: standing.is_by_hand and standing.subscription.is_open,  # type: ignore[union-attr]
        hand_operations.end_by_hand,
    ),
    "cancel": _Change(
        gettext_lazy("Cancel at its end"),
        gettext_lazy("The payment provider takes no more money, and it runs to the end of what is paid for."),
        gettext_lazy("Cancelled for its end."),
        _billed(cancelled=False),
        changing_operations.cancel_at_end,
    ),
    "keep": _Change(
        gettext_lazy("Take cancellation back"),
        gettext_lazy("The payment provider goes on taking the money at the end of each period."),
        gettext_lazy("The cancellation is taken back."),
        _billed(cancelled=True),
        changing_operations.keep_going,
    ),
    "end": _Change(
        gettext_lazy("Cancel now"),
        gettext_lazy("It is over at once. Nothing is given back by this: do that at the payment."),
        gettext_lazy("Cancelled: it is over."),
        lambda it, standing: _billed(False)(it, standing) or _billed(True)(it, standing),
        changing_operations.cancel_now,
        is_danger=True,
    ),
}
"""ONE table of what staff may change about how a membership is paid."""


@desk("billing.take_money")
def payments_page(request: HttpRequest) -> HttpResponse:
    """What is owed, the earliest due first, and what staff should look at."""
    at = timezone.now()
    shown = Paginator(queries.owed(), PAGE_PAYMENTS).get_page(number_of(request.GET.get("page", "")))
    return page(
        request,
        "desk/billing/payments.html",
        shown=shown,
        owed=[payment_shown(each, at) for each in shown],
        strange=[payment_shown(each, at) for each in queries.to_look_at()[:PAGE_PAYMENTS]],
    )


@desk("billing.take_money")
def waiting_page(request: HttpRequest) -> HttpResponse:
    """Who joined by invoice and has not paid yet, the oldest first; written off many at once."""
    at, waiting = timezone.now(), queries.waiting()
    if request.method == "POST":
        chosen = [int(each) for each in request.POST.getlist("payment") if each.isascii() and each.isdigit()]
        written_off = hand_operations.write_off_waiting(chosen[:PAGE_PAYMENTS], at)
        messages.success(request, _("Written off: %(count)s.") % {"count": written_off})
        return goes_to(request, reverse("desk:waiting"))
    shown = [payment_shown(each, at) for each in waiting[:PAGE_PAYMENTS]]
    return page(request, "desk/billing/waiting.html", shown=shown, all=waiting.count())


@desk("billing.take_money")
def paying_page(request: HttpRequest, number: int) -> HttpResponse:
    """How one membership is paid, and all that was."""
    membership, at = _membership(number), timezone.now()
    standing = queries.standing(membership)
    offered = [(name, each) for name, each in CHANGES.items() if each.is_offered(membership, standing)]
    return page(
        request,
        "desk/billing/paying.html",
        membership=membership,
        paying=paying(standing, at),
        subscription=standing.subscription,
        there=_there(standing),
        payments=[payment_shown(each, at) for each in queries.payments_of(membership)[:PAGE_PAYMENTS]],
        changes=offered,
        back=_profile(membership),
    )


@desk("billing.take_money")
def change_paying(request: HttpRequest, number: int, name: str) -> HttpResponse:
    """What CHANGES has under this name: asked, and done."""
    change = CHANGES.get(name)
    if change is None:
        raise Http404
    membership, at = _membership(number), timezone.now()
    is_offered = change.is_offered(membership, queries.standing(membership))
    asked = _Asked(str(change.title), [str(change.says)], _paying(membership), change.is_danger, is_offered)

    def do(_given: dict[str, Any]) -> str:
        change.do(membership, at)
        return str(change.done)

    return _ask(request, forms.Form(request.POST or None), asked, do)


@desk("billing.take_money")
def mark_paid(request: HttpRequest, number: int) -> HttpResponse:
    payment, at = _payment(number, provider=HAND), timezone.now()
    shown = payment_shown(payment, at)
    title = _("Mark %(amount)s as paid") % {"amount": shown.amount}
    asked = _Asked(title, [_("The membership begins, or goes on for the period.")], _back(payment))

    def do(given: dict[str, Any]) -> str:
        hand_operations.mark_paid(payment, given["how"], at, organization_zone())
        return _("Paid: %(amount)s.") % {"amount": shown.amount}

    return _ask(request, PaidForm(request.POST or None), asked, do)


@desk("billing.take_money")
def write_off(request: HttpRequest, number: int) -> HttpResponse:
    payment, at = _payment(number, provider=HAND), timezone.now()
    says = _("Nobody is going to pay it. Its membership is not renewed, or does not begin where it waits for it.")
    asked = _Asked(_("Write it off"), [says], _back(payment), is_danger=True)

    def do(_given: dict[str, Any]) -> str:
        hand_operations.write_off(payment, at)
        return _("Written off.")

    return _ask(request, forms.Form(request.POST or None), asked, do)


@desk("billing.refund_money")
def refund(request: HttpRequest, number: int) -> HttpResponse:
    payment, at = _payment(number), timezone.now()
    says = _("It goes back the way it came. The membership stays as it is: end it by itself if it should end.")
    if payment.provider == HAND:
        says = _("Write down what you have handed back. The membership stays as it is.")
    asked = _Asked(_("Give money back"), [says], _back(payment), is_danger=True)
    left = amount_text(queries.left_of(payment), payment.currency)

    def do(given: dict[str, Any]) -> str:
        changing_operations.refund(payment, given["amount"], at)
        return _("Given back.")

    form = RefundForm(request.POST or None, currency=payment.currency, initial={"amount": left})
    return _ask(request, form, asked, do)


class _Asked(NamedTuple):
    title: str
    says: list[str]
    back: str
    is_danger: bool = False
    is_offered: bool = True


def _ask(request: HttpRequest, form: Any, asked: _Asked, do: Callable[[dict[str, Any]], str]) -> HttpResponse:
    status = 200
    if request.method == "POST" and asked.is_offered:
        # An empty form that was sent is none to Django, and was sent all the same.
        form.is_bound, form.data = True, request.POST
        status = 422
        if form.is_valid():
            try:
                messages.success(request, do(form.cleaned_data))
                return goes_to(request, asked.back)
            except HubError as error:
                form.add_error(None, str(error))
                status = 409
    return page(request, "desk/billing/ask.html", status, form=form, **asked._asdict())


def _membership(number: int) -> Membership:
    return get_object_or_404(Membership.objects.select_related("plan", "customer", "company"), pk=number)


def _payment(number: int, **fields: str) -> Payment:
    found = Payment.objects.select_related("membership").prefetch_related("refunds", "disputes")
    return get_object_or_404(found, pk=number, **fields)


def _there(standing: Standing) -> str:
    """Where it stands with the provider, for staff who may look there."""
    subscription, asked = standing.subscription, choosing.provider()
    if subscription is None or asked is None or subscription.provider != asked.name:
        return ""
    return asked.dashboard_address(About.SUBSCRIPTION, subscription.reference or "")


def _paying(membership: Membership) -> str:
    return reverse("desk:paying", args=[membership.pk])


def _back(payment: Payment) -> str:
    return reverse("desk:payments") if payment.membership is None else _paying(payment.membership)


def _profile(membership: Membership) -> str:
    kind = "customer" if membership.customer_id is not None else "company"
    return reverse(f"desk:{kind}", args=[getattr(membership, f"{kind}_id")])
