"""The real edge on a disk that is full or read-only: it starts, doors decide, and losses are told in the end."""

import asyncio
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from contract.card import qr_text
from contract.messages import Lost, decode_journaled
from edge.storage.journal import SqliteJournal
from tests.edge.edge_process import EdgeProcess
from tests.edge.small_disks import SmallDisk, small_disk
from tests.edge.test_process_offline import MEMBER, URL, fill
from tests.enrolled import enrolled_state

Deed = Callable[[SmallDisk], None]
SCAN = qr_text(URL, MEMBER).encode() + b"\r"
WAYS: dict[str, tuple[Deed, Deed]] = {
    "disk_full": (SmallDisk.fill, SmallDisk.empty),
    "read_only": (lambda disk: disk.read_only(True), lambda disk: disk.read_only(False)),
}


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[SmallDisk]:
    with small_disk(tmp_path / "state") as made:
        enrolled_state(tmp_path / "state")
        asyncio.run(fill(tmp_path / "state"))
        yield made


async def losses(path: Path) -> list[Lost]:
    journal = await SqliteJournal.open(path, lambda: bytes(16))
    rows = [decode_journaled(row.body) for row in await journal.rows_after(0, 1_000)]
    await journal.close()
    return [row for row in rows if isinstance(row, Lost)]


@pytest.mark.parametrize("why", WAYS)
def test_doors_decide_counters_do_not_redeem_and_it_heals(tmp_path: Path, disk: SmallDisk, why: str) -> None:
    begin, end = WAYS[why]
    begin(disk)
    edge = EdgeProcess(tmp_path)
    try:
        edge.wait_for("started")
        assert edge.wait_for("journal_fails")["why"] == why
        edge.door.type(SCAN)
        assert edge.wait_for("scan", lambda event: event["reader"] == "door")["outcome"] == "granted"
        edge.counter.type(SCAN)
        assert edge.wait_for("scan", lambda event: event["reader"] == "counter")["reason"] == "cannot_record"
        end(disk)
        edge.wait_for("journal_healed")
        assert edge.wait_for("lost_told")["count"] == 2
        assert edge.stop() == (0, "")
    finally:
        disk.read_only(False)
        edge.close()
    assert [(lost.count, lost.why) for lost in asyncio.run(losses(tmp_path / "state" / "journal.db"))] == [
        (2, why)
    ]
