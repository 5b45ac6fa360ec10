"""A membership as staff see it: a light, a word, what comes next, what may be done about it. Status is the
contract's, through hub.members.queries; nothing of it is decided here."""

from dataclasses import dataclass
from datetime import datetime

from django.utils.functional import Promise
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from contract.membership import AtEnd, Detail, State, Status, end_of
from hub.decisions.said import light_of, word_of
from hub.desk.membership_says import freeze_ahead
from hub.fleet.standing import Light
from hub.members import queries, rows
from hub.members.models import Company, Customer, Freeze, Membership
from hub.members.versions import version_of
from hub.templatetags.faces import day, last_day


@dataclass(frozen=True)
class Shown:
    """`via`: the company that it is inherited from; None: their own. `next`: what comes next, as a sentence."""

    membership: Membership
    status: Status
    light: Light
    word: str | Promise
    next: SafeString
    via: Company | None = None

    @property
    def version(self) -> str:
        return version_of(self.membership)

    @property
    def is_over(self) -> bool:
        return self.status.state is State.EXPIRED


def shown(membership: Membership, at: datetime, via: Company | None = None) -> Shown:
    """Prefetch plan and freezes of many."""
    status = queries.status_of(membership, at)
    said = mark_safe(_next(membership, status.detail, at))  # noqa: S308 (sentences of ours around escaped instants)
    return Shown(membership, status, light_of(status), word_of(status), said, via)


def shown_of_customer(customer: Customer, at: datetime) -> list[Shown]:
    """Their own, then those of their companies; the latest begun first. Of hub.members.queries' prefetching."""
    own = [shown(each, at) for each in customer.memberships.all()]
    inherited = [
        shown(each, at, company) for company in customer.companies.all() for each in company.memberships.all()
    ]
    return [*_latest_first(own), *_latest_first(inherited)]


def shown_of_company(company: Company, at: datetime) -> list[Shown]:
    return _latest_first([shown(each, at) for each in company.memberships.all()])


def _latest_first(found: list[Shown]) -> list[Shown]:
    return sorted(found, key=lambda each: (each.membership.starts_at, each.membership.pk), reverse=True)


def _next(membership: Membership, detail: Detail, at: datetime) -> str:
    end = end_of(rows.meaning_of(membership))
    if detail is Detail.REVOKED:
        return _told(_("Revoked on %(at)s."), membership.revoked_at)
    if detail is Detail.PENDING:
        return _("It grants nothing until the payment is confirmed.")
    if detail is Detail.SCHEDULED:
        return _told(_("It begins on %(at)s."), membership.starts_at)
    if detail is Detail.SUSPENDED:
        return _frozen(membership, at)
    if detail is Detail.GRACE:
        return _told(_("Its renewal has been due since %(at)s; it still works."), end)
    if detail in (Detail.ENDED, Detail.CANCELLED, Detail.PAYMENT_FAILED):
        return _told_last(_("It ended on %(at)s."), end)
    coming = freeze_ahead(membership, at)
    if coming is not None and (end is None or coming.from_at < end):
        return _told(_("It will be frozen from %(at)s on."), coming.from_at)
    if detail is Detail.TRIAL:
        return _told_last(_("Its trial runs until %(at)s."), membership.trial_until)
    if end is None:
        return _("It has no end.")
    if membership.at_end == AtEnd.RENEWS:
        return _told(_("It renews on %(at)s."), end)
    return _told_last(_("It ends on %(at)s."), end)


def _frozen(membership: Membership, at: datetime) -> str:
    running = next((each for each in membership.freezes.all() if covers(each, at)), None)
    if running is None or running.until_at is None:
        return _("It is frozen until somebody resumes it.")
    return _told(_("It goes on by itself on %(at)s."), running.until_at)


def covers(freeze: Freeze, at: datetime) -> bool:
    return freeze.from_at <= at and (freeze.until_at is None or at < freeze.until_at)


def _told(sentence: str, at: datetime | None) -> str:
    return str(conditional_escape(sentence)) % {"at": day(at)}


def _told_last(sentence: str, end: datetime | None) -> str:
    """Of what is over at `end`."""
    return str(conditional_escape(sentence)) % {"at": last_day(end)}
