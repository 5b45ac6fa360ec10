"""Who was over a limit, of many uses at once: the same as when each is judged by itself, on those before it."""

from datetime import UTC, datetime, timedelta

import limit_model
import pytest
from calendar_strategies import billing_intervals, calendars
from contract_strategies import PARTNERS, checkin_ids, or_none
from hypothesis import given, settings
from hypothesis import strategies as st
from test_limit_laws import limit_sets

from contract.billing import BillingInterval
from contract.calendar import Calendar
from contract.limits import Across, Counting, CountsBy, Limit, Use, Window, allowance_at
from contract.replay import Replay

AT = datetime(2026, 3, 28, 18, 30, tzinfo=UTC)
DAY = timedelta(days=1)
SECOND = timedelta(seconds=1)
billings = or_none(billing_intervals | st.just(BillingInterval(days=1)))
moments = st.builds(
    lambda days, seconds, microseconds: AT + timedelta(days, seconds, microseconds),
    st.integers(0, 3) | st.integers(0, 400),
    st.sampled_from([0, 1, 3_600, 86_399]) | st.integers(0, 90_000),
    st.integers(-1, 1),
)
some_uses = st.lists(
    st.builds(
        Use,
        checkin_ids,
        st.sampled_from([7, 7, 8]),
        st.sampled_from([1, 1, 2]),
        st.just("glass-of-wine"),
        moments,
        st.sampled_from([None, 40, 40, 41]),
        or_none(st.sampled_from(PARTNERS)),
        st.sampled_from([None, "annex"]),
    ),
    max_size=12,
    unique_by=lambda each: each.id,
)


def counting_of(
    use: Use, calendar: Calendar, billed_from: datetime = AT, billing: BillingInterval | None = None
) -> Counting:
    return Counting(
        use.customer_id,
        use.membership_id,
        use.company_id,
        use.partner,
        use.site,
        calendar,
        billed_from,
        billing,
    )


@settings(max_examples=400)
@given(limit_sets, some_uses, calendars, moments, billings)
def test_each_is_judged_as_by_itself(held, used, calendar, billed_from, billing) -> None:
    replay = Replay(used)
    for use in used:
        before = [each for each in used if (each.occurred_at, each.id) < (use.occurred_at, use.id)]
        counting = counting_of(use, calendar, billed_from, billing)
        allowance = allowance_at(held, before, counting, use.occurred_at)
        is_over = replay.is_over(held, use, counting)
        assert is_over == (allowance.remaining == 0 or allowance.cooling_down)
        assert is_over == limit_model.is_blocked(held, before, counting, use.occurred_at)


def glass(number: int, at: datetime, **changed: object) -> Use:
    fields: dict[str, object] = {"customer_id": 7, "membership_id": 1, "permission": "glass-of-wine"}
    return Use(id=bytes([number]) * 16, occurred_at=at, **(fields | changed))


def over(limit: Limit, *uses: Use, billing: BillingInterval | None = None) -> list[int]:
    """The numbers of those that were over it, in the order given."""
    replay = Replay(uses)
    return [use.id[0] for use in uses if replay.is_over([limit], use, counting_of(use, Calendar(), AT, billing))]


MIDNIGHT = datetime(2026, 3, 30, tzinfo=UTC)
A_DAY = 86_400


@pytest.mark.parametrize(
    ("limit", "after"),
    [
        (Limit(1, A_DAY), AT + DAY),
        (Limit(1, window=Window.DAY), datetime(2026, 3, 29, tzinfo=UTC)),
        (Limit(1, window=Window.WEEK), MIDNIGHT),
        (Limit(1, window=Window.MONTH), datetime(2026, 4, 1, tzinfo=UTC)),
        (Limit(1, window=Window.YEAR), datetime(2027, 1, 1, tzinfo=UTC)),
        (Limit(1, window=Window.BILLING_PERIOD), AT + 9 * DAY),
        (Limit(9, 1, gap_seconds=A_DAY), AT + DAY),
    ],
)
def test_it_ends_when_its_window_or_gap_does(limit: Limit, after: datetime) -> None:
    billing = BillingInterval(days=9)
    assert over(limit, glass(1, AT), glass(2, after - SECOND), billing=billing) == [2]
    assert over(limit, glass(1, AT), glass(2, after), billing=billing) == []


def test_a_lifetime_does_not_end() -> None:
    assert over(Limit(2, window=Window.LIFETIME), *(glass(n, AT + n * 1_000 * DAY) for n in range(4))) == [2, 3]


def test_it_is_judged_on_those_before_it_whatever_the_order_they_are_given_in() -> None:
    assert over(Limit(2, A_DAY), glass(3, AT), glass(9, AT - SECOND), glass(2, AT)) == [3]


def test_whoever_has_no_company_has_no_pool() -> None:
    """Not even with others who have none: it counts as the membership's, with what was used for a company."""
    limit = Limit(1, A_DAY, counts_by=CountsBy.COMPANY)
    assert over(limit, glass(1, AT), glass(2, AT, customer_id=8), glass(3, AT, membership_id=2)) == []
    assert over(limit, glass(1, AT, company_id=40), glass(2, AT)) == [2]
    assert over(limit, glass(1, AT, company_id=40), glass(2, AT, customer_id=8, company_id=40)) == [2]
    assert over(limit, glass(1, AT, company_id=40), glass(2, AT, company_id=41)) == []


@pytest.mark.parametrize(("across", "place"), [(Across.PARTNER, "partner"), (Across.SITE, "site")])
def test_places_count_apart_and_nowhere_is_one_of_them(across: Across, place: str) -> None:
    bar, lounge = {place: "bar"}, {place: "lounge"}
    assert over(Limit(1, A_DAY, across=across), glass(1, AT, **bar), glass(2, AT, **lounge), glass(3, AT)) == []
    assert over(Limit(1, A_DAY, across=across), glass(1, AT), glass(2, AT, **bar), glass(3, AT)) == [3]


def test_one_of_many_that_is_not_among_them() -> None:
    new = glass(2, AT + SECOND)
    assert Replay([glass(1, AT)]).is_over([Limit(1, A_DAY)], new, counting_of(new, Calendar()))
    assert not Replay([]).is_over([Limit(1, A_DAY, gap_seconds=60)], new, counting_of(new, Calendar()))
