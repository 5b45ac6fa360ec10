"""Who stands at the front desk, and what came of it, in words and with a light. Decides nothing."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from contract.calendar import zone_of
from contract.decision import Decision
from contract.reasons import Outcome
from hub.checkins.models import CheckIn
from hub.decisions.checkin_operations import CheckedIn
from hub.decisions.said import left_text, light_of, next_text, reason_text, word_of
from hub.fleet.models import Site
from hub.fleet.standing import Light
from hub.fleet.zones import organization_zone
from hub.members import queries
from hub.members.models import Customer, Permission


@dataclass(frozen=True)
class Who:
    """`light` and `word`: of the membership; the answer for the permission has its own. `left`, `next`: sentences,
    empty where there is nothing to say."""

    customer: Customer
    photo: Any
    light: Light
    word: str | Promise
    plan: str
    answer_light: Light
    answer: str | Promise
    granted: bool
    left: str
    next: str


@dataclass(frozen=True)
class Result:
    checkin: CheckIn
    customer: Customer | None
    granted: bool
    title: str | Promise
    what: str
    left: str
    next: str


def who_of(
    customer: Customer, decision: Decision | None, permission: Permission | None, site: Site | None, at: datetime
) -> Who:
    standing = queries.standing_of(customer, at)
    status = None if standing is None else standing.status
    granted = decision is not None and decision.granted
    answer: str | Promise = _("There is no permission yet to check anybody in for.")
    if decision is not None and permission is not None:
        answer = _("May: %(what)s") % {"what": permission.name} if granted else reason_text(decision.reason)
    return Who(
        customer=customer,
        photo=getattr(customer, "photo", None),
        light=light_of(status),
        word=word_of(status),
        plan="" if standing is None else standing.membership.plan.name,
        answer_light=Light.GREEN if granted else Light.RED,
        answer=answer,
        granted=granted,
        left=left_text(None if decision is None else decision.remaining),
        next=_next_text(decision, site),
    )


def result_of(done: CheckedIn, permission: Permission, site: Site | None) -> Result:
    checkin = done.checkin
    granted = checkin.outcome == Outcome.GRANTED
    return Result(
        checkin=checkin,
        customer=Customer.objects.filter(pk=checkin.customer_id).first(),
        granted=granted,
        title=_("Checked in") if granted else reason_text(checkin.reason),
        what=permission.name,
        left=left_text(checkin.remaining),
        next=_next_text(done.decision, site),
    )


def _next_text(decision: Decision | None, site: Site | None) -> str:
    """By the clock on the wall there."""
    with timezone.override(organization_zone() if site is None else zone_of(site.time_zone)):
        return next_text(decision)
