"""A whole replica on a disk that takes nothing decides, and goes on where it was when the disk does again."""

from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from contract.facts import Position
from contract.feed import Row
from edge.storage.replica import Replica, ReplicaError
from tests.edge.feed_samples import cards, digest_of
from tests.edge.replica_runs import CARD, FEED, club_rows, fill, run
from tests.edge.small_disks import SmallDisk, small_disk

Deed = Callable[[SmallDisk], None]
WAYS: dict[str, tuple[Deed, Deed]] = {
    "full": (SmallDisk.fill, SmallDisk.empty),
    "read-only": (lambda disk: disk.read_only(True), lambda disk: disk.read_only(False)),
}


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[SmallDisk]:
    with small_disk(tmp_path / "disk") as made:
        yield made
        made.read_only(False)


@pytest.mark.parametrize("way", WAYS)
def test_it_decides_meanwhile_and_follows_again_then(disk: SmallDisk, way: str) -> None:
    rows = club_rows()
    head = rows[-1].sequence
    news = [Row(head + 1, 1, b"k" * 32, b"C" + bytes(8), b"\xa0")]

    async def before(replica: Replica) -> None:
        assert await fill(replica, rows)

    async def meanwhile(replica: Replica) -> None:
        assert replica.position() == Position(FEED, 1, head)
        assert replica.digest() == digest_of(rows)
        found = await replica.look_up(CARD)
        assert found is not None
        assert found.rows
        for attempt in (replica.apply(news, head + 1), replica.start_fresh(FEED, 2, 1)):
            with pytest.raises(ReplicaError):
                await attempt
        assert await replica.look_up(CARD) == found
        WAYS[way][1](disk)
        assert await replica.apply(news, head + 1) == digest_of([*rows, *news])
        assert replica.position() == Position(FEED, 1, head + 1)
        assert await replica.is_exact()
        assert await replica.look_up(CARD) is not None

    async def after(replica: Replica) -> None:
        assert replica.position() == Position(FEED, 1, head + 1)

    run(disk.path, before)
    WAYS[way][0](disk)
    run(disk.path, meanwhile)
    run(disk.path, after)


def spoil_header(path: Path) -> None:
    path.write_bytes(b"x" * 16 + path.read_bytes()[16:])


def spoil_schema(path: Path) -> None:
    raw = path.read_bytes()
    path.write_bytes(raw[:100] + b"\xff" * 3_900 + raw[4_000:])


def spoil_rows(path: Path) -> None:
    raw = path.read_bytes()
    path.write_bytes(raw[:4_096] + bytes(each ^ 0x55 for each in raw[4_096:]))


@pytest.mark.parametrize("spoil", [spoil_header, spoil_schema, spoil_rows])
def test_a_damaged_one_that_cannot_be_moved_is_none_until_the_disk_takes_another(
    disk: SmallDisk, spoil: Callable[[Path], None]
) -> None:
    async def before(replica: Replica) -> None:
        assert await fill(replica, club_rows())

    async def meanwhile(replica: Replica) -> None:
        assert (replica.position(), await replica.look_up(CARD), await replica.hours_rows()) == (None, None, [])
        assert await replica.is_exact()
        disk.read_only(False)
        assert await fill(replica, club_rows(), epoch=2)
        assert await replica.look_up(CARD) is not None

    async def after(replica: Replica) -> None:
        assert replica.position() == Position(FEED, 2, 10)

    run(disk.path, before)
    spoil(disk.path / "replica.1.db")
    disk.read_only(True)
    run(disk.path, meanwhile)
    run(disk.path, after)
    assert [path.name for path in disk.path.iterdir()] == ["replica.2.db"]


def test_damage_that_shows_as_a_card_is_looked_up_there_ends_in_not_ready(disk: SmallDisk) -> None:
    async def before(replica: Replica) -> None:
        assert await fill(replica, [*club_rows(), *cards(2_000, first=11)])

    async def meanwhile(replica: Replica) -> None:
        assert replica.position() is not None
        await look_at_all(replica)
        assert (replica.position(), await replica.look_up(CARD)) == (None, None)

    run(disk.path, before)
    path = disk.path / "replica.1.db"
    raw = path.read_bytes()
    path.write_bytes(raw[:20_000] + b"\xa5" * (len(raw) - 20_000))
    disk.read_only(True)
    run(disk.path, meanwhile)


async def look_at_all(replica: Replica) -> None:
    for number in range(11, 2_011):
        with suppress(ReplicaError):
            await replica.look_up(number.to_bytes(32, "big"))


def test_a_replica_that_is_not_whole_decides_nothing_there_either(disk: SmallDisk) -> None:
    async def before(replica: Replica) -> None:
        await replica.start_fresh(FEED, 1, 5)
        await replica.load(club_rows()[:1], 1)

    async def meanwhile(replica: Replica) -> None:
        assert (replica.position(), await replica.look_up(CARD)) == (None, None)

    run(disk.path, before)
    disk.read_only(True)
    run(disk.path, meanwhile)
