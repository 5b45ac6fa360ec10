"""Voids: a check-in is undone at its reader or by staff; it stands, counts no more, and is told apart."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import User

from contract.limits import Limit
from contract.messages import JournalRow, encode
from hub.checkins import models, operations, staff_operations
from hub.checkins.staff_operations import ReasonMissing, void_checkins
from hub.fleet.models import Edge
from tests.hub.conftest import Database
from tests.hub.limited_club import (
    JOURNAL,
    OTHER_JOURNAL,
    WEEK_SECONDS,
    LimitedClub,
    assert_exact,
    ingest,
    limited_club,
    over_limit,
    own,
    pool_of,
    pool_rows,
    pooled,
    row_of,
    use_rows,
    void,
)
from tests.hub.scans import AT, batch, checkin


@pytest.fixture
def here(database: Database) -> LimitedClub:
    return limited_club(Limit(1, WEEK_SECONDS), pool_of(2))


def refusals() -> list[str]:
    return [each.error for each in models.RefusedRow.objects.order_by("id")]


def test_a_void_takes_its_checkins_rows_out_and_the_checkin_stands(here: LimitedClub) -> None:
    glass = pooled(here, 0, AT)
    ingest(glass)
    assert set(use_rows()) == set(pool_rows()) == {glass.id}
    before = operations.queries.feed_position("everyone")
    done = ingest(void(glass), first=2)
    row = row_of(glass)
    assert (row.voided_at, row.void_reason, row.voided_by) == (
        AT + timedelta(minutes=1),
        "undone at the reader",
        None,
    )
    assert row.counted
    assert use_rows() == pool_rows() == {}
    assert (done.voided, done.committed, done.refused) == (1, 0, 0)
    ack = done.acks[0][1]
    assert ack.upto == 2
    # Whoever has passed the ack's sequence has let the use go.
    assert (ack.epoch, ack.sequence) == operations.queries.feed_position("everyone") != before
    assert_exact()


def test_a_void_in_the_same_batch(here: LimitedClub) -> None:
    glass, next_glass = own(here, AT), own(here, AT + timedelta(minutes=5))
    done = ingest(glass, void(glass), next_glass)
    assert (done.committed, done.voided, done.over_limit) == (2, 1, 0)
    assert set(use_rows()) == {next_glass.id}
    assert over_limit() == set()
    assert_exact()


def test_a_void_that_comes_first_waits(here: LimitedClub) -> None:
    glass = own(here, AT)
    done = ingest(void(glass), journal=OTHER_JOURNAL)
    assert (done.voided, done.refused, done.acks[0][1].upto) == (0, 0, 1)
    assert models.EarlyVoid.objects.count() == 1
    done = ingest(glass)
    assert (done.committed, done.voided) == (1, 1)
    assert row_of(glass).voided_at == AT + timedelta(minutes=1)
    assert (use_rows(), models.EarlyVoid.objects.count()) == ({}, 0)


def test_one_that_waited_in_vain_is_refused_then(here: LimitedClub) -> None:
    glass = own(here, AT)
    ingest(void(glass, reader="door"), void(glass), journal=OTHER_JOURNAL)
    ingest(glass)
    assert row_of(glass).voided_at is not None
    assert "another reader" in refusals()[0]
    [refused] = models.RefusedRow.objects.all()
    assert (bytes(refused.journal), refused.sequence) == (OTHER_JOURNAL, 1)
    assert bytes(refused.body) == encode(void(glass, reader="door"))


def test_repeated_voids_change_nothing(here: LimitedClub) -> None:
    glass = own(here, AT)
    ingest(glass, void(glass))
    before = row_of(glass).voided_at
    again = void(glass, AT + timedelta(minutes=3))
    done = ingest(again, first=3)
    assert (done.voided, done.refused, row_of(glass).voided_at) == (0, 0, before)
    # A restored hub is sent all of it once more, and a copied journal says it too.
    ingest(glass, void(glass), again, journal=OTHER_JOURNAL)
    assert (refusals(), row_of(glass).voided_at) == ([], before)
    assert use_rows() == {}


@pytest.mark.parametrize(
    ("minutes", "seconds", "voided"), [(15, 0, True), (15, 1, False), (-15, 0, True), (-15, -1, False)]
)
def test_a_reader_undoes_within_15_minutes(here: LimitedClub, minutes: int, seconds: int, voided: bool) -> None:
    glass = own(here, AT)
    ingest(glass, void(glass, AT + timedelta(minutes=minutes, seconds=seconds)))
    assert (row_of(glass).voided_at is not None) is voided
    assert (set(use_rows()) == set()) is voided
    assert ["15 minutes" in each for each in refusals()] == ([] if voided else [True])


def test_another_readers_or_edges_void_is_refused(here: LimitedClub) -> None:
    edge = here.club.edge
    Edge.objects.create(name="annex", site=edge.site, feed=edge.feed)
    glass = own(here, AT)
    ingest(glass, void(glass, reader="door"))
    ingest(void(glass), edge="annex")
    assert [("another reader" in each) for each in refusals()] == [True, True]
    assert set(use_rows()) == {glass.id}


def test_what_used_nothing_up_cannot_be_undone(here: LimitedClub) -> None:
    passed, denied = checkin(), own(here, AT, outcome="denied", reason="limit_reached")
    ingest(passed, denied, void(passed), void(denied))
    assert ["nothing to undo" in each for each in refusals()] == [True, True]
    assert models.CheckIn.objects.filter(voided_at=None).count() == 2


def test_a_void_that_nobody_can_print_is_refused(here: LimitedClub) -> None:
    glass = own(here, AT)
    operations.ingest([batch(JOURNAL, [JournalRow(1, encode(void(glass, reader="bar\x00")))])], AT)
    assert "cannot be printed" in refusals()[0]
    assert models.EarlyVoid.objects.count() == 0


# Staff


@pytest.fixture
def clerk(here: LimitedClub) -> User:
    return User.objects.create_user("clerk")


def test_staff_void_with_a_reason(here: LimitedClub, clerk: User) -> None:
    glasses = [own(here, AT), own(here, AT + timedelta(hours=1))]
    denied = own(here, AT, outcome="denied", reason="limit_reached")
    ingest(*glasses, denied)
    assert over_limit() == {glasses[1].id}
    long_after = AT + timedelta(days=20)
    voided = void_checkins(models.CheckIn.objects.all(), " spilt \n on the way ", clerk, long_after)
    assert {bytes(each.checkin_id) for each in voided} == {each.id for each in glasses}
    for each in map(row_of, glasses):
        assert (each.voided_at, each.void_reason, each.voided_by) == (long_after, "spilt on the way", clerk)
    assert row_of(denied).voided_at is None
    assert (use_rows(), over_limit()) == ({}, set())
    assert void_checkins(models.CheckIn.objects.all(), "again", clerk, long_after) == []
    clerk.delete()
    assert row_of(glasses[0]).voided_by is None
    assert_exact()


def test_staff_void_a_plain_visit_too(here: LimitedClub, clerk: User) -> None:
    passed = checkin()
    ingest(passed)
    assert len(void_checkins([row_of(passed)], "a test", clerk, AT)) == 1


@pytest.mark.parametrize("reason", ["", "  \n", "x" * 201, "a bell \x07"])
def test_without_a_reason_nothing_is_voided(here: LimitedClub, clerk: User, reason: str) -> None:
    glass = own(here, AT)
    ingest(glass)
    with pytest.raises(ReasonMissing):
        void_checkins([row_of(glass)], reason, clerk, AT)
    assert row_of(glass).voided_at is None


def test_many_are_voided_in_transactions_of_so_many(
    here: LimitedClub, clerk: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(staff_operations, "_AT_ONCE", 2)
    ingest(*(own(here, AT + timedelta(days=number)) for number in range(5)))
    assert len(void_checkins(models.CheckIn.objects.all(), "a party", clerk, AT)) == 5
    assert use_rows() == {}
