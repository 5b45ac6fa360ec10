"""Memberships by plan in reports: what counts as ended and when; those that are alike are told as each is."""

import random
from datetime import datetime, timedelta

import pytest

from contract.membership import AtEnd, State
from hub.members import operations, queries, status_operations
from hub.members.models import Membership
from hub.reports.memberships import PlanFigures, by_plan
from hub.reports.queries import Span
from tests.hub.people import AT, DAY, a_customer, a_plan

pytestmark = pytest.mark.usefixtures("database")
WEEK = Span(AT - 7 * DAY, AT)


def held(**fields: object) -> Membership:
    fields = {"starts_at": AT - 400 * DAY, "customer": a_customer()} | fields
    return operations.save_membership(Membership(plan=Membership.objects.first().plan, **fields))


def figures(span: Span = WEEK) -> PlanFigures:
    [found] = by_plan(span, AT)
    return found


@pytest.fixture(autouse=True)
def one(database: object) -> Membership:
    """One that has begun long ago and has no end."""
    held = Membership(plan=a_plan(), customer=a_customer(), starts_at=AT - 900 * DAY)
    return operations.save_membership(held)


def test_a_grace_is_not_an_end_and_the_end_of_it_is() -> None:
    held(ends_at=AT - DAY, at_end=AtEnd.RENEWS, grace_hours=72)
    assert (figures().active, figures().ended) == (2, 0)
    held(ends_at=AT - 8 * DAY, at_end=AtEnd.RENEWS, grace_hours=72)
    assert (figures().active, figures().expired, figures().ended) == (2, 1, 1)


def test_what_is_revoked_after_it_was_over_ended_when_it_was_over() -> None:
    long_over, running = held(ends_at=AT - 300 * DAY), held(ends_at=AT + 9 * DAY)
    operations.revoke_memberships([long_over], AT - DAY)
    assert (figures().expired, figures().ended) == (1, 0)
    operations.revoke_memberships([running], AT - DAY)
    assert (figures().expired, figures().ended) == (2, 1)


def test_what_ends_later_today_has_not_ended() -> None:
    held(ends_at=AT + timedelta(hours=1))
    held(ends_at=AT)
    assert figures(Span(AT - DAY, AT + DAY)).ended == 0
    assert by_plan(Span(AT - DAY, AT + DAY), AT + timedelta(seconds=1))[0].ended == 1


def test_those_that_are_alike_are_told_as_each_of_them_is() -> None:
    chance = random.Random(6)
    days = (-400, -98, -93, -91, -40, -10, -8, -7, -3, -1, 0, 1, 30)
    for _ in range(120):
        starts_at = AT + chance.choice(days) * DAY
        ends_at = chance.choice([None, *(starts_at + number * DAY for number in (1, 6, 90, 395))])
        at_end = AtEnd.ENDS if ends_at is None else chance.choice(list(AtEnd))
        grace = chance.choice([0, 24, 72, 2_160]) if at_end is AtEnd.RENEWS else None
        made = held(
            starts_at=starts_at,
            ends_at=ends_at,
            at_end=at_end,
            grace_hours=grace,
            pending=chance.random() < 0.1,
        )
        if chance.random() < 0.2:
            operations.revoke_memberships([made], AT + chance.choice(days[1:]) * DAY)
    for _ in range(4):
        begin = AT + chance.choice(days[:-2]) * DAY
        span = Span(begin, begin + chance.choice([1, 7, 90]) * DAY)
        told = figures(span)
        each = Membership.objects.prefetch_related("freezes")
        assert told.states == {
            state: count
            for state in State
            if (count := sum(queries.status_of(it, AT).state is state for it in each))
        }
        assert told.ended == sum(span.from_at <= end < min(span.until_at, AT) for end in map(over_at, each) if end)
        assert told.begun == sum(span.from_at <= it.starts_at < span.until_at for it in each)


def over_at(membership: Membership) -> datetime | None:
    """By looking at its dates alone, without freezes."""
    ends = [membership.revoked_at]
    if membership.ends_at is not None and not membership.pending:
        graced = membership.at_end == AtEnd.RENEWS
        ends.append(membership.ends_at + timedelta(hours=membership.grace_hours or 0 if graced else 0))
    return min((each for each in ends if each is not None), default=None)


def test_what_is_frozen_is_told_with_its_end_moved_on() -> None:
    frozen = held(ends_at=AT - DAY)
    status_operations.freeze_membership(frozen, AT - 20 * DAY, AT - 15 * DAY)
    assert (figures().active, figures().ended) == (2, 0)
