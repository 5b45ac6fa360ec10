"""Memberships that are frozen and go on: told of when it is so, by hand or by the clock, each time once."""

from datetime import UTC, datetime, timedelta

import pytest

from hub.audit.models import Entry
from hub.horizon import newest_number
from hub.members import operations, status_operations, term_operations
from hub.members.models import Customer, Membership
from hub.webhooks import freezes
from hub.webhooks.collecting import Collecting
from hub.webhooks.drafts import instant_text
from hub.webhooks.models import Deadline
from tests.hub import people
from tests.hub.conftest import Database
from tests.hub.webhook_queue import an_endpoint, collect, events, started

NOW = datetime.now(UTC).replace(microsecond=0)
DAY = timedelta(days=1)
END = NOW + 30 * DAY
FROZEN, RESUMED = "membership.frozen", "membership.resumed"


@pytest.fixture
def collecting(database: Database) -> Collecting:
    an_endpoint()
    return started(NOW)


def a_membership(**fields: object) -> Membership:
    customer = operations.save_customer(Customer(name="Ann"))
    given = {"starts_at": NOW - DAY, "ends_at": END, "customer": customer} | fields
    return operations.save_membership(Membership(plan=people.a_plan(), **given))


def told() -> list[tuple[str, datetime]]:
    return [(each.type, each.at) for each in events() if each.type in (FROZEN, RESUMED)]


def test_a_planned_freeze_is_told_as_it_begins_and_ends(collecting: Collecting) -> None:
    held = a_membership()
    status_operations.freeze_membership(held, NOW + DAY, NOW + 3 * DAY)
    collect(collecting, NOW + DAY - timedelta(seconds=1))
    assert told() == []
    collect(collecting, NOW + DAY)
    assert told() == [(FROZEN, NOW + DAY)]
    data = events(FROZEN)[0].data
    assert data["frozen_until"] == instant_text(NOW + 3 * DAY)
    assert (data["membership"]["id"], data["membership"]["detail"]) == (held.pk, "suspended")
    collect(collecting, NOW + 3 * DAY)
    collect(collecting, NOW + 4 * DAY)
    assert told() == [(FROZEN, NOW + DAY), (RESUMED, NOW + 3 * DAY)]
    assert events(RESUMED)[0].data["membership"]["status"] == "active"
    assert Deadline.objects.get().look_at is None


def test_by_hand_it_is_told_at_once(collecting: Collecting) -> None:
    held = a_membership()
    collect(collecting)
    at = datetime.now(UTC)
    status_operations.freeze_membership(held, at, None)
    collect(collecting)
    assert [each for each, _ in told()] == [FROZEN]
    assert events(FROZEN)[0].data["frozen_until"] is None
    status_operations.resume_membership(held, datetime.now(UTC))
    collect(collecting)
    assert [each for each, _ in told()] == [FROZEN, RESUMED]
    assert at - timedelta(milliseconds=1) <= told()[0][1] <= told()[1][1] <= datetime.now(UTC)


def test_frozen_and_resumed_while_nobody_read(collecting: Collecting) -> None:
    held = a_membership()
    collect(collecting)
    status_operations.freeze_membership(held, datetime.now(UTC), NOW + DAY)
    status_operations.freeze_membership(held, NOW + 2 * DAY, NOW + 3 * DAY)
    collect(Collecting(), NOW + 9 * DAY)
    assert [each for each, _ in told()] == [FROZEN, RESUMED, FROZEN, RESUMED]
    assert [at for _, at in told()][1:] == [NOW + DAY, NOW + 2 * DAY, NOW + 3 * DAY]


def test_a_freeze_that_nobody_read_comes_before_the_end(
    collecting: Collecting, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However many there are."""
    monkeypatch.setattr(freezes, "AT_ONCE", 1)
    for held in (a_membership(ends_at=NOW + 2 * DAY, freezes_extend=False) for _ in range(2)):
        status_operations.freeze_membership(held, NOW + DAY, NOW + DAY * 1.25)
    collect(collecting)
    collect(Collecting(), NOW + 3 * DAY)
    of_each = [FROZEN, RESUMED, "membership.expired"]
    for number in Membership.objects.values_list("pk", flat=True):
        told_of = [each.type for each in events() if each.data["membership"]["id"] == number]
        assert [each for each in told_of if each in of_each] == of_each


def test_it_began_as_planned_whatever_was_changed_before_anybody_read(collecting: Collecting) -> None:
    held = a_membership()
    status_operations.freeze_membership(held, NOW + DAY, NOW + 3 * DAY)
    collect(collecting)
    held.external_id = "m-7"
    operations.save_membership(held)
    Entry.objects.filter(pk=newest_number(Entry)).update(at=NOW + 2 * DAY)
    collect(Collecting(), NOW + 2 * DAY)
    assert told() == [(FROZEN, NOW + DAY)]


def test_one_that_begins_while_it_is_frozen(collecting: Collecting) -> None:
    held = a_membership(starts_at=NOW + 3 * DAY)
    status_operations.freeze_membership(held, NOW + DAY, NOW + 5 * DAY)
    collect(collecting, NOW + 6 * DAY)
    assert told() == [(FROZEN, NOW + 3 * DAY), (RESUMED, NOW + 5 * DAY)]


def test_one_that_is_put_off_while_it_is_frozen_goes_on_as_it_begins(collecting: Collecting) -> None:
    held = a_membership()
    status_operations.freeze_membership(held, NOW - DAY, NOW + DAY)
    held.starts_at = NOW + 2 * DAY
    collect(collecting)
    operations.save_membership(held)
    collect(collecting, NOW + 3 * DAY)
    assert [each for each, _ in told()] == [FROZEN, RESUMED]
    assert told()[1] == (RESUMED, NOW + 2 * DAY)


def test_one_that_was_planned_and_taken_back_is_not_told(collecting: Collecting) -> None:
    held = a_membership()
    status_operations.freeze_membership(held, NOW + DAY, None)
    collect(collecting)
    term_operations.take_freeze_back(held.freezes.get(), datetime.now(UTC))
    collect(collecting, NOW + 2 * DAY)
    assert told() == []


def test_one_that_ends_while_it_is_frozen_does_not_go_on(collecting: Collecting) -> None:
    revoked, ended = a_membership(), a_membership(ends_at=NOW + 5 * DAY, freezes_extend=False)
    for held in (revoked, ended):
        status_operations.freeze_membership(held, datetime.now(UTC), NOW + 6 * DAY)
    collect(collecting)
    operations.revoke_memberships([revoked], datetime.now(UTC))
    collect(collecting, NOW + 7 * DAY)
    assert [each for each, _ in told()] == [FROZEN, FROZEN]


def test_what_was_frozen_before_anybody_listened_is_told_as_it_goes_on(database: Database) -> None:
    held = a_membership()
    status_operations.freeze_membership(held, NOW, NOW + DAY)
    an_endpoint()
    collecting = started()
    collect(collecting, NOW + 2 * DAY)
    assert told() == [(RESUMED, NOW + DAY)]
