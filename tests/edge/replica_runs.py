"""A replica on real files, opened, filled and closed for a test."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

from contract.feed import Row
from edge.storage.replica import Replica
from edge.storage.replica_file import count_on_disk
from tests.edge.feed_samples import Club, digest_of, numbered

FEED = "everyone"
CARD = b"\x07" * 32


async def fill(replica: Replica, rows: list[Row], epoch: int = 1, page: int = 1_000) -> bool:
    head = rows[-1].sequence if rows else 0
    await replica.start_fresh(FEED, epoch, head)
    for begin in range(0, len(rows), page):
        some = rows[begin : begin + page]
        await replica.load(some, some[-1].sequence)
    return await replica.finish_fresh(digest_of(rows))


async def digest_on_disk(replica: Replica) -> int:
    """The whole replica's, recounted from its rows; 0 while there is none."""
    if replica._whole is None:
        return 0
    _, counted = await asyncio.to_thread(count_on_disk, replica._whole.path, lambda: True)
    return counted


def run(folder: Path, work: Callable[[Replica], Awaitable[None]]) -> None:
    async def opened() -> None:
        replica = await Replica.open(folder)
        try:
            await work(replica)
        finally:
            await replica.close()

    asyncio.run(opened())


def club_rows() -> list[Row]:
    return numbered(Club(7, CARD).changes())
