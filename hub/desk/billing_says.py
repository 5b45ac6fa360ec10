"""How a membership is paid, in a line for staff, and what stands behind a payment."""

from datetime import datetime
from typing import NamedTuple

from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from hub.billing import queries
from hub.billing.models import Payment, Subscription
from hub.billing.queries import Standing
from hub.billing.seen import DisputeState, SubscriptionState
from hub.fleet.standing import Light
from hub.members.models import Membership
from hub.members.prices import price_text


class Paying(NamedTuple):
    """`light` None: it is as it should be."""

    says: str
    light: Light | None = None


class PaymentShown(NamedTuple):
    payment: Payment
    amount: str
    light: Light
    state: str
    notes: list[str]
    left: str
    """What can be given back; empty: nothing."""


def paying_of(memberships: list[Membership], at: datetime) -> dict[int, Paying]:
    """By the membership's id."""
    return {number: paying(each, at) for number, each in queries.standings(memberships).items()}


def paying(standing: Standing, at: datetime) -> Paying:
    if standing.owed:
        return _owed(standing.owed[0], at)
    subscription = standing.subscription
    if subscription is None:
        says = _("They are at the payment page.") if standing.is_being_paid else _("Nothing is billed.")
        return Paying(says)
    if standing.is_by_hand:
        return Paying(_("Paid by invoice or in cash.") if subscription.is_open else _("Billed no more."))
    return _by_provider(subscription)


def payment_shown(payment: Payment, at: datetime) -> PaymentShown:
    left = queries.left_of(payment)
    return PaymentShown(
        payment=payment,
        amount=price_text(payment.cents, payment.currency),
        light=_light(payment, at),
        state=_state(payment, at),
        notes=_notes(payment),
        left=price_text(left, payment.currency) if left else "",
    )


def day(at: datetime | None) -> str:
    return "" if at is None else date_format(localtime(at), "DATE_FORMAT")


def _owed(payment: Payment, at: datetime) -> Paying:
    told = {"amount": price_text(payment.cents, payment.currency), "day": day(payment.due_at)}
    if queries.overdue(payment, at):
        return Paying(_("%(amount)s were due on %(day)s.") % told, Light.RED)
    return Paying(_("%(amount)s are due on %(day)s.") % told, Light.AMBER)


def _by_provider(subscription: Subscription) -> Paying:
    told = {"provider": subscription.provider.capitalize(), "day": day(subscription.retry_at)}
    if subscription.state == SubscriptionState.PAST_DUE:
        if subscription.retry_at is None:
            return Paying(_("%(provider)s could not take the money.") % told, Light.RED)
        said = _("%(provider)s could not take the money, and tries again on %(day)s.")
        return Paying(said % told, Light.AMBER)
    if not subscription.is_open:
        return Paying(_("%(provider)s bills it no more.") % told)
    if subscription.state == SubscriptionState.UNPAID:
        return Paying(_("%(provider)s has given up: nobody paid.") % told, Light.RED)
    if subscription.cancel_at_end:
        return Paying(_("Paid through %(provider)s, and cancelled there for its end.") % told)
    return Paying(_("Paid through %(provider)s.") % told)


def _light(payment: Payment, at: datetime) -> Light:
    if payment.state == Payment.Kept.OPEN:
        return Light.RED if queries.overdue(payment, at) else Light.AMBER
    return Light.GREEN if payment.state == Payment.Kept.PAID else Light.GREY


def _state(payment: Payment, at: datetime) -> str:
    if queries.overdue(payment, at):
        return _("overdue")
    how = f", {payment.get_how_display()}" if payment.how else ""
    return f"{payment.get_state_display()}{how}"


_DISPUTES = {
    DisputeState.OPEN: lambda: _("disputed: they want it back from their bank"),
    DisputeState.WON: lambda: _("disputed, and yours"),
    DisputeState.LOST: lambda: _("disputed, and lost: end the membership if it should end"),
}


def _notes(payment: Payment) -> list[str]:
    notes = [_("Paid for what was paid already: give it back.")] if payment.is_spare else []
    for refund in payment.refunds.all():
        told = {"amount": price_text(refund.cents, payment.currency), "day": day(refund.at)}
        said = _("%(amount)s given back on %(day)s") if refund.done else _("%(amount)s on its way back")
        if refund.has_failed:
            said = _("%(amount)s did not arrive: give it back again, or otherwise")
        notes.append(said % told)
    return notes + [str(_DISPUTES[DisputeState(each.state)]()) for each in payment.disputes.all()]
