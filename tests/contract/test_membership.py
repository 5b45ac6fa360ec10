"""Status: computed from the dates, half open, without a message."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from contract_strategies import MICROSECOND, NOON, memberships, moments
from hypothesis import given

from contract.grant import Grant
from contract.membership import (
    AtEnd,
    Detail,
    Freeze,
    Holder,
    HolderKind,
    Membership,
    MembershipError,
    Plan,
    State,
    Status,
    end_of,
    expires_at,
    status_at,
)

DAY = timedelta(days=1)
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


def lasting(**special: object) -> Membership:
    return Membership(1, HOLDER, 3, NOON, END, **special)  # type: ignore[arg-type]


EXPIRED, INACTIVE, ACTIVE = State.EXPIRED, State.INACTIVE, State.ACTIVE
FROZEN = Freeze(NOON + DAY, NOON + 3 * DAY)


@pytest.mark.parametrize(
    ("membership", "at", "status"),
    [
        (lasting(pending=True), NOON, Status(INACTIVE, Detail.PENDING)),
        (lasting(pending=True), END + DAY, Status(INACTIVE, Detail.PENDING)),
        (lasting(pending=True, revoked=True), NOON, REVOKED),
        (lasting(at_end=AtEnd.CANCELLED), END - MICROSECOND, Status(ACTIVE, Detail.CANCELLING)),
        (lasting(at_end=AtEnd.CANCELLED), END, Status(EXPIRED, Detail.CANCELLED)),
        (lasting(at_end=AtEnd.PAYMENT_FAILED), END - MICROSECOND, CURRENT),
        (lasting(at_end=AtEnd.PAYMENT_FAILED), END, Status(EXPIRED, Detail.PAYMENT_FAILED)),
        (lasting(trial_until=NOON + DAY), NOON + DAY - MICROSECOND, Status(ACTIVE, Detail.TRIAL)),
        (lasting(trial_until=NOON + DAY), NOON + DAY, CURRENT),
        (lasting(trial_until=NOON + DAY, at_end=AtEnd.CANCELLED), NOON, Status(ACTIVE, Detail.CANCELLING)),
        (lasting(at_end=AtEnd.RENEWS, grace_seconds=86_400), END, Status(ACTIVE, Detail.GRACE)),
        (
            lasting(at_end=AtEnd.RENEWS, grace_seconds=86_400),
            END + DAY - MICROSECOND,
            Status(ACTIVE, Detail.GRACE),
        ),
        (lasting(at_end=AtEnd.RENEWS, grace_seconds=86_400), END + DAY, ENDED),
        (lasting(at_end=AtEnd.RENEWS), END, ENDED),
        (lasting(at_end=AtEnd.CANCELLED, grace_seconds=86_400), END, Status(EXPIRED, Detail.CANCELLED)),
        (lasting(at_end=AtEnd.PAYMENT_FAILED, grace_seconds=86_400), END, Status(EXPIRED, Detail.PAYMENT_FAILED)),
        (lasting(freezes=(FROZEN,)), FROZEN.from_at - MICROSECOND, CURRENT),
        (lasting(freezes=(FROZEN,)), FROZEN.from_at, Status(INACTIVE, Detail.SUSPENDED)),
        (lasting(freezes=(FROZEN,)), FROZEN.until_at, CURRENT),
        (lasting(freezes=(FROZEN,)), END + 2 * DAY - MICROSECOND, CURRENT),
        (lasting(freezes=(FROZEN,)), END + 2 * DAY, ENDED),
        (lasting(freezes=(FROZEN,), freezes_extend=False), END, ENDED),
        (lasting(freezes=(Freeze(NOON, None),)), END + 900 * DAY, Status(INACTIVE, Detail.SUSPENDED)),
        (lasting(freezes=(Freeze(NOON, None),), freezes_extend=False), END, ENDED),
        (lasting(freezes=(Freeze(END, None),)), END, ENDED),
    ],
)
def test_the_table_of_statuses(membership: Membership, at: datetime, status: Status) -> None:
    assert status_at(membership, at) == status


@pytest.mark.parametrize(
    ("freezes", "end"),
    [
        ((), END),
        ((FROZEN,), END + 2 * DAY),
        ((Freeze(END - DAY, END + DAY),), END + 2 * DAY),
        # The first one moves the end beyond the beginning of the second.
        ((Freeze(END + DAY, END + 2 * DAY), Freeze(END - DAY, END + DAY)), END + 3 * DAY),
        ((Freeze(END, END + DAY),), END),
        ((Freeze(NOON - DAY, NOON + DAY),), END + DAY),
        ((Freeze(NOON - 2 * DAY, NOON - DAY),), END),
        ((Freeze(END - MICROSECOND, None),), None),
    ],
)
def test_freezes_move_the_end_on(freezes: tuple[Freeze, ...], end: datetime | None) -> None:
    assert end_of(lasting(freezes=freezes)) == end
    assert end_of(lasting(freezes=freezes, freezes_extend=False)) == END


def test_the_end_of_time_is_no_fault() -> None:
    last = datetime.max.replace(tzinfo=UTC)
    late = Membership(1, HOLDER, 3, NOON, last, at_end=AtEnd.RENEWS, grace_seconds=86_400, freezes=(FROZEN,))
    assert end_of(late) == last
    assert status_at(late, last) == Status(State.ACTIVE, Detail.GRACE)


@pytest.mark.parametrize(
    ("make", "text"),
    [
        (lambda: Freeze(NOON, NOON), "^a freeze ends after it begins$"),
        (lambda: Freeze(NOON, NOON - MICROSECOND), "^a freeze ends after it begins$"),
        (lambda: lasting(freezes=(Freeze(NOON, None), Freeze(NOON + DAY, None))), "^freezes overlap: end one"),
        (lambda: lasting(freezes=(Freeze(NOON, NOON + DAY), Freeze(NOON, None))), "^freezes overlap: end one"),
        (
            lambda: lasting(freezes=(Freeze(NOON + DAY, NOON + 3 * DAY), Freeze(NOON, NOON + DAY + MICROSECOND))),
            "^freezes overlap: end one before the next begins$",
        ),
        (lambda: lasting(grace_seconds=-1), "^grace is 0 to 7776000 seconds .*, not -1$"),
        (lambda: lasting(grace_seconds=90 * 86_400 + 1), "^grace is 0 to 7776000 seconds .*, not 7776001$"),
    ],
)
def test_what_cannot_be_meant_is_refused_in_words(make: Callable[[], object], text: str) -> None:
    with pytest.raises(MembershipError, match=text):
        make()


def test_the_ends_of_what_a_grace_may_be() -> None:
    assert [lasting(grace_seconds=seconds).grace_seconds for seconds in (0, 90 * 86_400)] == [0, 90 * 86_400]


@given(memberships(1, 3), moments)
def test_only_what_is_active_is_active(membership: Membership, at: datetime) -> None:
    """The law behind the table, from the other side: what an active membership cannot be."""
    active = status_at(membership, at).state is State.ACTIVE
    end = end_of(membership)
    grace = timedelta(seconds=membership.grace_seconds if membership.at_end is AtEnd.RENEWS else 0)
    inside = membership.starts_at <= at and (end is None or at < end + grace)
    frozen = any(
        each.from_at <= at and (each.until_at is None or at < each.until_at) for each in membership.freezes
    )
    assert active == (inside and not frozen and not membership.revoked and not membership.pending)


@given(memberships(1, 3))
def test_a_freeze_never_makes_a_membership_shorter(one: Membership) -> None:
    end = end_of(one)
    assert end is None or (one.ends_at is not None and end >= one.ends_at)


def test_a_plan_tells_its_grant_of_a_permission() -> None:
    door, wine = Grant("front-door"), Grant("glass-of-wine")
    plan = Plan(3, "Full", (door, wine))
    assert plan.grant_of("glass-of-wine") is wine
    assert plan.grant_of("front-door") is door
    assert plan.grant_of("sauna") is None


@given(memberships(7, 3))
def test_it_expires_by_itself_at_that_instant_and_not_before(membership: Membership) -> None:
    over_from = expires_at(membership)
    if over_from is None:
        last = datetime.max.replace(tzinfo=UTC)
        assert membership.revoked or status_at(membership, last).state is not State.EXPIRED
    else:
        assert status_at(membership, over_from).state is State.EXPIRED
        assert status_at(membership, over_from - MICROSECOND).state is not State.EXPIRED


@pytest.mark.parametrize("special", [{"revoked": True}, {"pending": True}, {"freezes": (Freeze(NOON, None),)}])
def test_it_never_expires_by_itself(special: dict[str, object]) -> None:
    assert expires_at(lasting(**special)) is None
