"""The journal on its way to the hub, by itself: acks while the journal changes, and which rows go."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

from msgspec import Struct

from contract.facts import Position
from contract.messages import Ack, CheckIns
from edge.core.floors import Floors
from edge.core.outbox import SendBatch
from edge.core.own_uses import OwnUses
from edge.hub_link.checkins_up import CheckInsUp
from edge.hub_link.session import Session
from edge.storage.journal import SqliteJournal
from edge.trust import EdgeTrust
from tests.edge.fakes import FakeClock, FakeLog, FakeTrustFile
from tests.edge.journal_runs import FEED, checkin, ids

EPOCH = 1_000


@dataclass
class Desk:
    """`said`: batches for the hub."""

    journal: SqliteJournal
    own: OwnUses
    up: CheckInsUp
    said: list[Struct]
    log: FakeLog

    async def check_in(self, number: int) -> None:
        row = checkin(number, counted=True)
        self.own.add(row, await self.journal.append(row))

    def hear_ack(self, upto: int, sequence: int) -> None:
        self.up.hear_ack(Ack(self.journal.id, upto, EPOCH, sequence))

    def passed(self, sequence: int) -> None:
        self.own.passed(Position(FEED, EPOCH, sequence))


def with_desk(folder: Path, rows: int, work: Callable[[Desk], Awaitable[None]]) -> None:
    """A journal with so many rows as the edge starts."""

    async def opened() -> None:
        journal, own, log, clock = (
            await SqliteJournal.open(folder / "journal.db", ids()),
            OwnUses(),
            FakeLog(),
            FakeClock(),
        )
        session = Session("clubhouse", FEED, ("127.0.0.1", 1), log)
        said: list[Struct] = []

        async def recall(position: Position | None) -> None:
            for sequence, row in await journal.own_rows_not_known_passed(position):
                own.add(row, sequence)

        up = CheckInsUp(
            journal,
            own,
            EdgeTrust(clock, FakeTrustFile(), log),
            Floors(FEED, None, None, None),
            recall,
            session,
            lambda _, batch: said.append(batch),
            lambda dropped: log("dropped", why=dropped.why),
            clock,
            log,
        )
        desk = Desk(journal, own, up, said, log)
        for number in range(1, rows + 1):
            await desk.check_in(number)
        try:
            await up.start()
            session.connected()
            await work(desk)
        finally:
            await journal.close()

    asyncio.run(opened())


def test_rows_that_have_come_behind_those_that_were_meant_wait_for_their_turn(tmp_path: Path) -> None:
    async def work(desk: Desk) -> None:
        await desk.check_in(3)
        assert desk.journal._keeper is not None
        await desk.journal._keeper.execute_fetchall("DELETE FROM checkin WHERE sequence < 3")
        await desk.up._send_batch(SendBatch(0, 2))
        assert desk.said == []
        await desk.up._send_batch(SendBatch(0, 3))
        (batch,) = desk.said
        assert isinstance(batch, CheckIns)
        assert [row.sequence for row in batch.rows] == [3]

    with_desk(tmp_path, 2, work)


def test_while_a_journal_is_to_be_renewed_no_ack_of_it_counts(tmp_path: Path) -> None:
    async def work(desk: Desk) -> None:
        desk.passed(9)
        desk.hear_ack(99, 9)
        desk.hear_ack(99, 9)
        assert desk.log.all("journal_rolled_back") == [{"last": 1, "hub_has": 99}]
        assert (desk.log.all("acked"), desk.log.all("dropped")) == ([], [])
        assert len(desk.own) == 1

    with_desk(tmp_path, 1, work)


def test_what_was_acked_of_a_journal_says_nothing_of_the_one_that_follows(tmp_path: Path) -> None:
    async def work(desk: Desk) -> None:
        desk.hear_ack(1, 9)
        desk.passed(8)
        await desk.journal.renew()
        await desk.up.follow_journal()
        desk.passed(9)
        assert len(desk.own) == 1
        desk.up.connected(0.0)
        desk.hear_ack(1, 9)
        assert len(desk.own) == 0

    with_desk(tmp_path, 1, work)
