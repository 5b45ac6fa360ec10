"""What a member changes about a membership: cancelled and kept, another plan, more seats, paid for. Each says
before what it means in dates and money. What staff move is asked of them."""

from contextlib import suppress
from datetime import datetime
from typing import Final

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from contract.membership import Detail
from hub.accounts.models import MemberRequest
from hub.accounts.people_operations import seats_needed
from hub.accounts.request_operations import ask_for
from hub.billing import changing_operations, checkout_operations, own_operations
from hub.billing.own import May, plans_instead
from hub.billing.own_operations import may_now
from hub.billing.port import ProviderError
from hub.billing.trials import trial_days
from hub.cards.models import CardLink
from hub.errors import HubError
from hub.members.models import Company, Customer, Membership, Plan
from hub.members.prices import price_text
from hub.members.queries import status_of
from hub.wallet.account.asking import Asked, ask, ask_onward, done
from hub.wallet.account.saying import price_line, runs_until
from hub.wallet.account.theirs import membership_of, page_of
from hub.wallet.entering import entrance
from hub.wallet.phone import for_member, page
from hub.wallet.proving import for_proved

_SEATS_MAX: Final = 100_000
_What = MemberRequest.What


class NoNumber(HubError):
    """So many seats there are not."""


@for_proved()
def cancel(request: HttpRequest, link: CardLink, number: int) -> HttpResponse:
    membership, at = membership_of(link, number), timezone.now()
    now = may_now(membership, at)
    until = {"day": runs_until(membership), "plan": membership.plan.name}
    if now.is_endless:
        says = [_("%(plan)s is free and has no end, so it is over at once. You cannot take it back.") % until]
    elif now.ends_now:
        says = [_("What runs now is not paid, so %(plan)s ends at once. Nothing more is to be paid.") % until]
    else:
        says = [_("You keep %(plan)s until %(day)s. Then it is over, and nothing more is to be paid.") % until]
        says.append(_("Until then you can take it back."))
    asked = Asked(_("Cancel %(plan)s?") % until, says, _("Cancel"), _back(membership), True, now.cancel)

    def do() -> str:
        own_operations.cancel(membership, at)
        return "cancelled"

    return ask(request, link, asked, do)


@for_proved()
def keep(request: HttpRequest, link: CardLink, number: int) -> HttpResponse:
    membership, at = membership_of(link, number), timezone.now()
    now = may_now(membership, at)
    told = {"day": runs_until(membership), "plan": membership.plan.name}
    says = [_("%(plan)s does not end on %(day)s: it goes on, and is paid as before.") % told]
    if not now.by_provider:
        says.append(_staff_are_asked())
    asked = Asked(
        _("Take the cancellation back?"), says, _("Go on with it"), _back(membership), is_offered=now.keep
    )

    def do() -> str:
        if now.by_provider:
            own_operations.take_back(membership, at)
            return "kept"
        ask_for(membership, _What.KEEP, link.customer, at)
        return "asked"

    return ask(request, link, asked, do)


@for_proved()
def plans(request: HttpRequest, link: CardLink, number: int) -> HttpResponse:
    """Which plans may take its place, and what each costs."""
    membership = membership_of(link, number)
    now = may_now(membership, timezone.now())
    found = plans_instead(membership, now.by_provider) if now.change else Plan.objects.none()
    offered = [(each, price_line(each, each.price_cents, each.currency)) for each in found]
    return page(
        request,
        "wallet/account/plans.html",
        membership=membership,
        price=price_line(membership.plan, membership.plan.price_cents, membership.plan.currency),
        offered=offered,
        back=_back(membership),
    )


@for_proved()
def change_plan(request: HttpRequest, link: CardLink, number: int, plan: str) -> HttpResponse:
    membership, at = membership_of(link, number), timezone.now()
    now = may_now(membership, at)
    new = get_object_or_404(plans_instead(membership, now.by_provider), public_id=plan)
    told = {"old": membership.plan.name, "new": new.name}
    says = [_("From %(old)s to %(new)s.") % told, *_costs(new, membership.seats), _when(membership, now, at)]
    button = _button(membership, now, at)
    asked = Asked(_("Change to %(new)s?") % told, says, button, _back(membership), is_offered=now.change)

    def do() -> str:
        if now.by_provider:
            changing_operations.change_plan(membership, new, membership.seats, at)
            return "plan"
        ask_for(membership, _What.PLAN, link.customer, at, plan=new)
        return "asked"

    return ask(request, link, asked, do)


@for_proved()
def seats(request: HttpRequest, link: CardLink, number: int) -> HttpResponse:
    membership, at = membership_of(link, number), timezone.now()
    now = may_now(membership, at)
    price = price_line(membership.plan, membership.plan.price_cents, membership.plan.currency)
    needed = seats_needed(membership.company, at) if membership.company is not None else 1
    says = [*filter(None, [price]), _needed(needed), _when(membership, now, at)]
    button = _button(membership, now, at)
    asked = Asked(_("How many seats?"), says, button, _back(membership), is_offered=now.seats)

    def do() -> str:
        wanted = _number(request.POST.get("seats", ""), membership.plan.seats_max)
        if wanted < needed:
            raise NoNumber(_("That is fewer than are needed: remove people, or take invitations back, first."))
        if now.by_provider:
            changing_operations.change_plan(membership, membership.plan, wanted, at)
            return "seats"
        ask_for(membership, _What.SEATS, link.customer, at, seats=wanted)
        return "asked"

    more = {
        "seats": request.POST.get("seats", "") or membership.seats,
        "most": membership.plan.seats_max or _SEATS_MAX,
    }
    return ask(request, link, asked, do, template="wallet/account/seats.html", **more)


@for_proved()
def pay(request: HttpRequest, link: CardLink, number: int) -> HttpResponse:
    """What waits for its first payment: on the provider's page."""
    membership, at = membership_of(link, number), timezone.now()
    plan, back = membership.plan, _back(membership)
    fee, days = price_text(plan.setup_fee_cents, plan.currency), trial_days(plan, _holder(membership))
    says = _costs(plan, membership.seats)
    once = _("Once, now: %(fee)s. The rest is due when the free days are over.") if days else _("Once: %(fee)s")
    says += [once % {"fee": fee}] if plan.setup_fee_cents else []
    free = ngettext("The first day is free.", "The first %(days)s days are free.", days) % {"days": days}
    says += [free] if days else []
    title = _("Pay for %(plan)s") % {"plan": plan.name}
    asked = Asked(title, says, _("On to the payment"), back, is_offered=may_now(membership, at).pay)

    def go() -> str:
        hub = settings.DOORWARD_URL
        success = f"{hub}{reverse('wallet:paid', args=[number])}"
        return checkout_operations.begin_checkout(membership, success, f"{hub}{back}", at).address

    return ask_onward(request, link, asked, go)


@for_member(entrance)
def paid(request: HttpRequest, link: CardLink, number: int) -> HttpResponse:
    """Where the provider's page leads back to: it is looked whether the money is there."""
    membership = membership_of(link, number)
    with suppress(ProviderError):
        if checkout_operations.look_again(membership, timezone.now()):
            return done(_back(membership), "paid")
    return page(request, "wallet/account/paid.html", back=_back(membership))


def _back(membership: Membership) -> str:
    return page_of(_holder(membership))


def _holder(membership: Membership) -> Customer | Company:
    return membership.customer or membership.company


def _costs(plan: Plan, seats: int | None) -> list[str]:
    """A line, and for several seats what they come to; none: no price is said."""
    price = price_line(plan, plan.price_cents, plan.currency)
    if not (plan.for_companies and seats and plan.price_cents):
        return [price] if price else []
    told = {"count": seats, "price": price_text(plan.price_cents * seats, plan.currency)}
    return [price, ngettext("One seat: %(price)s.", "%(count)s seats: %(price)s.", seats) % told]


def _staff_are_asked() -> str:
    return _("Your club sees to it: it is asked, and nothing changes until it has done so.")


def _button(membership: Membership, now: May, at: datetime) -> str:
    if not now.by_provider:
        return _("Ask for it")
    return _("Change") if _is_on_trial(membership, at) else _("Change and pay")


def _is_on_trial(membership: Membership, at: datetime) -> bool:
    return status_of(membership, at).detail is Detail.TRIAL


def _when(membership: Membership, now: May, at: datetime) -> str:
    if not now.by_provider:
        return _staff_are_asked()
    if _is_on_trial(membership, at):
        told = {"day": runs_until(membership)}
        return _("It holds at once. Nothing is taken before your trial ends, after %(day)s.") % told
    said = _("It holds at once. What you have paid and not used yet, %(provider)s counts against the new price.")
    return said % {"provider": membership.billed_by.capitalize()}


def _needed(seats: int) -> str:
    said = ngettext(
        "One seat is needed, for the people of the company and its open invitations.",
        "%(count)s seats are needed, for the people of the company and its open invitations.",
        seats,
    )
    return said % {"count": seats}


def _number(text: str, most: int | None) -> int:
    limit = most or _SEATS_MAX
    if not (text.isascii() and text.isdecimal() and len(text) <= len(str(_SEATS_MAX)) and 1 <= int(text) <= limit):
        raise NoNumber(_("Write a number of seats from 1 to %(most)s.") % {"most": limit})
    return int(text)
