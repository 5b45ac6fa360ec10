"""A membership as its member sees it: a light and a word, what it costs, what comes next and when, and what they
may do about it. Status is the contract's; how it is paid, hub/billing's; nothing is decided here."""

from dataclasses import dataclass
from datetime import datetime

from django.utils.functional import Promise
from django.utils.translation import gettext as _

from contract.membership import AtEnd, Detail, State, end_of
from hub.accounts.models import MemberRequest
from hub.billing import queries as billing
from hub.billing.models import Payment
from hub.billing.own import May, may
from hub.billing.queries import Standing
from hub.decisions.said import light_of, word_of
from hub.fleet.standing import Light
from hub.members import queries, rows
from hub.members.models import Company, Freeze, Membership, Plan
from hub.members.plan_text import billing_text
from hub.members.prices import price_text
from hub.templatetags.faces import day_text, last_day_text


@dataclass(frozen=True)
class Shown:
    """`via`: the company that it is inherited from, where somebody else sees to it. `requests`: what stands with
    staff."""

    membership: Membership
    light: Light
    word: str | Promise
    price: str
    next: str
    owed: str
    is_overdue: bool
    may: May
    is_over: bool
    requests: list[MemberRequest]
    via: Company | None = None


def shown(memberships: list[Membership], at: datetime, via: Company | None = None) -> list[Shown]:
    """Prefetch plan and freezes. With `via` nothing is offered."""
    standings = billing.standings(memberships)
    open_ones = MemberRequest.objects.filter(membership__in=memberships, settled_at=None).select_related("plan")
    requests = list(open_ones)
    return [
        _shown(each, standings[each.pk], [it for it in requests if it.membership_id == each.pk], at, via)
        for each in memberships
    ]


def price_line(plan: Plan, cents: int | None, currency: str) -> str:
    """As in `29.00 EUR every month, incl. 19 % VAT`; empty: no price is said."""
    if cents is None:
        return ""
    price = price_text(cents, currency)
    if plan.for_companies:
        price = _("%(price)s for each seat") % {"price": price}
    return ", ".join(filter(None, (f"{price} {billing_text(plan)}".strip(), plan.tax_text)))


def runs_until(membership: Membership) -> str:
    """The last day of what is held now; empty: it has no end."""
    end = end_of(rows.meaning_of(membership))
    return "" if end is None else last_day_text(end)


def _shown(
    membership: Membership, standing: Standing, requests: list[MemberRequest], at: datetime, via: Company | None
) -> Shown:
    status = queries.status_of(membership, at)
    owed = standing.owed[0] if standing.owed and via is None else None
    return Shown(
        membership=membership,
        light=light_of(status),
        word=word_of(status),
        price="" if via is not None else _price(membership, standing),
        next=_next(membership, status.detail, standing, at),
        owed="" if owed is None else _owed(owed, at),
        is_overdue=owed is not None and billing.overdue(owed, at),
        may=May() if via is not None else may(membership, standing, status),
        is_over=status.state is State.EXPIRED,
        requests=requests if via is None else [],
        via=via,
    )


def _price(membership: Membership, standing: Standing) -> str:
    plan, subscription = membership.plan, standing.subscription
    if subscription is not None and subscription.is_open:
        return price_line(plan, subscription.cents, subscription.currency)
    return price_line(plan, plan.price_cents, plan.currency)


def _owed(owed: Payment, at: datetime) -> str:
    told = {
        "amount": price_text(owed.cents, owed.currency),
        "day": "" if not owed.due_at else day_text(owed.due_at),
    }
    if billing.overdue(owed, at):
        return _("%(amount)s were due on %(day)s. Please pay them to your club.") % told
    return _("%(amount)s are due on %(day)s. Please pay them to your club.") % told


def _next(membership: Membership, detail: Detail, standing: Standing, at: datetime) -> str:
    end = end_of(rows.meaning_of(membership))
    last = "" if end is None else last_day_text(end)
    if detail is Detail.PENDING:
        return _("It begins as soon as it is paid.")
    if detail is Detail.SCHEDULED:
        return _("It begins on %(day)s.") % {"day": day_text(membership.starts_at)}
    if detail is Detail.SUSPENDED:
        return _frozen(membership, at)
    if detail is Detail.GRACE:
        return _unpaid(standing, last)
    if detail in (Detail.ENDED, Detail.CANCELLED, Detail.PAYMENT_FAILED, Detail.REVOKED):
        over_at = membership.revoked_at or end
        return "" if over_at is None else _("It ended on %(day)s.") % {"day": last_day_text(over_at)}
    if end is None:
        return _("It has no end.")
    if membership.at_end == AtEnd.CANCELLED:
        return _("It is cancelled: you keep it until %(day)s.") % {"day": last}
    if detail is Detail.TRIAL:
        return _trial(membership, standing, last)
    if membership.at_end == AtEnd.RENEWS:
        return _("It renews on %(day)s.") % {"day": day_text(end)}
    return _("It ends on %(day)s.") % {"day": last}


def _frozen(membership: Membership, at: datetime) -> str:
    until = next(
        (each.until_at for each in membership.freezes.all() if each.from_at <= at and _runs(each, at)), None
    )
    if until is None:
        return _("It is frozen until further notice.")
    return _("It is frozen, and goes on by itself on %(day)s.") % {"day": day_text(until)}


def _runs(freeze: Freeze, at: datetime) -> bool:
    return freeze.until_at is None or at < freeze.until_at


def _unpaid(standing: Standing, last: str) -> str:
    subscription = standing.subscription
    if standing.is_by_provider and subscription is not None and subscription.retry_at is not None:
        said = _("It is paid until %(last)s, and the payment since has failed. It is tried again on %(day)s.")
        return said % {"last": last, "day": day_text(subscription.retry_at)}
    return _("It is paid until %(last)s. It still works, but a payment is due.") % {"last": last}


def _trial(membership: Membership, standing: Standing, last: str) -> str:
    until = membership.trial_until
    told = {"day": last if until is None else last_day_text(until), "last": last}
    if _is_paid_beyond(until, standing):
        return _("Your trial runs until %(day)s. It is paid until %(last)s.") % told
    if membership.at_end != AtEnd.RENEWS:
        return _("Your trial runs until %(day)s, and then it is over.") % {"day": last}
    return _("Your trial runs until %(day)s. Then it is to be paid.") % told


def _is_paid_beyond(until: datetime | None, standing: Standing) -> bool:
    """Paid before the trial was over."""
    paid_until = None if standing.subscription is None else standing.subscription.paid_until
    return not standing.owed and None not in (until, paid_until) and paid_until > until  # type: ignore[operator]
