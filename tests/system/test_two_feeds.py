"""Two counters whose edges follow different feeds: everybody's, and one that holds less. Real processes all."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from contract.feed import Kind, moved_digest, row_digest
from contract.plan_rows import plan_of
from tests.system.club import rows_of, wait_until
from tests.system.counters import Counters

FEED = "partners"
GLASS = "weekly-glass"


@pytest.fixture
def counters(tmp_path: Path) -> Iterator[Counters]:
    """The bar follows everybody's feed, the terrace one without names, of nobody yet."""
    opened = Counters(tmp_path, GLASS, 3, terrace_feed=FEED)
    yield opened
    opened.close()


def replica_rows(counters: Counters) -> list[tuple[int, bytes, bytes, bytes]]:
    """What the terrace's disk holds."""
    folder = counters.hub.folder / counters.terrace.name
    newest = max(folder.glob("replica.*.db"), key=lambda path: int(path.name.split(".")[1]))
    return rows_of(newest, "SELECT kind, key, ref, body FROM feed_row")


def digest_at_hub(counters: Counters) -> bytes:
    [(digest,)] = counters.hub.rows(f"SELECT digest FROM feed_feed WHERE name = '{FEED}'")
    return bytes(digest)


def assert_exact(counters: Counters) -> None:
    def exact() -> bool:
        digests = [row_digest(*row) for row in replica_rows(counters)]
        return moved_digest(0, (), digests) == int.from_bytes(digest_at_hub(counters), "big")

    wait_until(exact, "the terrace's rows to be those of its feed")


def test_an_edge_holds_no_more_than_its_feed_and_decides_the_same(counters: Counters) -> None:
    first, second, stranger = counters.seeded["members"]
    assert counters.terrace.scan(first)["reason"] == "unknown_card"

    counters.hub.hub("feed", "assign", FEED, "--holders", "customer:Member 0", "customer:Member 1")
    counters.until("granted", first, counters.terrace)
    counters.until("limit_reached", first, counters.bar)
    assert counters.bar.scan(second)["reason"] == "granted"
    counters.until("limit_reached", second, counters.terrace)
    assert counters.terrace.scan(stranger)["reason"] == "unknown_card"

    assert_exact(counters)
    rows = replica_rows(counters)
    assert not any(b"Member" in body for *_, body in rows)
    assert sum(kind == Kind.CARD for kind, *_ in rows) == 2
    plans = [plan_of(key, body) for kind, key, _, body in rows if kind == Kind.PLAN]
    assert {grant.permission for plan in plans for grant in plan.grants} == {GLASS, "undo"}

    counters.hub.hub("feed", "unassign", FEED, "--holders", "customer:Member 0")
    counters.until("unknown_card", first, counters.terrace)
    assert counters.bar.scan(first)["reason"] == "limit_reached"
    assert_exact(counters)
