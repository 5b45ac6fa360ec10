"""A membership renewed, ended at once, exchanged for another plan's: what edges know of it, what is refused."""

from datetime import UTC, datetime, timedelta

import pytest

from contract.calendar import zone_of
from contract.membership import AtEnd, Detail, status_at
from contract.reasons import Reason
from hub.audit.models import Entry
from hub.feed import queries as feed_queries
from hub.feed.operations import EVERYONE
from hub.members import operations, periods, queries, status_operations, term_operations
from hub.members.models import Freeze, Grant, Membership, Permission, Plan
from hub.members.periods import Period
from hub.members.status_operations import Refused
from hub.members.versions import Outdated, do_as_shown, version_of
from tests.hub.followed import assert_exact, decision
from tests.hub.people import AT, DAY, a_card, a_customer, a_plan

pytestmark = pytest.mark.usefixtures("database")

START = datetime(2026, 1, 31, 9, tzinfo=UTC)
HOUR = timedelta(hours=1)
UTC_ZONE = zone_of("UTC")


def billed(name: str, permission: str, months: int | None = 1) -> Plan:
    door = Permission.objects.filter(slug=permission).first()
    door = door or operations.save_permission(Permission(slug=permission, name=permission))
    plan = operations.save_plan(Plan(name=name, billed_every=months))
    operations.save_grant(Grant(plan=plan, permission=door), ())
    return plan


def held(plan: Plan, **fields: object) -> Membership:
    fields = {
        "customer": a_customer(),
        "starts_at": START,
        "ends_at": datetime(2026, 3, 31, 9, tzinfo=UTC),
    } | fields
    return operations.save_membership(Membership(plan=plan, **fields))


def detail(membership: Membership, at: datetime) -> Detail:
    assert_exact()
    return queries.status_of(Membership.objects.get(pk=membership.pk), at).detail


# What is proposed


def test_periods_follow_the_plans_billing_from_the_start_on() -> None:
    monthly, once = billed("Gold", "a"), billed("Day", "a", None)
    assert periods.first_period(monthly, START, UTC_ZONE) == (START, datetime(2026, 2, 28, 9, tzinfo=UTC))
    assert periods.first_period(once, START, UTC_ZONE) == (START, None)
    membership = held(monthly, ends_at=datetime(2026, 2, 28, 9, tzinfo=UTC))
    assert periods.renewed_end(membership, UTC_ZONE) == datetime(2026, 3, 31, 9, tzinfo=UTC)
    assert periods.next_period_at(membership, AT, UTC_ZONE) == datetime(2026, 2, 28, 9, tzinfo=UTC)
    endless = held(monthly, ends_at=None)
    assert periods.renewed_end(endless, UTC_ZONE) is None
    assert periods.next_period_at(endless, AT, UTC_ZONE) == datetime(2026, 3, 31, 9, tzinfo=UTC)
    assert periods.next_period_at(held(once, ends_at=None), AT, UTC_ZONE) is None


# Renewal


def test_a_renewal_moves_the_end_and_takes_a_cancellation_back() -> None:
    membership = held(billed("Gold", "a"), at_end=AtEnd.RENEWS)
    status_operations.cancel_membership(membership, AT)
    assert detail(membership, AT) is Detail.CANCELLING
    end = periods.renewed_end(membership, UTC_ZONE)
    assert end is not None
    renewed = term_operations.renew_membership(membership, end, AT)
    assert (renewed.ends_at, renewed.at_end) == (datetime(2026, 4, 30, 9, tzinfo=UTC), AtEnd.RENEWS)
    assert detail(membership, datetime(2026, 4, 1, tzinfo=UTC)) is Detail.CURRENT
    assert Entry.objects.first().action == "renewed"


def test_what_cannot_be_renewed_stays_as_it_is() -> None:
    plan = billed("Gold", "a")
    over = held(plan, ends_at=AT - HOUR)
    endless = held(plan, ends_at=None)
    running = held(plan)
    before = feed_queries.head(EVERYONE)
    for membership, end, said in (
        (over, AT + DAY, "is over, and stays so"),
        (endless, AT + DAY, "has no end"),
        (running, running.ends_at, "after the present end"),
    ):
        with pytest.raises(Refused, match=said):
            term_operations.renew_membership(membership, end, AT)
    operations.revoke_memberships([running], AT)
    with pytest.raises(Refused, match="revoked, for good"):
        term_operations.renew_membership(running, AT + 90 * DAY, AT)
    assert feed_queries.head(EVERYONE).sequence == before.sequence + 1


# Ended at once


def test_ended_at_once_it_is_over_whatever_its_freezes_and_its_grace() -> None:
    membership = held(billed("Gold", "a"), at_end=AtEnd.RENEWS)
    status_operations.freeze_membership(membership, AT - 9 * DAY, AT - DAY)
    status_operations.freeze_membership(membership, AT - HOUR, None)
    term_operations.end_membership(membership, AT)
    assert detail(membership, AT - timedelta(minutes=1)) is Detail.SUSPENDED
    assert detail(membership, AT) is Detail.CANCELLED
    with pytest.raises(Refused, match="over already"):
        term_operations.end_membership(membership, AT)


def test_one_to_come_is_not_ended_but_revoked() -> None:
    membership = held(billed("Gold", "a"), starts_at=AT + DAY)
    with pytest.raises(Refused, match="has not begun: revoke"):
        term_operations.end_membership(membership, AT)


# Another plan


def test_a_plan_is_changed_at_once_without_a_gap() -> None:
    customer = a_customer()
    code = a_card(customer)
    kept = {"customer": customer, "at_end": AtEnd.RENEWS, "freezes_extend": False}
    old = held(billed("Gold", "gold"), trial_until=AT + DAY, **kept)
    status_operations.freeze_membership(old, AT - 9 * DAY, AT - DAY)
    silver = billed("Silver", "silver")
    new = term_operations.change_plan(old, silver, periods.first_period(silver, AT, UTC_ZONE), AT)
    assert (new.plan, new.starts_at, new.at_end, new.grace_hours) == (silver, AT, AtEnd.RENEWS, 72)
    assert not new.freezes_extend
    assert detail(old, AT) is Detail.ENDED
    before, after = AT - timedelta(seconds=1), AT
    assert decision(code, "gold", before).granted and not decision(code, "silver", before).granted
    assert decision(code, "silver", after).granted and not decision(code, "gold", after).granted


def test_a_plan_is_changed_at_the_next_period() -> None:
    old = held(billed("Gold", "gold"), at_end=AtEnd.CANCELLED)
    silver = billed("Silver", "silver", None)
    there = periods.next_period_at(old, AT, UTC_ZONE)
    assert there == old.ends_at
    new = term_operations.change_plan(old, silver, Period(there, None), AT)
    assert detail(old, there - HOUR) is Detail.CURRENT and detail(old, there) is Detail.ENDED
    assert detail(new, AT) is Detail.SCHEDULED and detail(new, there) is Detail.CURRENT


def test_one_that_has_not_begun_or_is_not_paid_takes_the_plan_itself() -> None:
    gold, silver = billed("Gold", "gold"), billed("Silver", "silver")
    for fields in ({"starts_at": AT + DAY}, {"pending": True}):
        old = held(gold, **fields)
        new = term_operations.change_plan(old, silver, Period(AT, None), AT)
        assert (new.pk, new.plan, new.ends_at) == (old.pk, silver, old.ends_at)


def test_a_change_of_plan_that_cannot_be_changes_nothing() -> None:
    gold, silver = billed("Gold", "gold"), billed("Silver", "silver")
    over, running, frozen = held(gold, ends_at=AT - HOUR), held(gold), held(gold)
    status_operations.freeze_membership(frozen, AT - DAY, None)
    coming = held(gold)
    status_operations.freeze_membership(coming, AT + DAY, AT + 2 * DAY)
    before = feed_queries.head(EVERYONE)
    for membership, plan, from_at, said in (
        (over, silver, AT, "over by then"),
        (running, silver, AT - HOUR, "now or later"),
        (running, silver, running.ends_at + DAY, "over by then"),
        (running, gold, AT, "of this plan already"),
        (frozen, silver, AT, "frozen then"),
        (coming, silver, AT, "take that freeze back first"),
        (coming, silver, AT + 36 * HOUR, "frozen then"),
    ):
        with pytest.raises(Refused, match=said):
            term_operations.change_plan(membership, plan, Period(from_at, None), AT)
    with pytest.raises(Refused, match="end has to lie after the start"):
        term_operations.change_plan(running, silver, Period(AT, AT - DAY), AT)
    assert feed_queries.head(EVERYONE) == before
    assert Membership.objects.count() == 4


# Freezes, and two at once


def test_a_freeze_to_come_is_taken_back_and_one_that_runs_is_not() -> None:
    membership = held(billed("Gold", "a"))
    coming = status_operations.freeze_membership(membership, AT + DAY, AT + 2 * DAY)
    assert detail(membership, AT + DAY) is Detail.SUSPENDED
    with pytest.raises(Refused, match="has begun"):
        term_operations.take_freeze_back(coming, AT + DAY)
    term_operations.take_freeze_back(coming, AT)
    assert detail(membership, AT + DAY) is Detail.CURRENT
    with pytest.raises(Refused, match="taken back meanwhile"):
        term_operations.take_freeze_back(coming, AT)


def test_who_acts_on_what_is_not_so_any_more_is_told_and_changes_nothing() -> None:
    membership = held(a_plan())
    shown = version_of(Membership.objects.get())
    do_as_shown(membership, shown, lambda it: status_operations.freeze_membership(it, AT, None))
    for _ in range(2):
        with pytest.raises(Outdated, match="changed this meanwhile"):
            do_as_shown(membership, shown, lambda it: status_operations.cancel_membership(it, AT))
    assert Freeze.objects.count() == 1
    assert status_at(queries.rows.meaning_of(Membership.objects.get()), AT).detail is Detail.SUSPENDED
    operations.delete_memberships([membership])
    with pytest.raises(Outdated, match="deleted meanwhile"):
        do_as_shown(membership, shown, lambda it: status_operations.cancel_membership(it, AT))
    assert decision(a_card(a_customer()), "front-door", AT).reason is Reason.NO_MEMBERSHIP
