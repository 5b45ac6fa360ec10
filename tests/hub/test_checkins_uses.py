"""Uses as rows of the feeds: there from when a check-in comes until it is voided or no window reaches it."""

from datetime import timedelta
from itertools import islice

import pytest

from contract.ask import Policy
from contract.limits import Limit, Use, Window
from hub.checkins import uses
from hub.checkins.models import CheckIn
from hub.checkins.uses import AWAY, drop_uses, realign_uses
from hub.feed import operations as feed
from hub.feed.operations import EVERYONE
from hub.members import operations as members
from hub.members.models import Grant, Plan
from tests.hub.conftest import Database
from tests.hub.limited_club import (
    ARRIVED,
    GLASS,
    WEEK_SECONDS,
    LimitedClub,
    assert_exact,
    ingest,
    limited_club,
    own,
    pool_of,
    pool_rows,
    pooled,
    use_rows,
    void,
)
from tests.hub.scans import AT

WEEK = timedelta(seconds=WEEK_SECONDS)


@pytest.fixture
def here(database: Database) -> LimitedClub:
    return limited_club(Limit(3, WEEK_SECONDS))


def test_a_use_says_who_what_when_and_where(here: LimitedClub) -> None:
    feed.create("counters", 1)
    glass = pooled(here, 0, AT, policy=Policy(partner="bar", site="clubhouse"))
    ingest(glass)
    person, shared, company = here.people[0].pk, here.shared.pk, here.company.pk
    use = Use(glass.id, person, shared, GLASS, AT, company, "bar", "clubhouse")
    for name in (EVERYONE, "counters"):
        assert use_rows(name) == {glass.id: use}
        assert pool_rows(name) == {}
    ingest(void(glass), first=2)
    assert use_rows("counters") == {}
    assert_exact()


def test_a_pool_holds_the_uses_of_all_the_companys_plans(database: Database) -> None:
    """Whatever plan they were made under: the pool of one plan counts them all."""
    here = limited_club(Limit(3, WEEK_SECONDS))
    other = members.save_plan(Plan(name="With a pool"))
    members.save_grant(Grant(plan=other, permission=here.grant.permission), [pool_of(5)])
    glass, alone = pooled(here, 0, AT), own(here, AT)
    ingest(glass, alone)
    assert set(use_rows()) == {glass.id, alone.id}
    assert pool_rows() == {glass.id: use_rows()[glass.id]}
    assert_exact()


def test_pools_follow_the_plan(here: LimitedClub) -> None:
    glasses = [pooled(here, person, ARRIVED - timedelta(days=person)) for person in range(3)]
    ingest(*glasses, own(here, AT))
    assert pool_rows() == {}
    members.save_grant(here.grant, [pool_of(5)])
    assert set(pool_rows()) == {each.id for each in glasses}
    assert_exact()
    members.save_grant(here.grant, [Limit(3, WEEK_SECONDS)])
    assert pool_rows() == {}
    assert_exact()


def test_what_no_window_reaches_is_dropped(here: LimitedClub) -> None:
    glasses = [pooled(here, 0, AT), own(here, AT + timedelta(seconds=1))]
    members.save_grant(here.grant, [Limit(3, WEEK_SECONDS), pool_of(5)])
    ingest(*glasses)
    assert drop_uses(AT + WEEK + AWAY) == 0
    assert drop_uses(AT + WEEK + AWAY + timedelta(seconds=1)) == 1
    assert set(use_rows()) == {glasses[1].id}
    assert pool_rows() == {}
    assert drop_uses(AT + WEEK + AWAY + timedelta(seconds=1)) == 0
    assert CheckIn.objects.count() == 2
    assert_exact()


def test_a_lifetime_is_for_ever_and_no_limit_is_not(here: LimitedClub) -> None:
    members.save_grant(here.grant, [Limit(3, window=Window.LIFETIME)])
    ingest(own(here, AT), own(here, AT, permission="front-door"))
    assert drop_uses(AT + timedelta(days=4_000)) == 1
    assert [use.permission for use in use_rows().values()] == [GLASS]


def test_at_most_so_many_at_once(here: LimitedClub, monkeypatch: pytest.MonkeyPatch) -> None:
    ingest(*(own(here, AT + timedelta(seconds=number)) for number in range(5)))
    monkeypatch.setattr(uses, "AT_ONCE", 2)
    late = AT + timedelta(days=30)
    assert [drop_uses(late) for _ in range(4)] == [2, 2, 1, 0]
    assert use_rows() == {}
    assert_exact()


def test_a_longer_window_brings_uses_back(here: LimitedClub, monkeypatch: pytest.MonkeyPatch) -> None:
    glasses = [pooled(here, 0, AT + timedelta(seconds=number)) for number in range(5)]
    gone = pooled(here, 1, AT)
    ingest(*glasses, gone, void(glasses[0]))
    late = AT + timedelta(days=30)
    assert drop_uses(late) == 5
    members.delete_customers([here.people[1]])
    monkeypatch.setattr(uses, "AT_ONCE", 2)
    # Saving it may bring them back already: that depends on what time it is.
    members.save_grant(here.grant, [Limit(3, window=Window.YEAR)])
    assert sum(realign_uses(late)) in {1, 5}
    assert set(use_rows()) == {each.id for each in glasses[1:]}
    assert drop_uses(late) == 0
    assert_exact()


def test_rows_of_whoever_is_gone_do_not_come(here: LimitedClub) -> None:
    members.save_grant(here.grant, [pool_of(5)])
    glasses = [pooled(here, person, AT) for person in range(2)]
    members.delete_companies([here.company])
    members.delete_customers([here.people[1]])
    ingest(*glasses)
    assert set(use_rows()) == {glasses[0].id}
    assert pool_rows() == {}
    assert list(islice(realign_uses(AT + timedelta(days=1)), 10)) == [1, 1]
    assert_exact()
