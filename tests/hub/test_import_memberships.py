"""Memberships from a CSV file: whose, of which plan, from when to when; their status is the contract's."""

import pytest
from django.utils import timezone

from contract.membership import State
from hub.members import operations, queries
from hub.members.models import Company, Customer, Membership, Plan
from hub.members.status_operations import freeze_membership
from tests.hub.csv_files import changes, counts, errors, imported, looked_at
from tests.hub.people import DAY

pytestmark = pytest.mark.usefixtures("database")


@pytest.fixture(autouse=True)
def club(database: object) -> None:
    operations.save_plan(Plan(name="Gold", billed_every=1))
    operations.save_plan(Plan(name="Team", external_id="T"))
    operations.save_company(Company(name="Harbour Office", external_id="C1"))
    operations.save_customer(Customer(name="Ann", external_id="A", email="ann@club.example"))
    operations.save_customer(Customer(name="Bob", email="bob@club.example"))


TEXT = (
    "customer,company,plan,starts,ends,at_end,trial_until,pending\n"
    "A,,Gold,2026-03-01,2027-03-01,renews,2026-03-15,no\n"
    "Bob@club.example,,Gold,2026-03-01T18:00+01:00,,,,yes\n"
    ",C1,T,2026-07-01 08:30,,,,\n"
)


def test_the_same_file_twice_changes_nothing() -> None:
    assert counts(imported("memberships", TEXT)) == (3, 0, 0, 0)
    assert counts(imported("memberships", TEXT)) == (0, 0, 3, 0)
    ann = Membership.objects.get(customer__name="Ann")
    assert ann.starts_at.isoformat() == "2026-02-28T23:00:00+00:00"
    assert (ann.at_end, ann.grace_hours, ann.pending) == ("renews", 72, False)
    assert Membership.objects.get(customer__name="Bob").pending
    company = Membership.objects.get(company__isnull=False)
    assert (company.plan.name, company.starts_at.hour, company.starts_at.minute) == ("Team", 6, 30)


def test_an_end_is_moved_and_its_freezes_stay() -> None:
    imported("memberships", TEXT)
    ann = Membership.objects.get(customer__name="Ann")
    freeze_membership(ann, ann.starts_at + DAY, ann.starts_at + 3 * DAY)
    text = "customer,plan,starts,ends\nA,Gold,2026-03-01,2026-04-01\n"
    assert changes(looked_at("memberships", text)) == [(2, "ends", "2027-03-01", "2026-04-01")]
    assert counts(imported("memberships", text)) == (0, 1, 0, 0)
    ann = Membership.objects.get(customer__name="Ann")
    assert ann.ends_at is not None and ann.ends_at.isoformat() == "2026-03-31T22:00:00+00:00"
    assert queries.status_of(ann, ann.starts_at + 2 * DAY).state is State.INACTIVE


def test_each_bad_row_says_what_is_wrong() -> None:
    text = (
        "customer,company,plan,starts,ends,at_end\n"
        "A,C1,Gold,2026-03-01,,\n"
        ",,Gold,2026-03-01,,\n"
        "Z,,Gold,2026-03-01,,\n"
        "A,,Silver,2026-03-01,,\n"
        "A,,Gold,1.3.2026,,\n"
        "A,,Gold,,,\n"
        "A,,Gold,2026-03-01,2026-03-01,\n"
        "A,,Gold,2026-05-01,,cancelled\n"
        "A,,Gold,2026-06-01,,whatever\n"
    )
    told = errors(looked_at("memberships", text))
    assert [(line, column) for line, column, _text in told] == [
        *((2, "customer"), (3, "customer"), (4, "customer"), (5, "plan"), (6, "starts")),
        *((7, "starts"), (8, "ends"), (9, "at_end"), (10, "at_end")),
    ]
    texts = " ".join(text for _line, _column, text in told)
    for part in ("2026-03-01, or choose", "after the start", "ends, renews, cancelled", "either a customer or"):
        assert part in texts, part


def test_dates_begin_with_the_day_where_that_is_said() -> None:
    text = "customer;plan;starts;ends\nA;Gold;1.3.2026;31/12/2026 9:30\n"
    imported("memberships", text, day_first=True)
    held = Membership.objects.get()
    assert held.ends_at is not None
    assert (held.starts_at.isoformat()[:10], held.ends_at.isoformat()[:16]) == ("2026-02-28", "2026-12-31T08:30")
    assert errors(looked_at("memberships", "customer,plan,starts\nA,Gold,31.2.2026\n", day_first=True))


@pytest.mark.parametrize(
    "ends", ["9999-12-31T23:59-05:00", "9999-12-31", "0001-01-01", "0001-01-01T00:00+05:00", "3000-01-01"]
)
def test_a_date_of_no_time_that_people_live_in_is_a_bad_row(ends: str) -> None:
    told = errors(looked_at("memberships", f"customer,plan,starts,ends\nA,Gold,2026-03-01,{ends}\n"))
    assert [(line, column) for line, column, _text in told] == [(2, "ends")]
    assert "1900 to 2999" in told[0][2]


def test_a_file_revokes_nothing_and_moves_none_to_another() -> None:
    imported(
        "memberships",
        TEXT.replace("customer,", "external_id,customer,")
        .replace("\nA,", "\nM1,A,")
        .replace("\nBob", "\nM2,Bob")
        .replace("\n,C1", "\nM3,,C1"),
    )
    told = errors(looked_at("memberships", "external_id,customer,revoked\nM1,bob@club.example,\nM2,,2026-04-01\n"))
    assert [(line, column) for line, column, _text in told] == [(2, "customer"), (3, "revoked")]
    operations.revoke_memberships([Membership.objects.get(external_id="M1")], timezone.now())
    for text, said in (
        ("external_id,ends\nM1,2029-01-01\n", "It is revoked, for good"),
        ("external_id,revoked\nM1,(clear)\n", "takes no revocation back"),
    ):
        told = errors(looked_at("memberships", text))
        assert [column for _line, column, _text in told] == ["revoked"] and said in told[0][2]


def test_what_is_over_is_not_revived_and_gets_its_external_id_still() -> None:
    imported("memberships", "customer,plan,starts,ends\nA,Gold,2020-03-01,2021-03-01\n")
    held = Membership.objects.get()
    for change in ("ends\n{},2999-01-01\n", "at_end,grace_hours\n{},renews,99\n", "plan\n{},T\n"):
        told = errors(looked_at("memberships", "number," + change.format(held.pk)))
        assert [line for line, _column, _text in told] == [2] and "stays so" in told[0][2], told
    assert counts(imported("memberships", f"number,external_id\n{held.pk},M1\n")) == (0, 1, 0, 0)
    assert counts(imported("memberships", "external_id,ends\nM1,2021-03-01\n")) == (0, 0, 1, 0)


def test_one_that_was_revoked_elsewhere_comes_as_revoked() -> None:
    imported("memberships", "customer,plan,starts,revoked\nA,Gold,2026-03-01,2026-04-01\n")
    held = Membership.objects.get()
    assert held.revoked_at is not None
    assert queries.status_of(held, held.starts_at + DAY).state is State.EXPIRED


def test_two_spellings_of_one_holder_are_one_row_too_many() -> None:
    text = "customer,plan,starts\nA,Gold,2026-03-01\nann@club.example,Gold,2026-03-01\n"
    assert [line for line, _column, _text in errors(looked_at("memberships", text))] == [3]
