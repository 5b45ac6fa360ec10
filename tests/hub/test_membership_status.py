"""A membership's status, whole: every change by the hub reaches the feed, and the feed says the status."""

from datetime import UTC, datetime, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext

from contract.feed import Kind
from contract.membership import AtEnd, Detail, State, Status, end_of, status_at
from contract.membership import Membership as Meaning
from contract.rows import membership_of
from hub.feed import queries as feed_queries
from hub.feed.operations import EVERYONE
from hub.members import operations, queries, status_operations
from hub.members.labels import COLOURS, status_label
from hub.members.models import Customer, Freeze, Membership, Plan
from hub.members.status_operations import Refused
from tests.hub.followed import assert_exact, live_rows

pytestmark = pytest.mark.usefixtures("database")

AT = datetime(2026, 3, 1, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
END = AT + 30 * DAY


def a_membership(**fields: object) -> Membership:
    """From a day before AT to END."""
    plan = operations.save_plan(Plan(name="Full"))
    customer = operations.save_customer(Customer(name="Member"))
    fields = {"starts_at": AT - DAY, "ends_at": END} | fields
    return operations.save_membership(Membership(plan=plan, customer=customer, **fields))


def in_feed() -> Meaning:
    """The only membership, as edges know it."""
    assert_exact()
    [(key, ref, body)] = [row[1:] for row in live_rows() if row[0] == Kind.MEMBERSHIP]
    return membership_of(key, ref, body)


def said(at: datetime) -> Detail:
    """By the feed; the hub's own pages say the same."""
    status = status_at(in_feed(), at)
    assert queries.status_of(Membership.objects.get(), at) == status
    return status.detail


def sequence() -> int:
    return feed_queries.head(EVERYONE).sequence


# Fields


def test_pending_until_the_payment_is_confirmed() -> None:
    membership = a_membership(pending=True)
    assert said(AT) is Detail.PENDING
    status_operations.confirm_payment(membership)
    assert said(AT) is Detail.CURRENT
    before = sequence()
    status_operations.confirm_payment(membership)
    assert sequence() == before


def test_a_trial_until_its_instant() -> None:
    a_membership(trial_until=AT + DAY)
    assert said(AT + DAY - timedelta(microseconds=1)) is Detail.TRIAL
    assert said(AT + DAY) is Detail.CURRENT


@pytest.mark.parametrize(("given", "hours"), [(None, 72), (0, 0), (2_160, 2_160)])
def test_grace_where_a_renewal_is_due(given: int | None, hours: int) -> None:
    a_membership(at_end=AtEnd.RENEWS.value, grace_hours=given)
    assert in_feed().grace_seconds == hours * 3_600
    assert said(END) is (Detail.GRACE if hours else Detail.ENDED)
    assert said(END + hours * HOUR) is Detail.ENDED


def test_no_grace_where_it_ends() -> None:
    a_membership(grace_hours=10)
    assert in_feed().grace_seconds == 0
    assert said(END) is Detail.ENDED


def test_many_new_ones_get_their_grace_too() -> None:
    plan = operations.save_plan(Plan(name="Full"))
    customer = operations.save_customer(Customer(name="Member"))
    held = Membership(plan=plan, customer=customer, starts_at=AT, ends_at=END, at_end=AtEnd.RENEWS.value)
    operations.add_memberships([held])
    assert said(END + 71 * HOUR) is Detail.GRACE


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"grace_hours": 2_161, "at_end": "renews"}, "less than or equal to 2160"),
        ({"grace_hours": -1, "at_end": "renews"}, "greater than or equal to 0"),
        ({"at_end": "sometimes"}, "not a valid choice"),
        ({"at_end": "cancelled", "ends_at": None}, "give it one"),
        ({"trial_until": AT - DAY}, "trial has to end after the start"),
    ],
)
def test_what_cannot_be_meant_is_said(fields: dict[str, object], says: str) -> None:
    with pytest.raises(ValidationError, match=says):
        a_membership(**fields)
    assert not Membership.objects.exists()


# Cancelling and payments


@pytest.mark.parametrize("at_end", [AtEnd.ENDS, AtEnd.RENEWS])
def test_cancelled_for_its_end_and_taken_back(at_end: AtEnd) -> None:
    membership = a_membership(at_end=at_end.value)
    status_operations.cancel_membership(membership, AT)
    assert said(AT) is Detail.CANCELLING
    assert said(END) is Detail.CANCELLED
    status_operations.uncancel(membership, AT)
    assert said(AT) is Detail.CURRENT
    assert in_feed().at_end is at_end


def test_a_payment_that_failed_leaves_no_grace() -> None:
    membership = a_membership(at_end=AtEnd.RENEWS.value)
    assert said(END) is Detail.GRACE
    for _ in range(2):
        status_operations.payment_failed(membership)
    assert said(AT) is Detail.CURRENT
    assert said(END) is Detail.PAYMENT_FAILED
    with pytest.raises(Refused, match="nothing to cancel"):
        status_operations.cancel_membership(membership, AT)


def test_what_is_over_is_neither_cancelled_nor_taken_back() -> None:
    membership = a_membership(at_end=AtEnd.RENEWS.value)
    over = END + 73 * HOUR
    with pytest.raises(Refused, match="is over, and stays so"):
        status_operations.cancel_membership(membership, over)
    status_operations.cancel_membership(membership, END + HOUR)
    assert said(END + HOUR) is Detail.CANCELLED
    before = sequence()
    with pytest.raises(Refused, match="is over, and stays so"):
        status_operations.uncancel(membership, END + HOUR)
    assert sequence() == before


def test_what_simply_ends_is_renewed_at_its_end_instead() -> None:
    membership = a_membership()
    with pytest.raises(Refused, match="is over, and stays so"):
        status_operations.renew_at_end(membership, END)
    status_operations.renew_at_end(membership, AT)
    assert said(END + HOUR) is Detail.GRACE
    with pytest.raises(Refused, match="nothing to change"):
        status_operations.renew_at_end(membership, AT)


def test_without_an_end_there_is_nothing_to_cancel_for() -> None:
    membership = a_membership(ends_at=None)
    before = sequence()
    with pytest.raises(Refused, match="no end"):
        status_operations.cancel_membership(membership, AT)
    with pytest.raises(Refused, match="no end"):
        status_operations.payment_failed(membership)
    with pytest.raises(Refused, match="not cancelled"):
        status_operations.uncancel(membership, AT)
    assert sequence() == before


def test_what_is_revoked_stays_so() -> None:
    membership = a_membership(pending=True)
    operations.revoke_memberships([membership], AT)
    assert said(AT) is Detail.REVOKED
    for operation in (status_operations.cancel_membership, status_operations.uncancel):
        with pytest.raises(Refused, match="revoked"):
            operation(membership, AT)
    with pytest.raises(Refused, match="revoked"):
        status_operations.confirm_payment(membership)
    with pytest.raises(Refused, match="revoked"):
        status_operations.freeze_membership(membership, AT, None)
    Membership.objects.all().delete()
    with pytest.raises(Refused, match="deleted"):
        status_operations.uncancel(membership, AT)


# Freezes


def test_frozen_and_resumed() -> None:
    membership = a_membership()
    status_operations.freeze_membership(membership, AT, None)
    assert said(AT - HOUR) is Detail.CURRENT
    assert said(AT) is said(END + DAY) is Detail.SUSPENDED
    assert end_of(in_feed()) is None
    status_operations.resume_membership(membership, AT + 5 * DAY)
    assert said(AT + 5 * DAY) is Detail.CURRENT
    assert said(END + 5 * DAY - HOUR) is Detail.CURRENT
    assert said(END + 5 * DAY) is Detail.ENDED


def test_freezes_that_do_not_extend() -> None:
    status_operations.freeze_membership(a_membership(freezes_extend=False), AT, AT + DAY)
    assert said(AT) is Detail.SUSPENDED
    assert said(END) is Detail.ENDED


def test_saving_a_membership_keeps_its_freezes() -> None:
    membership = a_membership()
    fetched = Membership.objects.prefetch_related("freezes").get()
    status_operations.freeze_membership(membership, AT, AT + DAY)
    # Its freezes were read before there was one.
    operations.save_membership(fetched)
    assert said(AT) is Detail.SUSPENDED
    fetched.company, fetched.customer = None, operations.save_customer(Customer(name="Another"))
    operations.save_membership(fetched)
    assert said(AT) is Detail.SUSPENDED


def test_freezes_refused_in_words() -> None:
    membership = a_membership()
    status_operations.freeze_membership(membership, AT, AT + 2 * DAY)
    before = sequence()
    for from_at, until_at, says in (
        (AT + DAY, None, "freezes overlap"),
        (AT - DAY, AT + HOUR, "freezes overlap"),
        (AT + 3 * DAY, AT + 3 * DAY, "has to end after it begins"),
        (END + 2 * DAY, None, "over by then"),
    ):
        with pytest.raises(Refused, match=says):
            status_operations.freeze_membership(membership, from_at, until_at)
    for at in (AT - HOUR, AT + 2 * DAY):
        with pytest.raises(Refused, match="not frozen"):
            status_operations.resume_membership(membership, at)
    assert sequence() == before
    assert Freeze.objects.count() == 1
    status_operations.freeze_membership(membership, AT + 2 * DAY, None)
    assert len(in_feed().freezes) == 2


def test_what_is_frozen_goes_whole() -> None:
    membership = a_membership()
    status_operations.freeze_membership(membership, AT, None)
    operations.delete_memberships([membership])
    assert not Freeze.objects.exists()
    assert Kind.MEMBERSHIP not in {row[0] for row in live_rows()}
    assert_exact()


def test_many_are_read_with_the_same_number_of_questions() -> None:
    def asked() -> int:
        with CaptureQueriesContext(connection) as questions:
            for customer in queries.customers_with_memberships():
                queries.standing_of(customer, AT)
        return len(questions)

    status_operations.freeze_membership(a_membership(), AT, AT + DAY)
    few = asked()
    for _ in range(3):
        status_operations.freeze_membership(a_membership(), AT, AT + DAY)
    assert asked() == few


def test_adding_many_asks_no_question_for_each() -> None:
    plan = operations.save_plan(Plan(name="Full"))
    customer = operations.save_customer(Customer(name="Member"))

    def asked(count: int) -> int:
        with CaptureQueriesContext(connection) as questions:
            operations.add_memberships(
                Membership(plan=plan, customer=customer, starts_at=AT) for _ in range(count)
            )
        return len(questions)

    assert asked(1) == asked(20)


# Labels


@pytest.mark.parametrize(
    ("state", "detail", "colour", "text"),
    [
        (State.ACTIVE, Detail.GRACE, "success", "active (grace)"),
        (State.ACTIVE, Detail.TRIAL, "success", "active (trial)"),
        (State.ACTIVE, Detail.CANCELLING, "success", "active (cancelling)"),
        (State.INACTIVE, Detail.PENDING, "warning", "inactive (pending)"),
        (State.INACTIVE, Detail.SUSPENDED, "warning", "inactive (suspended)"),
        (State.EXPIRED, Detail.PAYMENT_FAILED, "danger", "expired (payment failed)"),
        (State.EXPIRED, Detail.CANCELLED, "danger", "expired (cancelled)"),
    ],
)
def test_labels_say_the_detail(state: State, detail: Detail, colour: str, text: str) -> None:
    key, shown = status_label(Status(state, detail))
    assert COLOURS[key] == colour
    assert shown.endswith(text)
