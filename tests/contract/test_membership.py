"""Status: computed from the dates, half open, without a message."""

from datetime import datetime, timedelta

import pytest
from contract_strategies import MICROSECOND, NOON, memberships, moments
from hypothesis import given

from contract.membership import (
    Detail,
    Grant,
    Holder,
    HolderKind,
    Membership,
    Plan,
    State,
    Status,
    status_at,
)

HOLDER = Holder(HolderKind.CUSTOMER, 7)
END = NOON + timedelta(days=365)
CURRENT = Status(State.ACTIVE, Detail.CURRENT)
SCHEDULED = Status(State.INACTIVE, Detail.SCHEDULED)
ENDED = Status(State.EXPIRED, Detail.ENDED)
REVOKED = Status(State.EXPIRED, Detail.REVOKED)


@pytest.mark.parametrize(
    ("at", "status"),
    [
        (NOON - MICROSECOND, SCHEDULED),
        (NOON, CURRENT),
        (END - MICROSECOND, CURRENT),
        (END, ENDED),
        (END + timedelta(days=10_000), ENDED),
    ],
)
def test_the_start_belongs_to_it_and_the_end_does_not(at: datetime, status: Status) -> None:
    assert status_at(Membership(1, HOLDER, 3, NOON, END), at) == status


def test_a_membership_without_an_end_goes_on() -> None:
    assert status_at(Membership(1, HOLDER, 3, NOON, None), datetime.max.replace(tzinfo=NOON.tzinfo)) == CURRENT


@pytest.mark.parametrize("at", [NOON - MICROSECOND, NOON, END])
def test_a_revoked_membership_is_revoked_at_any_time(at: datetime) -> None:
    assert status_at(Membership(1, HOLDER, 3, NOON, END, revoked=True), at) == REVOKED


def test_one_that_would_end_before_it_begins_is_never_active() -> None:
    crossed = Membership(1, HOLDER, 3, END, NOON)
    assert status_at(crossed, END - MICROSECOND) == SCHEDULED
    assert status_at(crossed, END) == ENDED


@given(memberships(1, 3), moments)
def test_active_is_exactly_the_half_open_interval(membership: Membership, at: datetime) -> None:
    inside = membership.starts_at <= at and (membership.ends_at is None or at < membership.ends_at)
    assert (status_at(membership, at) == CURRENT) == (inside and not membership.revoked)


def test_a_plan_tells_its_grant_of_a_permission() -> None:
    door, wine = Grant("front-door"), Grant("glass-of-wine")
    plan = Plan(3, "Full", (door, wine))
    assert plan.grant_of("glass-of-wine") is wine
    assert plan.grant_of("front-door") is door
    assert plan.grant_of("sauna") is None
