"""Passages: where each customer was last, in every feed, for anti-passback; the newest stands."""

import random
from datetime import datetime, timedelta

import pytest

from contract.ask import Direction, Policy
from contract.facts import Passage
from contract.feed import Kind, passage_key
from contract.instants import to_us
from contract.messages import CheckIn
from contract.rows import passage_change, passage_of
from hub.checkins import hourly
from hub.checkins.hourly import drop_passages, tidy
from hub.checkins.staff_operations import reset_passages
from hub.feed import operations as feed
from hub.feed import queries as feeds
from hub.feed.operations import EVERYONE
from hub.members import operations as members
from hub.members.models import Customer
from tests.hub.conftest import Database
from tests.hub.limited_club import ARRIVED, OTHER_JOURNAL, assert_exact, ingest
from tests.hub.scans import AT, Club, checkin, small_club

IN, OUT = Direction.IN, Direction.OUT
HOUR = timedelta(hours=1)


@pytest.fixture
def club(database: Database) -> Club:
    return small_club()


def passing(
    customer: Customer, at: datetime, direction: Direction = IN, area: str = "sauna", **changed: object
) -> CheckIn:
    policy = Policy(area=area, direction=direction)
    return checkin(at_us=to_us(at), customer=customer.pk, policy=policy, **changed)


def standing(feed_name: str = EVERYONE) -> dict[tuple[int, str], Passage]:
    found = [passage_of(key, body) for key, body in feeds.live_bodies(feed_name, Kind.PASSAGE).items()]
    return {(each.customer_id, each.area): each for each in found}


def test_a_granted_scan_at_a_reader_with_an_area_is_a_passage(club: Club) -> None:
    feed.create("doors", 1)
    into, visit = passing(club.customer, AT), passing(club.customer, AT, OUT, area="pool")
    ingest(into, visit)
    who = club.customer.pk
    assert standing() == standing("doors")
    assert standing() == {
        (who, "sauna"): Passage(into.id, who, "sauna", IN, AT),
        (who, "pool"): Passage(visit.id, who, "pool", OUT, AT),
    }
    assert_exact()


def test_nobody_passes_who_was_denied_or_is_not_known(club: Club) -> None:
    ingest(
        passing(club.customer, AT, outcome="denied", reason="already_inside"),
        checkin(customer=club.customer.pk),
        checkin(policy=Policy(area="sauna")),
        checkin(policy=Policy(area="sauna"), customer=987_654),
    )
    assert standing() == {}


def test_one_that_comes_late_changes_nothing(club: Club) -> None:
    out = passing(club.customer, AT + HOUR, OUT)
    ingest(out)
    before = feeds.head(EVERYONE)
    ingest(passing(club.customer, AT), journal=OTHER_JOURNAL)
    assert feeds.head(EVERYONE) == before
    assert [each.id for each in standing().values()] == [out.id]


def test_the_newest_stands_whatever_the_order_of_arrival(club: Club) -> None:
    chance = random.Random(7)
    same = [passing(club.customer, AT + HOUR, chance.choice((IN, OUT))) for _ in range(3)]
    earlier = [passing(club.customer, AT + timedelta(minutes=number)) for number in range(10)]
    rows = [*same, *earlier]
    chance.shuffle(rows)
    for number, each in enumerate(rows, start=1):
        ingest(each, first=number)
    assert [each.id for each in standing().values()] == [max(each.id for each in same)]


def test_staff_let_somebody_in_again(club: Club) -> None:
    [other] = members.add_customers([Customer(name="Member", email="")])
    into = passing(club.customer, AT)
    ingest(into, passing(club.customer, AT, area="pool"), passing(other, AT))
    assert reset_passages([club.customer], AT + HOUR) == [club.customer]
    places = standing()
    for area in ("sauna", "pool"):
        passage = places[club.customer.pk, area]
        assert (passage.direction, passage.occurred_at) == (OUT, AT + HOUR)
        assert passage.id != into.id
    assert places[other.pk, "sauna"].direction is IN
    ingest(passing(club.customer, AT + timedelta(minutes=59)), first=4)
    assert standing()[club.customer.pk, "sauna"].direction is OUT
    ingest(passing(club.customer, AT + 2 * HOUR), first=5)
    assert standing()[club.customer.pk, "sauna"].direction is IN
    assert_exact()


def test_a_fast_clock_holds_nobody_out_for_ever(club: Club) -> None:
    """Ten years ahead: it counts from when it came in, and who passes later has passed later."""
    ahead = passing(club.customer, AT + timedelta(days=3_650))
    ingest(ahead)
    [passage] = standing().values()
    assert (passage.direction, passage.occurred_at, passage.id) == (IN, ARRIVED, ahead.id)
    ingest(passing(club.customer, ARRIVED + HOUR, OUT), first=2, at=ARRIVED + HOUR)
    assert [each.direction for each in standing().values()] == [OUT]
    ways = [passing(club.customer, ARRIVED + 900 * HOUR, way) for way in (IN, OUT, IN, OUT, IN)]
    ingest(*ways, first=3, at=ARRIVED + 2 * HOUR)
    assert [each.id for each in standing().values()] == [ways[-1].id]
    assert_exact()


def test_five_minutes_ahead_are_nothing_special(club: Club) -> None:
    almost = ARRIVED + timedelta(minutes=5)
    ingest(passing(club.customer, almost), passing(club.customer, almost + timedelta(microseconds=1), area="pool"))
    who = club.customer.pk
    assert standing()[who, "sauna"].occurred_at == almost
    assert standing()[who, "pool"].occurred_at == ARRIVED + timedelta(microseconds=1)


def test_a_reset_wins_over_whatever_stands(club: Club) -> None:
    late = Passage(b"p" * 16, club.customer.pk, "sauna", IN, AT + 90_000 * HOUR)
    with feed.transaction.atomic():
        feed.append_to_all([passage_change(late)])
    reset_passages([club.customer], AT)
    [passage] = standing().values()
    assert (passage.direction, passage.occurred_at) == (OUT, AT)


def test_a_customer_who_passed_nowhere_is_passed_over(club: Club) -> None:
    assert reset_passages([club.customer], AT) == []
    assert standing() == {}


def test_old_ones_go(club: Club, monkeypatch: pytest.MonkeyPatch) -> None:
    people = members.add_customers([Customer(name=f"Member {number}", email="") for number in range(5)])
    ingest(*(passing(each, AT + number * HOUR, OUT) for number, each in enumerate(people)))
    monkeypatch.setattr(hourly, "_AT_ONCE", 2)
    assert list(drop_passages(AT + 3 * HOUR)) == [2, 1, 0]
    assert {who for who, _ in standing()} == {each.pk for each in people[3:]}
    list(tidy(AT + timedelta(days=7) + 4 * HOUR))
    assert {who for who, _ in standing()} == {people[4].pk}
    assert_exact()


def test_who_is_inside_is_inside_however_long_ago(club: Club) -> None:
    """Readers whose `passback_seconds` is empty never forget."""
    ingest(passing(club.customer, AT))
    list(tidy(AT + timedelta(days=900)))
    assert [each.direction for each in standing().values()] == [IN]


def test_a_row_that_cannot_be_read_is_replaced(club: Club) -> None:
    key = passage_key(club.customer.pk, "sauna")
    with feed.transaction.atomic():
        feed.append_to_all([feed.Change(Kind.PASSAGE, key, b"", b"\xff")])
    ingest(passing(club.customer, AT))
    assert len(standing()) == 1
