"""Limits as staff write them: each can be written and is read back exactly; what cannot be meant says why."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contract.limits import COUNT_MAX, SECONDS_MAX, Across, CountsBy, Limit, Window
from hub.members.limits_text import LimitTextError, encode, parse

WEEK, DAY = 604_800, 86_400


@st.composite
def limits(draw: st.DrawFn) -> Limit:
    window = draw(st.sampled_from(Window))
    units = st.sampled_from([1, 60, 3_600, DAY, WEEK])
    seconds = st.builds(lambda times, unit: min(times * unit, SECONDS_MAX), st.integers(1, 400), units)
    anything = st.one_of(seconds, st.integers(1, SECONDS_MAX))
    return Limit(
        draw(st.integers(1, COUNT_MAX)),
        draw(anything) if window is Window.ROLLING else None,
        window,
        draw(st.sampled_from(CountsBy)),
        draw(st.sampled_from(Across)),
        draw(st.one_of(st.just(0), anything)),
    )


@given(st.lists(limits(), max_size=5, unique=True))
def test_what_is_written_is_read_back(some: list[Limit]) -> None:
    assert parse(encode(some)) == tuple(some)


@given(st.lists(limits(), max_size=3, unique=True), st.sampled_from([", ", ";", " ,\t", ",\n,"]))
def test_spaces_case_and_separators_do_not_matter(some: list[Limit], between: str) -> None:
    text = between.join(f"  {encode([each])} ".replace(" ", "  ").upper() for each in some)
    assert parse(text) == tuple(some)


@given(st.text())
def test_any_text_is_limits_or_told_why_not(text: str) -> None:
    try:
        read = parse(text)
    except LimitTextError as error:
        assert str(error).endswith(".")
    else:
        assert parse(encode(read)) == read


@pytest.mark.parametrize(
    ("text", "limit"),
    [
        ("1 per week", Limit(1, WEEK)),
        ("3 per 30 days", Limit(3, 30 * DAY)),
        ("1 per calendar week", Limit(1, window=Window.WEEK)),
        ("10 per calendar month", Limit(10, window=Window.MONTH)),
        ("5 per billing period", Limit(5, window=Window.BILLING_PERIOD)),
        ("3 in all", Limit(3, window=Window.LIFETIME)),
        ("2 per day for the customer", Limit(2, DAY, counts_by=CountsBy.CUSTOMER)),
        ("100 per calendar year for the company", Limit(100, None, Window.YEAR, CountsBy.COMPANY)),
        ("1 per day at each partner", Limit(1, DAY, across=Across.PARTNER)),
        ("1 per calendar day at each site", Limit(1, window=Window.DAY, across=Across.SITE)),
        ("4 per day 30 minutes apart", Limit(4, DAY, gap_seconds=1_800)),
        (
            "4 in all for the company at each site 1 hour apart",
            Limit(4, None, Window.LIFETIME, CountsBy.COMPANY, Across.SITE, 3_600),
        ),
    ],
)
def test_how_limits_read(text: str, limit: Limit) -> None:
    assert parse(text) == (limit,)
    assert encode([limit]) == text


def test_what_follows_a_limit_may_stand_in_any_order_and_say_what_holds_anyway() -> None:
    assert parse("4 per day 30 minutes apart at each site for the customer") == parse(
        "4 per 24 hours for the customer at each site 1800 seconds apart"
    )
    assert parse("1 per week for the membership at all partners") == (Limit(1, WEEK),)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("once a week", "as in 1 per week"),
        ("0 per day", "count is 1 to 1000000, not 0"),
        ("-1 per day", "count is 1 to 1000000, not -1"),
        ("1 per 0 days", "window is 1 to 315576000 seconds"),
        ("1 per -3 days", "not -259200"),
        ("1 per 999999999 weeks", "window is 1 to 315576000 seconds"),
        ("1 per month", "“per calendar month” for a month that begins anew on its 1st, or “per 30 days”"),
        ("2 per 2 years", "“per calendar year”"),
        ("1 per calendar 2 weeks", "5 per calendar month"),
        ("1 per week, 30 minutes apart", "leave out the comma"),
        ("1 per week, for the company", "leave out the comma"),
        ("1 per week 0 minutes apart", "Leave it out"),
        ("1 per week -5 minutes apart", "gap between two uses is 0 to 315576000 seconds, not -300"),
        ("1 per week for the dog", "“for the dog” is not known after a limit. Write for the customer"),
        ("1 per week for the customer for the company", "says twice for whom"),
        ("1 per week at each site at each site", "says twice where"),
        ("1 per week 5 minutes apart 5 minutes apart", "says twice how far apart"),
        ("1 in all ever", "“ever” is not known"),
        ("1 per calendar week, 1 per calendar week", "“1 per calendar week” stands here twice: leave one out."),
        ("1 per week, 3 in all; 1 per 7 days", "“1 per week” stands here twice"),
    ],
)
def test_what_cannot_be_meant_says_how_to_write_it(text: str, says: str) -> None:
    with pytest.raises(LimitTextError) as refused:
        parse(text)
    assert says in str(refused.value)
