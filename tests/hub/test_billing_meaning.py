"""What each state of a provider's subscription makes of a membership: the whole table."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from contract.membership import GRACE_SECONDS_MAX, AtEnd, Detail, Freeze, Holder, HolderKind, Membership, status_at
from hub.billing.meaning import AFTER_RETRY, Becomes, becomes
from hub.billing.seen import (
    EndedWhy,
    Price,
    SubscriptionSeen,
    SubscriptionState,
)

BEGAN = datetime(2026, 3, 1, 12, tzinfo=UTC)
DAY = timedelta(days=1)
PAID = BEGAN + 30 * DAY
GRACE_HOURS = 72
SEEN = SubscriptionSeen(
    reference="sub_1",
    ours="x",
    payer="cus_1",
    state=SubscriptionState.ACTIVE,
    started_at=BEGAN,
    period_started_at=BEGAN,
    period_ends_at=PAID,
    price=Price("gold", "Gold", 2_900, "EUR"),
    paid_until=PAID,
)
NEXT = {"period_started_at": PAID, "period_ends_at": PAID + 30 * DAY}
"""The second period has begun, and is not paid for."""


def detail(meant: Becomes, at: datetime) -> Detail:
    held = Membership(
        id=1,
        holder=Holder(HolderKind.CUSTOMER, 1),
        plan_id=1,
        starts_at=BEGAN,
        ends_at=meant.ends_at,
        pending=meant.pending,
        at_end=meant.at_end,
        grace_seconds=(meant.grace_hours or 0) * 3_600,
        trial_until=meant.trial_until,
        freezes=() if meant.paused_from is None else (Freeze(meant.paused_from, None),),
        freezes_extend=False,
    )
    return status_at(held, at).detail


S = SubscriptionState
TABLE = [
    (S.INCOMPLETE, {"paid_until": None}, DAY, Detail.PENDING),
    (S.INCOMPLETE_EXPIRED, {"paid_until": None, "ended_at": BEGAN + DAY}, DAY, Detail.PAYMENT_FAILED),
    (S.TRIALING, {"trial_until": PAID}, DAY, Detail.TRIAL),
    (S.TRIALING, {"trial_until": PAID}, 31 * DAY, Detail.GRACE),
    (S.TRIALING, {"trial_until": PAID, "cancel_at_end": True}, DAY, Detail.CANCELLING),
    (S.TRIALING, {"trial_until": PAID, "cancel_at_end": True}, 30 * DAY, Detail.CANCELLED),
    (S.ACTIVE, {}, DAY, Detail.CURRENT),
    (S.ACTIVE, {}, 31 * DAY, Detail.GRACE),
    (S.ACTIVE, NEXT, 31 * DAY, Detail.GRACE),
    (S.ACTIVE, NEXT | {"paid_until": PAID + 30 * DAY}, 31 * DAY, Detail.CURRENT),
    (S.ACTIVE, {"cancel_at_end": True}, DAY, Detail.CANCELLING),
    (S.ACTIVE, {"cancel_at_end": True}, 30 * DAY, Detail.CANCELLED),
    (S.ACTIVE, {"cancel_at": BEGAN + 10 * DAY}, 10 * DAY, Detail.CANCELLED),
    (S.ACTIVE, {"cancel_at": PAID + 60 * DAY}, DAY, Detail.CURRENT),
    (S.PAST_DUE, {"paid_until": None}, DAY, Detail.PENDING),
    (S.PAST_DUE, NEXT, 32 * DAY, Detail.GRACE),
    (S.PAST_DUE, NEXT, 33 * DAY, Detail.ENDED),
    (S.PAST_DUE, NEXT | {"retry_at": PAID + 7 * DAY}, 39 * DAY, Detail.GRACE),
    (S.PAST_DUE, NEXT | {"retry_at": PAID + 7 * DAY}, 40 * DAY, Detail.ENDED),
    (S.PAST_DUE, NEXT | {"retry_at": PAID + 200 * DAY}, 119 * DAY, Detail.GRACE),
    (S.PAST_DUE, NEXT | {"retry_at": PAID + 200 * DAY}, 120 * DAY, Detail.ENDED),
    (S.UNPAID, NEXT, 30 * DAY, Detail.PAYMENT_FAILED),
    (S.CANCELED, {"ended_at": PAID, "ended_why": EndedWhy.WISH}, 29 * DAY, Detail.CANCELLING),
    (S.CANCELED, {"ended_at": PAID, "ended_why": EndedWhy.WISH}, 30 * DAY, Detail.CANCELLED),
    (S.CANCELED, {"ended_at": BEGAN + DAY, "ended_why": EndedWhy.WISH}, DAY, Detail.CANCELLED),
    (S.CANCELED, {"ended_at": BEGAN + DAY}, DAY, Detail.CANCELLED),
    (
        S.CANCELED,
        NEXT | {"ended_at": PAID + 9 * DAY, "ended_why": EndedWhy.PAYMENT_FAILED},
        30 * DAY,
        Detail.PAYMENT_FAILED,
    ),
    (S.PAUSED, {}, 29 * DAY, Detail.CURRENT),
    (S.PAUSED, {}, 31 * DAY, Detail.SUSPENDED),
    (S.PAUSED, {}, 500 * DAY, Detail.SUSPENDED),
]


@pytest.mark.parametrize(("state", "fields", "after", "expected"), TABLE)
def test_a_state_makes_this_of_a_membership(
    state: SubscriptionState, fields: dict[str, object], after: timedelta, expected: Detail
) -> None:
    meant = becomes(replace(SEEN, state=state, **fields), GRACE_HOURS)  # type: ignore[arg-type]
    assert detail(meant, BEGAN + after) is expected


def test_every_state_is_in_the_table() -> None:
    assert {row[0] for row in TABLE} == set(SubscriptionState)


def test_what_a_provider_gives_up_on_is_billed_no_more() -> None:
    closed = {S.INCOMPLETE_EXPIRED, S.CANCELED}
    for state in SubscriptionState:
        assert becomes(replace(SEEN, state=state), GRACE_HOURS).is_open is (state not in closed)


def test_grace_is_the_plans_where_that_is_longer_than_the_next_try() -> None:
    seen = replace(SEEN, state=S.PAST_DUE, retry_at=PAID + DAY, period_started_at=PAID)
    assert becomes(seen, 500).grace_hours == 500
    assert becomes(seen, 0).grace_hours == (DAY + AFTER_RETRY) / timedelta(hours=1)
    never = replace(seen, retry_at=PAID + 1_000 * DAY)
    assert becomes(never, 0).grace_hours == GRACE_SECONDS_MAX // 3_600
    assert becomes(never, 0).at_end is AtEnd.RENEWS
