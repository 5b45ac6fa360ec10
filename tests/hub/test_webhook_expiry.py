"""Memberships that expire by themselves: each is told of once, at its instant, whatever clocks do."""

from datetime import UTC, datetime, timedelta

import pytest

from hub.members import operations, status_operations
from hub.members.models import Customer, Membership
from hub.webhooks.collecting import Collecting
from hub.webhooks.models import Deadline, Event, Progress
from tests.hub import people
from tests.hub.conftest import Database
from tests.hub.webhook_queue import an_endpoint, collect, events, started

EXPIRED = "membership.expired"
SECOND = timedelta(seconds=1)
NOW = datetime.now(UTC).replace(microsecond=0)
END = NOW + timedelta(days=30)


@pytest.fixture
def collecting(database: Database) -> Collecting:
    an_endpoint()
    return started(NOW)


def a_membership(**fields: object) -> Membership:
    customer = operations.save_customer(Customer(name="Ann"))
    given = {"starts_at": NOW - timedelta(days=1), "ends_at": END, "customer": customer} | fields
    return operations.save_membership(Membership(plan=people.a_plan(), **given))


def expiries() -> list[tuple[datetime, str]]:
    return [(each.at, each.data["reason"]) for each in events(EXPIRED)]


def test_it_is_told_of_at_its_instant_and_once(collecting: Collecting) -> None:
    a_membership()
    collect(collecting, END - SECOND)
    assert expiries() == []
    collect(collecting, END)
    collect(collecting, END + SECOND)
    assert expiries() == [(END, "ended")]
    assert events(EXPIRED)[0].data["membership"]["status"] == "expired"


@pytest.mark.parametrize(
    ("fields", "last", "reason"),
    [
        ({"at_end": "renews", "grace_hours": 48}, END + timedelta(hours=48), "ended"),
        ({"at_end": "renews"}, END + timedelta(hours=72), "ended"),
        ({"at_end": "cancelled"}, END, "cancelled"),
        ({"at_end": "payment_failed"}, END, "payment_failed"),
        ({"trial_until": NOW + timedelta(days=7)}, END, "ended"),
    ],
)
def test_by_what_the_contract_says(
    collecting: Collecting, fields: dict[str, object], last: datetime, reason: str
) -> None:
    a_membership(**fields)
    collect(collecting, last - SECOND)
    assert expiries() == []
    collect(collecting, last)
    assert expiries() == [(last, reason)]


def test_a_freeze_moves_it_and_an_open_one_stops_it(collecting: Collecting) -> None:
    held = a_membership()
    status_operations.freeze_membership(held, NOW + timedelta(days=1), NOW + timedelta(days=3))
    collect(collecting, END)
    assert expiries() == []
    status_operations.freeze_membership(held, NOW + timedelta(days=10), None)
    collect(collecting, END + timedelta(days=300))
    assert expiries() == []
    status_operations.resume_membership(held, NOW + timedelta(days=20))
    collect(collecting, END + timedelta(days=300))
    assert expiries() == [(END + timedelta(days=12), "ended")]


def test_a_renewal_in_time_prevents_it_even_one_not_read_yet(collecting: Collecting) -> None:
    held = a_membership()
    collect(collecting)
    held.ends_at = END + timedelta(days=30)
    operations.save_membership(held)
    Progress.objects.update(audit_upto=2**40)
    collect(collecting, END + SECOND)
    assert expiries() == []
    collect(collecting, END + timedelta(days=30))
    assert expiries() == [(END + timedelta(days=30), "ended")]


def test_the_hub_was_down_for_days(collecting: Collecting) -> None:
    """What it missed has its own instant; what was made and ended meanwhile, too."""
    for days in (1, 2, 3):
        a_membership(ends_at=NOW + timedelta(days=days))
    collect(Collecting(), NOW + timedelta(days=10))
    assert [at for at, _ in expiries()] == [NOW + timedelta(days=days) for days in (1, 2, 3)]


def test_a_clock_that_jumps_tells_nothing_twice(collecting: Collecting) -> None:
    a_membership()
    for at in (END, NOW, END + timedelta(days=20), NOW - timedelta(days=400), END):
        collect(collecting, at)
    assert len(expiries()) == 1


def test_one_that_was_over_as_it_was_written_down_is_not_told_of(collecting: Collecting) -> None:
    a_membership(starts_at=NOW - timedelta(days=20), ends_at=NOW - timedelta(days=10))
    collect(collecting, END)
    assert expiries() == []
    assert [each.type for each in events()] == ["membership.created"]


def test_one_that_is_ended_before_its_time_is(collecting: Collecting) -> None:
    held = a_membership()
    collect(collecting, NOW)
    held.ends_at = NOW
    held.at_end = "cancelled"
    operations.save_membership(held)
    collect(collecting, NOW + timedelta(minutes=1))
    assert expiries() == [(NOW, "cancelled")]


def test_it_expires_again_after_it_was_renewed(collecting: Collecting) -> None:
    held = a_membership(ends_at=NOW)
    Deadline.objects.all().delete()
    for end in (NOW + timedelta(days=1), NOW + timedelta(days=2)):
        held.ends_at = end
        operations.save_membership(held)
        collect(collecting, end)
    assert [at for at, _ in expiries()] == [NOW + timedelta(days=1), NOW + timedelta(days=2)]


def test_one_that_is_revoked_or_gone_expires_no_more(collecting: Collecting) -> None:
    revoked, gone = a_membership(), a_membership()
    collect(collecting)
    operations.revoke_memberships([revoked], NOW)
    operations.delete_memberships([gone])
    Progress.objects.update(audit_upto=2**40)
    collect(collecting, END)
    assert expiries() == []


def test_memberships_from_before_expire_too(database: Database) -> None:
    before = a_membership()
    a_membership(starts_at=NOW - timedelta(days=20), ends_at=NOW - timedelta(days=10))
    an_endpoint()
    collecting = started(NOW)
    assert Deadline.objects.count() == 2
    collect(collecting, END)
    assert [each.data["membership"]["id"] for each in events()] == [before.pk]


def test_a_restored_hub_tells_under_the_same_id(collecting: Collecting) -> None:
    a_membership()
    collect(collecting, END)
    [first] = events(EXPIRED)
    Event.objects.all().delete()
    Deadline.objects.update(over=False)
    collect(Collecting(), END + timedelta(days=1))
    assert [each.event_id for each in events(EXPIRED)] == [first.event_id]
