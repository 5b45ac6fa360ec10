"""Who was over a limit is found once all are here, whatever the order they came in; nothing is refused for it."""

import random
from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from contract.calendar import Calendar
from contract.hours import Site
from contract.instants import from_us
from contract.limits import Across, Counting, CountsBy, Limit, Use, Window, allowance_at
from contract.messages import CheckIn, Void
from contract.plan_rows import site_change
from hub.feed import operations as feed
from hub.members import operations as members
from hub.members.models import Customer
from tests.hub.conftest import Database
from tests.hub.limited_club import (
    ARRIVED,
    OTHER_JOURNAL,
    WEEK_SECONDS,
    LimitedClub,
    assert_exact,
    ingest,
    limited_club,
    over_limit,
    own,
    pool_of,
    pool_rows,
    pooled,
    row_of,
    use_rows,
    void,
)
from tests.hub.scans import AT

DAY = timedelta(days=1)


@pytest.fixture
def one_a_week(database: Database) -> LimitedClub:
    return limited_club(Limit(1, WEEK_SECONDS))


def test_the_second_in_a_week_is_marked_and_counts(one_a_week: LimitedClub) -> None:
    glasses = [own(one_a_week, AT), own(one_a_week, AT + DAY), own(one_a_week, AT + 9 * DAY)]
    done = ingest(*glasses)
    assert (done.committed, done.refused, done.over_limit) == (3, 0, 1)
    assert over_limit() == {glasses[1].id}
    assert set(use_rows()) == {each.id for each in glasses}


def test_an_earlier_one_that_comes_late_moves_the_mark(one_a_week: LimitedClub) -> None:
    glass, earlier = own(one_a_week, AT), own(one_a_week, AT - DAY)
    ingest(glass)
    assert over_limit() == set()
    assert ingest(earlier, journal=OTHER_JOURNAL).over_limit == 1
    assert over_limit() == {glass.id}


def test_a_void_takes_the_mark_off_those_behind(one_a_week: LimitedClub) -> None:
    first, second = own(one_a_week, AT), own(one_a_week, AT + DAY)
    ingest(first, second)
    assert over_limit() == {second.id}
    ingest(void(first), first=3)
    assert over_limit() == set()


def test_a_voided_one_is_not_over_the_limit(one_a_week: LimitedClub) -> None:
    first, second = own(one_a_week, AT), own(one_a_week, AT + DAY)
    ingest(first, second, void(second, AT + DAY))
    assert over_limit() == set()


def test_two_at_the_same_instant_count_by_their_ids(one_a_week: LimitedClub) -> None:
    first, second = own(one_a_week, AT, id=b"1" * 16), own(one_a_week, AT, id=b"2" * 16)
    ingest(second, first)
    assert over_limit() == {second.id}


def test_a_window_that_just_ended_is_not_over(one_a_week: LimitedClub) -> None:
    ingest(own(one_a_week, AT), own(one_a_week, AT + 7 * DAY))
    assert over_limit() == set()


def test_what_came_within_the_gap_is_over(sqlite_database: Database) -> None:
    here = limited_club(Limit(5, WEEK_SECONDS, gap_seconds=1_800))
    first, second = own(here, AT), own(here, AT + timedelta(minutes=29))
    ingest(first, second, own(here, AT + timedelta(minutes=59)))
    assert over_limit() == {second.id}


def test_a_pool_is_the_companys(database: Database) -> None:
    here = limited_club(pool_of(2))
    glasses = [pooled(here, person, AT + person * DAY) for person in range(3)]
    alone = [own(here, AT), own(here, AT + DAY)]
    ingest(*glasses[1:], *alone)
    assert over_limit() == set()
    ingest(glasses[0], journal=OTHER_JOURNAL)
    assert over_limit() == {glasses[2].id}


def test_days_are_the_sites(sqlite_database: Database) -> None:
    """23:30 and 0:30 in Kathmandu are two days, in UTC they are one."""
    here = limited_club(Limit(1, window=Window.DAY))
    with feed.transaction.atomic():
        feed.append_to_all([site_change("clubhouse", Site(Calendar("Asia/Kathmandu")))])
    evening = datetime.fromisoformat("2026-03-01T23:30+05:45")
    at_the_site = own(here, evening).policy.__class__(site="clubhouse")
    ingest(*(own(here, evening + timedelta(hours=number), policy=at_the_site) for number in range(2)))
    assert over_limit() == set()
    nowhere = own(here, evening + timedelta(minutes=20))
    ingest(nowhere, journal=OTHER_JOURNAL)
    assert over_limit() != set()


def test_what_is_dated_ahead_counts_from_when_it_came_in(database: Database) -> None:
    """A clock that ran ten years ahead blocks a benefit, and a pool, for one window and not for ten years."""
    here = limited_club(Limit(1, WEEK_SECONDS), pool_of(1))
    far = timedelta(days=3_650)
    ahead, of_pool = own(here, AT + far), pooled(here, 0, AT + far)
    ingest(ahead, of_pool)
    assert use_rows()[ahead.id].occurred_at == ARRIVED
    assert pool_rows()[of_pool.id].occurred_at == ARRIVED + timedelta(microseconds=1)
    assert {row_of(each).at for each in (ahead, of_pool)} == {AT + far}
    soon, colleague, late = own(here, ARRIVED + DAY), pooled(here, 1, ARRIVED + DAY), own(here, ARRIVED + 9 * DAY)
    ingest(soon, colleague, late, first=3, at=ARRIVED + 10 * DAY)
    assert over_limit() == {soon.id, colleague.id}
    assert_exact()


def test_who_shares_a_pool_is_judged_by_their_own_uses_too(database: Database) -> None:
    """What moves the pool has its people judged again, by limits of their own: those need what they used alone."""
    here = limited_club(pool_of(9), Limit(1, WEEK_SECONDS, counts_by=CountsBy.CUSTOMER))
    person = here.people[0]
    alone = own(here, AT, customer=person.pk)
    with_the_company = pooled(here, 0, AT + DAY)
    ingest(alone, with_the_company)
    assert over_limit() == {with_the_company.id}
    ingest(pooled(here, 1, AT + timedelta(hours=1)), journal=OTHER_JOURNAL)
    assert over_limit() == {with_the_company.id}


def test_without_a_limit_or_a_membership_nobody_is_over(one_a_week: LimitedClub) -> None:
    ingest(*(own(one_a_week, AT, permission="front-door") for _ in range(3)))
    assert over_limit() == set()
    members.delete_memberships([one_a_week.club.membership])
    ingest(*(own(one_a_week, AT) for _ in range(3)), journal=OTHER_JOURNAL)
    assert over_limit() == set()


# All of it, against a model that replays everything from the start


LIMITS = (
    Limit(2, 2 * 86_400),
    Limit(3, window=Window.WEEK, counts_by=CountsBy.CUSTOMER, gap_seconds=3_600),
    Limit(5, 3 * 86_400, counts_by=CountsBy.COMPANY, across=Across.PARTNER),
)


def model(standing: list[Use], limits: tuple[Limit, ...]) -> set[bytes]:
    over, before = set(), []
    for use in sorted(standing, key=lambda use: (use.occurred_at, use.id)):
        counting = Counting(
            use.customer_id, use.membership_id, use.company_id, use.partner, use.site, Calendar(), AT, None
        )
        allowance = allowance_at(limits, before, counting, use.occurred_at)
        if allowance.next_available_at is not None or allowance.remaining == 0:
            over.add(use.id)
        before.append(use)
    return over


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_marks_are_the_same_whatever_the_order_of_arrival(database: Database, seed: int) -> None:
    chance = random.Random(seed)
    here = limited_club(*LIMITS)
    waiting = [_glass(here, chance) for _ in range(90)]
    came: dict[bytes, Use] = {}
    number = 1
    while waiting:
        batch = [waiting.pop() for _ in range(min(len(waiting), chance.randint(1, 20)))]
        rows: list[CheckIn | Void] = [*batch, *(void(each) for each in batch if chance.random() < 0.15)]
        chance.shuffle(rows)
        ingest(*rows, first=number)
        number += len(rows)
        gone = {row.voids for row in rows if isinstance(row, Void)}
        came |= {each.id: _use(each) for each in batch if each.id not in gone}
        assert over_limit() == model(list(came.values()), LIMITS)
        assert set(use_rows()) == set(came)
    assert over_limit()
    assert_exact()


def _glass(here: LimitedClub, chance: random.Random) -> CheckIn:
    at = AT + timedelta(hours=chance.randint(0, 240), minutes=chance.choice((0, 20)))
    policy = own(here, AT).policy.__class__(partner=chance.choice(("bar", "lounge")))
    if chance.random() < 0.3:
        return own(here, at, policy=policy)
    return pooled(here, chance.randint(0, 2), at, policy=policy)


def _use(checkin: CheckIn) -> Use:
    assert checkin.customer is not None
    assert checkin.membership is not None
    return Use(
        checkin.id,
        checkin.customer,
        checkin.membership,
        checkin.permission,
        from_us(checkin.at_us),
        checkin.company,
        checkin.policy.partner,
        checkin.policy.site,
    )


# Many


def test_the_number_of_statements_does_not_grow_with_the_people(one_a_week: LimitedClub) -> None:
    people = members.add_customers([Customer(name=f"Member {number}", email="") for number in range(203)])

    def statements_for(some: list[Customer], first: int) -> int:
        rows = [own(one_a_week, AT + DAY, customer=each.pk) for each in some for _ in range(2)]
        with CaptureQueriesContext(connection) as statements:
            assert ingest(*rows, first=first).over_limit == len(some)
        return len(statements)

    # The first time, the journal's position is made.
    statements_for(people[:1], first=1)
    few = statements_for(people[1:3], first=3)
    assert statements_for(people[3:], first=7) <= few
