"""A journal on a real file, opened and closed for a test, and check-ins to keep in it."""

import asyncio
import itertools
from collections.abc import Awaitable, Callable
from pathlib import Path

from contract.messages import CheckIn
from edge.storage.journal import SqliteJournal

FEED = "everyone"


def checkin(number: int, counted: bool = False) -> CheckIn:
    return CheckIn(
        id=number.to_bytes(16, "big"),
        at_us=1_900_000_000_000_000 + number,
        reader="counter",
        outcome="granted",
        reason="granted",
        permission="glass-of-wine",
        mode="redeem",
        counted=counted,
        code_hash=b"h" * 32,
        code_length=20,
        code_classes="upper",
        customer=7 if counted else None,
        membership=3 if counted else None,
    )


def ids() -> Callable[[], bytes]:
    counter = itertools.count(1)
    return lambda: next(counter).to_bytes(16, "big")


def run(
    path: Path, work: Callable[[SqliteJournal], Awaitable[None]], new_id: Callable[[], bytes] | None = None
) -> None:
    async def opened() -> None:
        journal = await SqliteJournal.open(path, new_id or ids())
        try:
            await work(journal)
        finally:
            await journal.close()

    asyncio.run(opened())
