"""Do decisions feel it less when a feed is loaded by a thread or by a niced process? F2's question by itself.

One process with an event loop does at a door's pace what a scan needs of the disk: the look-up in a whole replica
and the commit of a check-in. Beside it another replica is loaded from pages of the wire, decoding included, either
by this process's threads or by a process of its own at nice 19. No broker, hub or tty: only who loads differs.

`python -m bench.scan_while_filling --cards 200000` prints the table.
"""

import argparse
import asyncio
import gc
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator
from itertools import islice
from pathlib import Path

from bench.large_club import fill_replica, rows_of
from bench.population import ORGANIZATION_KEY, code_of
from bench.report import Table, spread
from contract.card import lookup_hash
from contract.feed import digest_bytes, moved_digest, row_digest
from contract.messages import Page, decode, encode
from edge.app import SWITCH_INTERVAL_S
from edge.storage.journal import SqliteJournal
from edge.storage.replica import Replica
from tests.edge.journal_runs import checkin

PACE_S = 0.005
_PAGE_ROWS = 1_000
_LENGTH_BYTES = 4
_NONCE = bytes(16)
_IDLE_S = 5.0


def measure(folder: Path, cards: int, say: Callable[[str], None]) -> Table:
    sys.setswitchinterval(SWITCH_INTERVAL_S)
    pages = _write_pages(folder / "pages", cards)
    (folder / "edge").mkdir()
    asyncio.run(fill_replica(folder, cards))
    gc.collect()
    table = Table(
        "F2: deciding while a feed is loaded, by whom",
        "p99 under 10 ms, max under 50 ms; no less than half of the rows/s without scans",
        ("", "p50", "p99", "max", "rows/s"),
    )
    ways: dict[str, Callable[[Path], Awaitable[None]]] = {
        "nobody loads": lambda _: asyncio.sleep(_IDLE_S),
        "in a thread": lambda into: _load(folder / "pages", into),
        "in a niced process": lambda into: _load_niced(folder / "pages", into),
    }
    for number, (name, load) in enumerate(ways.items()):
        scans_ms, took_s = asyncio.run(_scan_beside(folder, cards, lambda: load(folder / f"fresh-{number}")))  # noqa: B023
        rate = "-" if number == 0 else f"{pages / took_s:,.0f}"
        table.rows.append((name, *spread(scans_ms), rate))
        say(f"F2: {table.rows[-1]}")
    began_s = time.monotonic()
    asyncio.run(_load(folder / "pages", folder / "alone"))
    table.remarks = [
        f"{cards:,} cards; a scan every {PACE_S * 1_000:.0f} ms: look-up and commit, without tty and relay.",
        "The page's decoding is part of the loading. The goal is held against the last row.",
    ]
    table.rows.append(("loading alone", "-", "-", "-", f"{pages / (time.monotonic() - began_s):,.0f}"))
    return table


async def _scan_beside(folder: Path, cards: int, load: Callable[[], Awaitable[None]]) -> tuple[list[float], float]:
    """Milliseconds of each scan while `load` goes on, and the seconds that it took."""
    replica = await Replica.open(folder / "edge")
    journal = await SqliteJournal.open(folder / "edge" / "journal.db", lambda: os.urandom(16))
    loading = asyncio.create_task(_timed(load()))
    scans_ms, number = [], 0
    while not loading.done():
        began_s = time.monotonic()
        number = number % cards + 1
        await replica.look_up(lookup_hash(ORGANIZATION_KEY, code_of(number * 7_919 % cards + 1)))
        await journal.append(checkin(number))
        scans_ms.append((time.monotonic() - began_s) * 1_000)
        await asyncio.sleep(max(0.0, began_s + PACE_S - time.monotonic()))
    await journal.close()
    await replica.close()
    return scans_ms, await loading


async def _timed(work: Awaitable[None]) -> float:
    began_s = time.monotonic()
    await work
    return time.monotonic() - began_s


async def _load(pages: Path, into: Path) -> None:
    """As the hub link does, but all of it in this process: decoded in a thread, applied in another."""
    replica = await Replica.open(into, large=sys.maxsize)
    begun = False
    reading = _payloads(pages)
    while (payload := await asyncio.to_thread(next, reading, None)) is not None:
        page = await asyncio.to_thread(decode, payload, Page)
        if not begun:
            begun = True
            await replica.start_fresh(page.feed, page.epoch, page.head)
        await replica.load(page.rows, page.upto)
        if page.digest is not None:
            assert await replica.finish_fresh(int.from_bytes(page.digest, "big"))
    await replica.close()


async def _load_niced(pages: Path, into: Path) -> None:
    command = [sys.executable, "-m", "bench.scan_while_filling", "--load", str(pages), str(into)]
    process = await asyncio.create_subprocess_exec("nice", "-n", "19", *command)
    if await process.wait():
        raise subprocess.CalledProcessError(process.returncode or 1, command)


def _write_pages(path: Path, cards: int) -> int:
    """The feed as pages of the wire, each with its length before it; how many rows."""
    rows = rows_of(cards)
    remaining, digest, after = iter(rows), 0, 0
    with path.open("wb") as file:
        while some := list(islice(remaining, _PAGE_ROWS)):
            digests = [row_digest(row.kind, row.key, row.ref, row.body or b"") for row in some]
            digest = moved_digest(digest, (), digests)
            upto, head = some[-1].sequence, rows[-1].sequence
            proof = digest_bytes(digest) if upto == head else None
            payload = encode(Page("everyone", 1, after, upto, head, _NONCE, some, proof))
            file.write(len(payload).to_bytes(_LENGTH_BYTES, "big") + payload)
            after = upto
    return len(rows)


def _payloads(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while length := file.read(_LENGTH_BYTES):
            yield file.read(int.from_bytes(length, "big"))


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.scan_while_filling", description=__doc__)
    parser.add_argument("--cards", type=int, default=1_000_000)
    parser.add_argument("--load", nargs=2, type=Path, metavar=("PAGES", "INTO"))
    arguments = parser.parse_args()
    if arguments.load:
        asyncio.run(_load(*arguments.load))
        return
    with tempfile.TemporaryDirectory(dir=Path(__file__).resolve().parent.parent, prefix=".bench-") as folder:
        print(measure(Path(folder), arguments.cards, print).markdown())


if __name__ == "__main__":
    main()
