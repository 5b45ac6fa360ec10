"""Check-ins as they are seen in the admin's list, which nobody can change."""

from datetime import timedelta

import pytest
from django.contrib.admin import site
from django.contrib.auth.models import Permission as Right
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from hub.checkins import operations
from hub.checkins.admin import CheckInAdmin, elapsed_text
from hub.checkins.models import CheckIn, RefusedRow
from hub.members import operations as members
from hub.members.models import Customer, Permission
from tests.hub.conftest import Database
from tests.hub.scans import AT, Club, batch, checkin, journal_rows, redemption, small_club

JOURNAL = b"j" * 16
LIST = "/admin/checkins/checkin/"


@pytest.fixture
def club(sqlite_database: Database) -> Club:
    return small_club()


def ingest(*checkins: object, first: int = 1) -> None:
    rows = journal_rows(*checkins, first=first)  # type: ignore[arg-type]
    operations.ingest([batch(JOURNAL, rows)], AT + timedelta(hours=3))


def client_of(user: User) -> Client:
    client = Client(headers={"host": "127.0.0.1"})
    client.force_login(user)
    return client


@pytest.fixture
def admin(club: Club) -> Client:
    return client_of(User.objects.create_superuser("admin"))


@pytest.fixture
def colleague(club: Club) -> Client:
    """May view check-ins, nothing else."""
    user = User.objects.create_user("colleague", is_staff=True)
    user.user_permissions.add(Right.objects.get(codename="view_checkin"))
    return client_of(user)


@pytest.fixture
def outsider(club: Club) -> Client:
    return client_of(User.objects.create_user("outsider", is_staff=True))


# The list


def test_the_list_says_who_what_and_why(admin: Client, club: Club) -> None:
    unknown = checkin(2, outcome="denied", reason="unknown_card")
    ended = checkin(3, outcome="denied", reason="expired", detail="ended", customer=club.customer.pk)
    ingest(redemption(club), unknown, ended)
    page = admin.get(LIST).content.decode()
    for text in ("✓ granted", "✕ denied", "unknown card", "expired (ended)", "glass-of-wine: 0", "3 h"):
        assert text in page
    assert f'<a href="/admin/members/customer/{club.customer.pk}/change/" class=' in page
    assert page.index("expired (ended)") < page.index("glass-of-wine: 0")
    assert "checkins/live." in page
    assert page.count(">why?</a>") == 3
    assert unknown.code_hash.hex() not in page


@pytest.mark.parametrize(
    ("outcome", "reason", "detail", "why"),
    [
        ("granted", "granted", "current", "granted"),
        ("denied", "limit_reached", "current", "limit reached"),
        ("denied", "permission_missing", "current", "permission missing"),
        ("denied", "expired", "expired", "expired"),
        ("denied", "expired", "revoked", "expired (revoked)"),
        ("denied", "unknown_card", None, "unknown card"),
    ],
)
def test_a_reasons_detail_is_shown_where_it_adds_something(
    outcome: str, reason: str, detail: str | None, why: str
) -> None:
    shown = CheckInAdmin(CheckIn, site)
    assert shown.why_text(CheckIn(outcome=outcome, reason=reason, detail=detail)) == why


def test_column_and_filter_call_it_decision(admin: Client, club: Club) -> None:
    ingest(checkin())
    page = admin.get(LIST).content.decode()
    assert "Decision" in page
    assert "By decision" in page
    assert ">Result<" not in page.replace("\n", "").replace(" ", "")


def test_the_list_asks_the_database_as_often_for_many_as_for_few(admin: Client, club: Club) -> None:
    ingest(redemption(club))
    with CaptureQueriesContext(connection) as few:
        admin.get(LIST)
    customers = members.add_customers([Customer(name=f"Member {n}", email="") for n in range(30)])
    ingest(*(checkin(n, customer=each.pk) for n, each in enumerate(customers)), first=2)
    with CaptureQueriesContext(connection) as many:
        page = admin.get(LIST).content.decode()
    assert "Member 29" in page
    assert len(many) == len(few)


@pytest.mark.parametrize(
    ("query", "seen"),
    [
        ("outcome=denied", {"18:30:02"}),
        ("reason=no_membership", {"18:30:02"}),
        ("reader=counter", {"18:30:01"}),
        ("q=full+plan", {"18:30:01"}),
        ("at__gte=2026-03-01+00:00:00%2B00:00", {"18:30:01", "18:30:02"}),
        ("at__gte=2026-03-02+00:00:00%2B00:00", set()),
    ],
)
def test_the_filters(admin: Client, club: Club, query: str, seen: set[str]) -> None:
    ingest(redemption(club), checkin(2, outcome="denied", reason="no_membership"))
    page = admin.get(f"{LIST}?{query}").content.decode()
    assert {time for time in ("18:30:01", "18:30:02") if time in page} == seen


def test_one_checkin_is_shown_and_nobody_changes_it(admin: Client, club: Club) -> None:
    ingest(redemption(club))
    [row] = CheckIn.objects.all()
    page = admin.get(f"{LIST}{row.pk}/change/")
    assert page.status_code == 200
    assert bytes(row.checkin_id).hex() in page.content.decode()
    assert admin.post(f"{LIST}{row.pk}/change/", {"reader": "x"}).status_code == 403
    assert admin.post(f"{LIST}{row.pk}/delete/", {"post": "yes"}).status_code == 403
    assert admin.get(f"{LIST}add/").status_code == 403
    assert CheckIn.objects.count() == 1


def test_a_customer_who_is_gone_does_not_break_the_list(admin: Client, club: Club) -> None:
    ingest(redemption(club))
    number = club.customer.pk
    members.delete_customers([club.customer])
    assert f"customer {number} (no longer here)" in admin.get(LIST).content.decode()
    assert admin.get(f"{LIST}{CheckIn.objects.get().pk}/change/").status_code == 200


def test_a_checkin_is_called_by_its_reason_where_that_adds_something() -> None:
    assert str(CheckIn(reader="door", outcome="granted", reason="granted")) == "door: granted"
    assert str(CheckIn(reader="door", outcome="denied", reason="unknown_card")) == "door: denied (unknown card)"


def test_a_permission_is_shown_by_its_name(admin: Client, club: Club) -> None:
    Permission.objects.filter(slug="glass-of-wine").update(name="A glass of wine")
    ingest(redemption(club), redemption(club, 2, permission="cup-of-tea"))
    page = admin.get(LIST).content.decode()
    assert "A glass of wine: 0" in page
    assert "cup-of-tea: 0" in page
    number = CheckIn.objects.earliest("number").number
    page = admin.get(f"{LIST}{number}/change/").content.decode()
    assert "A glass of wine" in page
    assert "glass-of-wine" not in page


def test_the_list_learns_when_to_fill(colleague: Client, outsider: Client, club: Club) -> None:
    assert colleague.get(f"{LIST}newest/").json() == {"number": 0}
    ingest(checkin())
    assert colleague.get(f"{LIST}newest/").json() == {"number": CheckIn.objects.get().number}
    assert colleague.get(LIST).status_code == 200
    assert outsider.get(f"{LIST}newest/").status_code == 403
    assert outsider.get(LIST).status_code == 403
    assert Client(headers={"host": "127.0.0.1"}).get(f"{LIST}newest/").status_code == 302


def test_refused_rows_are_listed_without_their_bytes(admin: Client, club: Club) -> None:
    rows = [type(journal_rows(checkin())[0])(1, b"secret bytes")]
    operations.ingest([batch(JOURNAL, rows)], AT)
    page = admin.get("/admin/checkins/refusedrow/").content.decode()
    assert "no CheckIn" in page
    assert "secret" not in page
    [row] = RefusedRow.objects.all()
    page = admin.get(f"/admin/checkins/refusedrow/{row.pk}/change/").content.decode()
    assert JOURNAL.hex() in page
    assert "secret" not in page


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "at once"),
        (1.9, "at once"),
        (-1, "at once"),
        (3, "3 s"),
        (61, "1 min 1 s"),
        (7_200, "2 h"),
        (90_061, "1 d 1 h"),
        (-600, "edge's clock is 10 min ahead"),
    ],
)
def test_how_long_it_was_on_its_way(seconds: float, text: str) -> None:
    assert elapsed_text(timedelta(seconds=seconds)) == text
