"""What an edge made and the hub will never see is recorded once, and nothing waits for it."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.test import Client

from contract.instants import to_us
from contract.messages import CheckIns, JournalRow, Lost, encode
from hub.checkins import models, operations
from hub.checkins.journal_rows import Batch
from hub.checkins.models import LostRange
from tests.hub.conftest import Database
from tests.hub.scans import AT, Club, checkin, journal_rows, many_rows, small_club
from tests.hub.staff_pages import address

JOURNAL = b"j" * 16
ARRIVED = AT + timedelta(hours=1)
LOST = Lost(lost=b"l" * 16, from_us=to_us(AT), upto_us=to_us(AT + timedelta(minutes=5)), count=12, why="disk_full")


@pytest.fixture
def club(database: Database) -> Club:
    return small_club()


def send(rows: list[JournalRow], first: int = 1, begins: int = 1, journal: bytes = JOURNAL) -> tuple[int, int]:
    """How far the journal is acked then, and how many rows are lost by it."""
    return send_all(CheckIns(journal, rows, first, begins))


def send_all(*batches: CheckIns) -> tuple[int, int]:
    done = operations.ingest([Batch("clubhouse", each) for each in batches], ARRIVED)
    return done.acks[0][1].upto, done.lost


def gaps() -> list[tuple[int | None, int | None]]:
    return list(LostRange.objects.order_by("id").values_list("first", "last"))


@pytest.mark.usefixtures("club")
def test_a_hole_is_asked_for_again_while_the_journal_holds_it() -> None:
    assert send(many_rows(3)) == (3, 0)
    assert send(many_rows(3, first=11)) == (3, 0)
    assert send(many_rows(3, first=11), first=2) == (3, 0)
    assert send(many_rows(3, first=11), first=4) == (3, 0)
    assert gaps() == []


@pytest.mark.usefixtures("club")
def test_what_the_journal_holds_no_more_is_lost_and_passed() -> None:
    assert send(many_rows(3)) == (3, 0)
    rows = many_rows(3, first=11)
    assert send(rows, first=11) == (13, 7)
    assert send(rows, first=11) == (13, 0)
    assert gaps() == [(4, 10)]
    assert send(many_rows(2, first=14), first=12) == (15, 0)
    lost = LostRange.objects.get()
    assert (lost.count, lost.why, lost.noticed_at) == (7, "left_the_journal", ARRIVED)
    assert models.CheckIn.objects.count() == 8


@pytest.mark.usefixtures("club")
def test_what_is_lost_before_a_hole_is_lost_and_the_hole_is_asked_for() -> None:
    assert send(many_rows(3, first=11), first=8) == (7, 7)
    assert gaps() == [(1, 7)]
    assert send(many_rows(6, first=8), first=8) == (13, 0)


@pytest.mark.usefixtures("club")
def test_rows_that_came_before_they_left_are_not_lost() -> None:
    early, late = CheckIns(JOURNAL, many_rows(10)), CheckIns(JOURNAL, many_rows(5, first=11), 6)
    assert send_all(late, early) == (15, 0)
    assert gaps() == []


@pytest.mark.usefixtures("club")
def test_a_journal_that_began_later_has_lost_nothing_before() -> None:
    assert send(many_rows(3, first=11), first=11, begins=11) == (13, 0)
    assert send(many_rows(3, first=31), first=31, begins=11) == (33, 17)
    assert gaps() == [(14, 30)]


@pytest.mark.usefixtures("club")
def test_a_journal_cannot_claim_to_begin_behind_what_it_sends() -> None:
    assert send(many_rows(3), first=50) == (3, 0)
    assert gaps() == []


@pytest.mark.usefixtures("club")
def test_a_restored_hub_gets_what_the_journal_still_holds_and_counts_nothing_twice() -> None:
    """As it was put back, the hub has rows 1 to 4 of 40; of the others the journal holds those from 21 on."""
    rows = many_rows(40)
    send(rows[:4])
    assert send(rows[20:30], first=21) == (30, 16)
    assert send(rows[25:], first=21) == (40, 0)
    assert gaps() == [(5, 20)]
    assert models.CheckIn.objects.count() == 24
    renewed = [JournalRow(row.sequence, row.body) for row in rows[20:]]
    assert send(renewed, first=21, begins=21, journal=b"k" * 16) == (40, 0)
    assert models.CheckIn.objects.count() == 24


@pytest.mark.usefixtures("club")
def test_what_could_not_be_kept_is_told_by_a_row_and_recorded_once() -> None:
    rows = [*journal_rows(checkin()), JournalRow(2, encode(LOST)), *journal_rows(checkin(), first=3)]
    assert send(rows) == (3, 12)
    assert send(rows, journal=b"k" * 16) == (3, 0)
    lost = LostRange.objects.get()
    assert (bytes(lost.lost_id), lost.count, lost.why) == (LOST.lost, 12, "disk_full")
    assert (lost.from_at, lost.upto_at) == (AT, AT + timedelta(minutes=5))
    assert (lost.first, lost.last) == (None, None)
    assert models.RefusedRow.objects.count() == 0


@pytest.mark.usefixtures("club")
def test_a_loss_that_says_nothing_a_person_can_read_is_refused() -> None:
    odd = Lost(lost=b"o" * 16, from_us=0, upto_us=2**57, count=1, why="a\x00")
    assert send([JournalRow(1, encode(odd))]) == (1, 0)
    assert models.RefusedRow.objects.count() == 1


def test_staff_see_what_is_lost_and_can_change_nothing(sqlite_database: Database) -> None:
    small_club()
    send([JournalRow(1, encode(LOST))])
    uncounted = Lost(lost=b"u" * 16, from_us=0, upto_us=0, count=0, why="journal.db.damaged-1")
    send([JournalRow(2, encode(uncounted))])
    send(many_rows(1, first=9), first=9)
    client = Client(SERVER_NAME="localhost")
    client.force_login(User.objects.create_superuser("owner"))
    page = client.get(address(LostRange, "changelist")).content.decode()
    for text in ("disk was full", "nobody knows how many", "damaged journal.db.damaged-1", "3 to 8"):
        assert text in page
    assert client.get(address(LostRange, "add")).status_code == 403
