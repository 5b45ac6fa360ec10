"""An import that is cut off: how far it is, and that going on comes to the same; one at a time; not kept long."""

from datetime import timedelta

import pytest
from django.utils import timezone

from hub.audit.acting import Actor, ActorKind, acting
from hub.audit.models import Entry
from hub.exchange import intake, job_operations, kinds, queries
from hub.exchange.job_operations import LEASE, Refused, begin_writing, claim, forget_old, step
from hub.exchange.models import Job, Piece
from hub.exchange.running import start
from hub.members import operations
from hub.members.models import Customer
from tests.hub.csv_files import counts, imported, looked_at, taken_in, worked

pytestmark = pytest.mark.usefixtures("database")
TEXT = "external_id,name\n" + "".join(f"A{number},Member {number}\n" for number in range(25))


@pytest.fixture(autouse=True)
def small_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kinds, "PIECE_ROWS", 10)
    monkeypatch.setattr(intake, "PIECE_ROWS", 10)


def test_whoever_is_cut_off_leaves_whole_pieces_and_another_goes_on() -> None:
    job = looked_at("customers", TEXT)
    begin_writing(job, False, timezone.now())
    runner = claim(job, timezone.now())
    assert step(job.pk, runner, timezone.now())
    job.refresh_from_db()
    assert (job.rows_done, Customer.objects.count()) == (10, 10)
    later = timezone.now() + LEASE + timedelta(seconds=1)
    progress = queries.progress_of(job, later)
    assert progress.stands and not progress.is_at_work and progress.percent == 40
    another = claim(job, later)
    assert not step(job.pk, runner, later)
    assert step(job.pk, another, later) and not step(job.pk, another, later)
    job.refresh_from_db()
    assert (job.state, counts(job), Customer.objects.count()) == (Job.State.DONE, (25, 0, 0, 0), 25)
    assert counts(imported("customers", TEXT)) == (0, 0, 25, 0)


def test_a_piece_that_fails_leaves_nothing_of_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    job = looked_at("customers", TEXT)
    begin_writing(job, False, timezone.now())
    with monkeypatch.context() as broken:
        broken.setattr(job_operations, "_counted", lambda *_told: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            step(job.pk, claim(job, timezone.now()), timezone.now())
    job.refresh_from_db()
    assert (job.rows_done, Customer.objects.count()) == (0, 0)


def test_one_goes_at_a_time_and_who_stopped_is_in_nobodys_way() -> None:
    first, second = taken_in("customers", TEXT), taken_in("customers", TEXT)
    now = timezone.now()
    claim(first, now)
    with pytest.raises(Refused, match=f"Import {first.pk} is at work"):
        claim(second, now)
    with pytest.raises(Refused):
        claim(first, now)
    assert claim(second, now + LEASE + timedelta(seconds=1))


def test_a_row_that_went_bad_meanwhile_stops_it_and_says_so() -> None:
    job = looked_at("customers", TEXT + "Z,Zoe\n")
    operations.add_customers(Customer(name=name, external_id=None, email="x@y.example") for name in ("One", "Two"))
    again = looked_at("customers", "name,email\nOne,w@y.example\n")
    operations.add_customers(
        [Customer(name="Twin", email="w@y.example"), Customer(name="Twin", email="w@y.example")]
    )
    begin_writing(again, False, timezone.now())
    worked(again)
    assert again.halted.startswith("Line 2 was right and is not any more: Several customers")
    assert queries.progress_of(again, timezone.now()).stands
    begin_writing(job, False, timezone.now())
    assert worked(job).state == Job.State.DONE


def test_a_thread_does_it_for_whoever_asked() -> None:
    with acting(Actor(ActorKind.USER, "Colleague")):
        job = taken_in("customers", TEXT)
    start(job, timezone.now).join()
    begin_writing(job, False, timezone.now())
    start(job, timezone.now).join()
    job.refresh_from_db()
    assert job.state == Job.State.DONE
    assert set(Entry.objects.values_list("actor", flat=True)) == {"Colleague"}
    told = Entry.objects.get(action="imported")
    assert told.after == {"new": 25, "changed": 0, "unchanged": 0, "wrong": 0}


def test_a_thread_that_meets_a_fault_says_so_without_what_it_read(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    job = taken_in("customers", TEXT)

    def broken(*_told: object) -> bool:
        raise OverflowError(TEXT)

    monkeypatch.setattr(job_operations, "_counted", broken)
    start(job, timezone.now).join()
    job.refresh_from_db()
    assert job.halted == "It met a fault in the hub (OverflowError): the hub's log says where."
    assert not job.runner and "in broken" in caplog.text and "Member 7" not in caplog.text


def test_what_was_not_looked_through_is_not_written() -> None:
    job = taken_in("customers", TEXT)
    with pytest.raises(Refused, match="not ready"):
        begin_writing(job, True, timezone.now())


def test_after_a_week_rows_and_names_are_gone() -> None:
    job = imported("customers", TEXT)
    assert b"Member" not in b"".join(bytes(each.rows) + bytes(each.found) for each in Piece.objects.all())
    assert forget_old(timezone.now() + timedelta(days=6)) == 0
    assert forget_old(timezone.now() + timedelta(days=8)) == 3
    job.refresh_from_db()
    assert queries.is_forgotten(job) and not job.file_name and counts(job) == (25, 0, 0, 0)
