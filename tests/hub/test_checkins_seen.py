"""Check-ins as they are seen: in the admin's list, which nobody can change, and on the command line."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
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
from hub.checkins.follow import SKIPPED_FOR_S, SKIPPED_MAX, Follower
from hub.checkins.models import CheckIn, RefusedRow
from hub.fleet.models import Site
from hub.members import operations as members
from hub.members.models import Customer, Permission
from tests.hub.conftest import Database, run_hub
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
    assert "checkins/live.js" in page
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


# The command


def test_the_last_checkins_as_json(club: Club, sqlite_database: Database) -> None:
    last = checkin(30, outcome="denied", reason="unreadable")
    ingest(*(redemption(club, number) for number in range(22)), last)
    done = run_hub("checkins", "--json", **sqlite_database.environment)
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    assert len(lines) == 20
    assert lines[-1] == {
        "number": CheckIn.objects.latest("number").number,
        "id": last.id.hex(),
        "at": "2026-03-01T18:30:30+00:00",
        "time_zone": "UTC",
        "received_at": "2026-03-01T21:30:00+00:00",
        "edge": "clubhouse",
        "reader": "door",
        "permission": "front-door",
        "outcome": "denied",
        "reason": "unreadable",
        "customer": None,
        "remaining": None,
        "counted": False,
        "over_limit": False,
        "voided": False,
        "marks": [],
    }
    assert (lines[0]["customer"], lines[0]["remaining"], lines[0]["counted"]) == (club.customer.name, 0, True)


def test_the_last_checkins_as_a_table(club: Club, sqlite_database: Database) -> None:
    named = Customer.objects.create(name="Member\x1b[31m with escapes", email="")
    Site.objects.update(time_zone="Europe/Berlin")
    ingest(redemption(club), checkin(2, outcome="denied", reason="expired", customer=named.pk))
    first, second = CheckIn.objects.order_by("number").values_list("number", flat=True)
    lines = run_hub("checkins", **sqlite_database.environment).stdout.splitlines()
    assert len(lines) == 3
    assert lines[0].split()[:4] == ["number", "when,", "at", "the"]
    said = [str(first), "✓", "2026-03-01", "19:30:01", "CET", "clubhouse/counter", "glass-of-wine"]
    assert lines[1].split()[:7] == said
    assert lines[2].split()[:2] == [str(second), "✕"]
    assert "Member?[31m with escapes" in lines[2]


@pytest.fixture
def following(club: Club, sqlite_database: Database) -> Iterator[subprocess.Popen[str]]:
    ingest(redemption(club))
    process = subprocess.Popen(
        [sys.executable, "-m", "hub", "checkins", "--follow", "--json"],
        env=os.environ | sqlite_database.environment,
        stdout=subprocess.PIPE,
        text=True,
    )
    yield process
    process.kill()
    process.wait()


def test_each_new_checkin_is_printed_once_as_it_is_committed(club: Club, following: subprocess.Popen[str]) -> None:
    assert following.stdout is not None
    assert json.loads(following.stdout.readline())["customer"] == club.customer.name
    for number in (2, 3):
        new = checkin(number)
        ingest(new, first=number)
        assert json.loads(following.stdout.readline())["id"] == new.id.hex()
    following.terminate()
    assert following.wait() == 0
    assert following.stdout.read() == ""


class Numbers:
    """A table of check-ins that get visible in any order."""

    def __init__(self) -> None:
        self.visible: set[int] = set()
        self.asked_among = 0

    def arrived_after(self, number: int, and_among: tuple[int, ...]) -> list[CheckIn]:
        self.asked_among = len(and_among)
        return [CheckIn(number=each) for each in sorted(self.visible) if each > number or each in and_among]


def test_a_number_that_is_committed_late_is_not_missed() -> None:
    table = Numbers()
    follower = Follower(0, table.arrived_after)
    seen = []
    for at_s, number in enumerate((1, 4, 3, 6, 2, 5)):
        table.visible.add(number)
        seen += [each.number for each in follower.next(at_s)]
    assert seen == [1, 4, 3, 6, 2, 5]
    assert follower.next(10) == []
    assert table.asked_among == 0


def test_a_number_that_never_comes_is_forgotten() -> None:
    table = Numbers()
    follower = Follower(0, table.arrived_after)
    table.visible = {5, 100_000}
    follower.next(0.0)
    follower.next(1.0)
    assert table.asked_among == SKIPPED_MAX
    follower.next(SKIPPED_FOR_S + 1)
    follower.next(SKIPPED_FOR_S + 2)
    assert table.asked_among == 0
