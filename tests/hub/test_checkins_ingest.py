"""Check-ins come in once each, whatever is sent twice, late, out of order, broken, or by two workers at once."""

import random
from datetime import UTC, timedelta

import pytest
from django.db import connection
from msgspec import structs

from contract.ask import Ask, Circumstances, Contact, Direction, Mode, Policy
from contract.feed import Kind
from contract.messages import Ack, CheckIn, JournalRow
from contract.rows import use_of
from contract.trust import ClockState
from hub.checkins import content, models, operations, queries
from hub.feed import queries as feed_queries
from hub.feed.operations import EVERYONE
from hub.members import operations as members
from tests.hub.conftest import Database
from tests.hub.scans import AT, Club, batch, checkin, journal_rows, many_rows, redemption, small_club

JOURNAL = b"j" * 16
OTHER_JOURNAL = b"k" * 16
ARRIVED = AT + timedelta(hours=1)


@pytest.fixture
def club(database: Database) -> Club:
    return small_club()


def ingest(*batches: operations.Batch) -> operations.Ingested:
    return operations.ingest(batches, ARRIVED)


def acked(done: operations.Ingested) -> list[int]:
    return [ack.upto for _, ack in done.acks]


def stored_ids() -> list[bytes]:
    return [bytes(each.checkin_id) for each in models.CheckIn.objects.order_by("number")]


def use_rows() -> list[bytes]:
    rows = feed_queries.rows_after(EVERYONE, 0, 10_000)
    return sorted(use_of(row.key, row.body).id for row in rows if row.kind == Kind.USE and row.body is not None)


def test_a_batch_is_stored_whole_and_acked(club: Club) -> None:
    first = redemption(
        club,
        detail="trial",
        policy=Policy(site="clubhouse", partner="bar", area="lounge", direction=Direction.OUT),
        circumstances=Circumstances(
            digits="12345678", clock=ClockState.HOLDOVER, replica_age_s=0.1, contact=Contact.OFFLINE
        ),
        company=17,
        own_uses=[b"o" * 16, b"p" * 16],
        inside_already=True,
        step=59_000_000,
    )
    second = checkin(2, outcome="denied", reason="unknown_card", feed=None, epoch=None, sequence=None)
    done = ingest(batch(JOURNAL, journal_rows(first, second)))
    head = feed_queries.head(EVERYONE)
    assert done.acks == [("clubhouse", Ack(JOURNAL, 2, head.epoch, head.sequence))]
    assert (done.committed, done.refused, done.repeated) == (2, 0, 0)
    standing = queries.checkins_by_id([first.id, second.id])
    assert [standing[each.id].content for each in (first, second)] == [first, second]
    row = models.CheckIn.objects.get(checkin_id=first.id)
    assert row.at == AT + timedelta(seconds=1)
    assert row.at.tzinfo == UTC
    assert row.received_at == ARRIVED
    assert row.customer == club.customer
    assert (row.site, row.partner, row.inside_already, row.over_limit) == ("clubhouse", "bar", True, False)
    assert content.ask_of(row) == Ask(
        permission="glass-of-wine", mode=Mode.REDEEM, policy=first.policy, circumstances=first.circumstances
    )
    assert content.own_uses_of(row) == first.own_uses


def test_the_same_batch_again_changes_nothing(club: Club) -> None:
    sent = batch(JOURNAL, journal_rows(redemption(club), checkin(2)))
    ingest(sent)
    before = (stored_ids(), use_rows(), feed_queries.head(EVERYONE))
    done = ingest(sent, sent)
    assert acked(done) == [2]
    assert (done.committed, done.repeated) == (0, 4)
    assert (stored_ids(), use_rows(), feed_queries.head(EVERYONE)) == before


def test_a_hub_killed_between_commit_and_ack_counts_the_batch_once(club: Club) -> None:
    """The ack was never sent; the edge sends the same rows, cut differently, with new ones behind."""
    rows = journal_rows(*(redemption(club, number) for number in range(6)))
    ingest(batch(JOURNAL, rows[:4]))
    assert acked(ingest(batch(JOURNAL, rows[1:6]))) == [6]
    assert len(stored_ids()) == len(use_rows()) == 6


def test_a_batch_beyond_a_gap_waits(club: Club) -> None:
    rows = many_rows(6)
    done = ingest(batch(JOURNAL, rows[3:]))
    assert (acked(done), stored_ids()) == ([0], [])
    ingest(batch(JOURNAL, rows[:2]))
    assert acked(ingest(batch(JOURNAL, rows[3:]))) == [2]
    assert acked(ingest(batch(JOURNAL, rows[2:]))) == [6]
    assert len(stored_ids()) == 6


def test_batches_that_overtook_each_other_fit_together(club: Club) -> None:
    rows = many_rows(6)
    assert acked(ingest(batch(JOURNAL, rows[4:]), batch(JOURNAL, rows[:2]), batch(JOURNAL, rows[1:4]))) == [6]
    assert len(stored_ids()) == 6


def test_a_hole_within_a_batch_ends_it(club: Club) -> None:
    rows = many_rows(4)
    assert acked(ingest(batch(JOURNAL, [rows[0], rows[2], rows[3]]))) == [1]


def test_journals_of_one_edge_are_apart(club: Club) -> None:
    done = ingest(batch(JOURNAL, many_rows(2)), batch(OTHER_JOURNAL, many_rows(3)))
    assert acked(done) == [2, 3]
    assert len(stored_ids()) == 5


def test_rows_sent_at_random_arrive_once_each(club: Club) -> None:
    chance = random.Random(20_261)
    rows = many_rows(300)
    upto = 0
    while upto < len(rows):
        starts = [max(0, upto + chance.randint(-20, 30)) for _ in range(chance.randint(1, 4))]
        sent = [batch(JOURNAL, rows[start : start + chance.randint(1, 40)] or rows[-1:]) for start in starts]
        [upto] = acked(ingest(*sent))
        assert len(stored_ids()) == upto
    sequences = models.CheckIn.objects.order_by("number").values_list("sequence", flat=True)
    assert list(sequences) == list(range(1, 301))


@pytest.mark.parametrize(
    "body",
    [
        b"\xff\x00 no cbor",
        b"",
        b"\xa0",
        journal_rows(checkin(reader="door\x00"))[0].body,
        journal_rows(checkin(reason="\x1b[2J"))[0].body,
        journal_rows(checkin(code_length=2**60))[0].body,
        journal_rows(checkin(remaining=2**60))[0].body,
        journal_rows(checkin(circumstances=Circumstances(digits="1\x00")))[0].body,
    ],
)
def test_a_row_that_is_no_checkin_is_kept_and_blocks_nothing(club: Club, body: bytes) -> None:
    good = checkin()
    done = ingest(batch(JOURNAL, [JournalRow(1, body), *journal_rows(good, first=2)]))
    assert (acked(done), done.committed, done.refused) == ([2], 1, 1)
    assert stored_ids() == [good.id]
    refused = models.RefusedRow.objects.get()
    assert (bytes(refused.journal), refused.sequence, bytes(refused.body)) == (JOURNAL, 1, body)
    assert refused.error
    assert refused.received_at == ARRIVED


def test_an_id_with_other_content_is_a_conflict(club: Club) -> None:
    first = checkin()
    other = redemption(club, 9, id=first.id)
    ingest(batch(JOURNAL, journal_rows(first)))
    done = ingest(batch(JOURNAL, journal_rows(other, checkin(3), first=2)))
    assert (acked(done), done.committed, done.refused) == ([3], 1, 1)
    assert queries.checkins_by_id([first.id])[first.id].content == first
    assert use_rows() == []
    assert "another check-in" in models.RefusedRow.objects.get().error
    assert done.conflicts == [("clubhouse", first.id)]


@pytest.mark.parametrize(
    "other",
    [
        {"policy": Policy(partner="bar")},
        {"circumstances": Circumstances(contact=Contact.OFFLINE)},
        {"company": 3},
        {"own_uses": [b"o" * 16]},
        {"inside_already": True},
        {"step": 1},
    ],
)
def test_whatever_differs_is_a_conflict(club: Club, other: dict[str, object]) -> None:
    first = checkin()
    ingest(batch(JOURNAL, journal_rows(first)))
    done = ingest(batch(OTHER_JOURNAL, journal_rows(checkin(**(structs.asdict(first) | other)))))
    assert (done.refused, done.conflicts) == (1, [("clubhouse", first.id)])


def test_an_id_twice_in_one_batch_is_a_conflict(club: Club) -> None:
    first = redemption(club)
    other = redemption(club, 9, id=first.id)
    assert ingest(batch(JOURNAL, journal_rows(first, other))).refused == 1
    assert use_rows() == [first.id]


def test_a_copied_journal_changes_nothing(club: Club) -> None:
    rows = journal_rows(redemption(club), checkin(2))
    ingest(batch(JOURNAL, rows))
    done = ingest(batch(OTHER_JOURNAL, rows))
    assert (acked(done), done.committed, done.refused) == ([2], 0, 0)
    assert (len(stored_ids()), len(use_rows())) == (2, 1)


def test_only_counted_and_granted_checkins_of_customers_who_are_here_are_uses(club: Club) -> None:
    counted, under_a_gone_membership = redemption(club), redemption(club, membership=999_999)
    others: list[CheckIn] = [
        redemption(club, counted=False),
        redemption(club, outcome="denied", reason="limit_reached"),
        redemption(club, membership=None),
        redemption(club, customer=None),
        redemption(club, customer=999_999),
    ]
    done = ingest(batch(JOURNAL, journal_rows(counted, under_a_gone_membership, *others)))
    assert (done.committed, use_rows()) == (7, sorted([counted.id, under_a_gone_membership.id]))
    head = feed_queries.head(EVERYONE)
    assert done.acks[0][1].sequence == head.sequence
    assert head.digest == feed_queries.digest_from_rows(EVERYONE)


def test_a_checkin_outlives_what_it_names(club: Club) -> None:
    counted = redemption(club)
    ingest(batch(JOURNAL, journal_rows(counted)))
    customer = club.customer.pk
    members.delete_customers([club.customer])
    [row] = queries.newest(1)
    assert (row.customer, row.customer_id) == (None, customer)
    assert use_rows() == []


def test_an_unknown_edge_is_left_out(club: Club) -> None:
    done = ingest(batch(JOURNAL, many_rows(1), edge="nowhere"), batch(JOURNAL, many_rows(1)))
    assert done.unknown_edges == ["nowhere"]
    assert [edge for edge, _ in done.acks] == ["clubhouse"]


def test_nothing_is_kept_of_an_ingest_that_fails(club: Club, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError("the power is gone")

    sent = batch(JOURNAL, journal_rows(redemption(club)))
    with monkeypatch.context() as patched:
        patched.setattr("hub.checkins.statements.move_positions", fail)
        with pytest.raises(RuntimeError):
            ingest(sent)
    assert (stored_ids(), use_rows()) == ([], [])
    assert acked(ingest(sent)) == [1]


def test_the_number_of_statements_does_not_grow_with_the_rows(club: Club, django_statements: list[str]) -> None:
    ingest(batch(JOURNAL, journal_rows(*(redemption(club, number) for number in range(5)))))
    few = len(django_statements)
    django_statements.clear()
    rows = journal_rows(*(redemption(club, number) for number in range(200)), first=6)
    ingest(batch(JOURNAL, rows))
    # The first time, the journal's position is made and read again.
    assert len(django_statements) <= few


@pytest.fixture
def django_statements() -> list[str]:
    seen: list[str] = []

    def count(execute: object, sql: str, params: object, many: bool, context: object) -> object:
        seen.append(sql)
        return execute(sql, params, many, context)  # type: ignore[operator]

    connection.execute_wrappers.append(count)
    return seen
