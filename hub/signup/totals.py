"""What who joins owes at first, in all, and by when; what later: said before they agree."""

from datetime import datetime, timedelta
from typing import Final, NamedTuple

from django.utils.translation import gettext as _

from hub.billing.hand_operations import TO_PAY
from hub.billing.offers import Way
from hub.members.models import Plan
from hub.members.plan_text import billing_text
from hub.members.prices import price_text
from hub.templatetags.faces import day_text


class Total(NamedTuple):
    """`amount`: as in `92.00 EUR`. `lines`: what it is made of, when it is due by each way, what comes later."""

    amount: str
    lines: list[str]


def total_of(plan: Plan, seats: int, ways: list[Way], days: int, at: datetime) -> Total | None:
    """`days`: of trial, that they have. None: it is free."""
    if Way.FREE in ways or plan.price_cents is None:
        return None
    each = plan.price_cents * seats
    lines = [_parts(plan, seats), *(_DUE[way](plan, days, at) for way in ways), _later(plan, each)]
    return Total(price_text(each + plan.setup_fee_cents, plan.currency), [line for line in lines if line])


def _parts(plan: Plan, seats: int) -> str:
    """As in `3 x 29.00 EUR + 5.00 EUR`; empty: it is the price alone."""
    price, fee = (price_text(cents, plan.currency) for cents in (plan.price_cents, plan.setup_fee_cents))
    if seats == 1 and not plan.setup_fee_cents:
        return ""
    people = price if seats == 1 else f"{seats} x {price}"
    return f"{people} + {fee}" if plan.setup_fee_cents else people


def _later(plan: Plan, cents: int) -> str:
    if plan.billed_every is None:
        return ""
    told = {"price": price_text(cents, plan.currency), "often": billing_text(plan)}
    return _("From then on %(price)s %(often)s.") % told


def _online(plan: Plan, days: int, at: datetime) -> str:
    """The fee does not wait for the trial's end there."""
    if not days:
        return _("Online: due at once.")
    told = {"day": day_text(at + timedelta(days=days)), "fee": price_text(plan.setup_fee_cents, plan.currency)}
    if plan.setup_fee_cents:
        return _("Online: %(fee)s at once, the rest on %(day)s.") % told
    return _("Online: due on %(day)s.") % told


def _by_hand(plan: Plan, days: int, at: datetime) -> str:
    due_at = at + (timedelta(days=days) if days else TO_PAY)
    return _("By invoice or in cash: due by %(day)s.") % {"day": day_text(due_at)}


_DUE: Final = {Way.PROVIDER: _online, Way.BY_HAND: _by_hand}
