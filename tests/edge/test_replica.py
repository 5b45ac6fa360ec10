"""The replica on real files: what a look-up gathers, pages, fresh replicas, all at once."""

import asyncio
import random
from pathlib import Path

import pytest

from contract.facts import Card, Position
from contract.feed import Row
from contract.gathering import facts_from_rows
from contract.rows import card_change, gone, link_change
from edge.ports import Found
from edge.storage.replica import Replica, ReplicaError
from tests.edge.feed_samples import cards, digest_of, numbered
from tests.edge.replica_runs import CARD, FEED, club_rows, digest_on_disk, fill, run


def test_a_new_folder_has_no_whole_replica(tmp_path: Path) -> None:
    async def work(replica: Replica) -> None:
        assert replica.position() is None
        assert replica.digest() == 0
        assert await replica.look_up(CARD) is None
        assert await replica.is_exact()
        assert await digest_on_disk(replica) == 0
        with pytest.raises(ReplicaError):
            await replica.apply([], 1)
        with pytest.raises(ReplicaError):
            await replica.load([], 1)

    run(tmp_path / "not" / "yet", work)


def test_a_folder_that_cannot_be_used_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ReplicaError, match="file"):
        asyncio.run(Replica.open(tmp_path / "file"))


def test_pages_change_add_and_remove(tmp_path: Path) -> None:
    async def work(replica: Replica) -> None:
        rows = club_rows()
        assert await fill(replica, rows)
        news = numbered([card_change(CARD, Card(7, revoked=True)), gone(link_change(7, 500_000_007))], 11)
        digest = await replica.apply(news, 12)
        left = [row for row in rows if row.key not in {each.key for each in news}]
        assert digest == digest_of([*left, news[0]]) == replica.digest() == await digest_on_disk(replica)
        found = await replica.look_up(CARD)
        assert found is not None
        assert found.position.sequence == 12
        facts = facts_from_rows(found.position, found.rows, None, bytes(32))
        assert facts.card == Card(7, revoked=True)
        assert {each.plan.name for each in facts.held} == {"Full"}

    run(tmp_path, work)


def test_of_two_rows_with_one_key_the_later_one_stays(tmp_path: Path) -> None:
    async def work(replica: Replica) -> None:
        assert await fill(replica, [])
        card = card_change(CARD, Card(1))
        rows = numbered([card, gone(card), card_change(CARD, Card(2)), card_change(b"x", Card(1)), gone(card)])
        assert await replica.apply(rows, 5) == digest_of([rows[3]]) == await digest_on_disk(replica)
        assert await replica.apply([rows[2]], 6) == digest_of([rows[2], rows[3]])

    run(tmp_path, work)


def test_rows_after_the_head_replace_what_was_loaded(tmp_path: Path) -> None:
    """While a feed is pulled it goes on: a card that came early comes once more at the end."""

    async def work(replica: Replica) -> None:
        rows = cards(30)
        await replica.start_fresh(FEED, 1, 30)
        await replica.load(rows[:20], 20)
        later = [
            *rows[20:],
            Row(31, rows[3].kind, rows[3].key, b"", b"changed"),
            Row(32, rows[4].kind, rows[4].key, b"", None),
        ]
        await replica.load(later, 32)
        again = [Row(33, rows[3].kind, rows[3].key, b"", b"changed again")]
        await replica.load(again, 33)
        live = [row for row in rows if row.key not in {rows[3].key, rows[4].key}] + again
        assert await replica.finish_fresh(digest_of(live))
        assert replica.position() == Position(FEED, 1, 33)
        assert await digest_on_disk(replica) == digest_of(live)

    run(tmp_path, work)


def test_removed_things_are_not_loaded(tmp_path: Path) -> None:
    async def work(replica: Replica) -> None:
        rows = [*cards(5), *numbered([gone(card_change(CARD, Card(1)))], 6)]
        assert await fill(replica, rows)
        assert await replica.look_up(CARD) == Found(Position(FEED, 1, 6), [])

    run(tmp_path, work)


def test_any_history_ends_in_what_the_hub_has(tmp_path: Path) -> None:
    async def work(replica: Replica) -> None:
        chance = random.Random(5)
        hub: dict[bytes, Row] = {}
        assert await fill(replica, [])
        sequence = 0
        for _ in range(200):
            rows = []
            for _ in range(chance.randrange(1, 6)):
                sequence += 1
                key = bytes([chance.randrange(30)])
                body = None if chance.random() < 0.3 else chance.randbytes(chance.randrange(40))
                rows.append(Row(sequence, 1 + chance.randrange(1), key, chance.randbytes(3), body))
            hub.update({row.key: row for row in rows})
            assert await replica.apply(rows, sequence) == digest_of(hub.values())
        assert await digest_on_disk(replica) == digest_of(hub.values())
        assert await replica.is_exact()

    run(tmp_path, work)


def test_a_whole_replica_is_there_again_after_a_stop(tmp_path: Path) -> None:
    async def first(replica: Replica) -> None:
        assert await fill(replica, club_rows())

    async def second(replica: Replica) -> None:
        assert replica.position() == Position(FEED, 1, 10)
        assert replica.digest() == digest_of(club_rows())
        found = await replica.look_up(CARD)
        assert found is not None
        assert len(found.rows) == 7

    run(tmp_path, first)
    run(tmp_path, second)
    assert [path.name for path in tmp_path.iterdir()] == ["replica.1.db"]


def test_the_old_replica_decides_until_the_fresh_one_is_whole(tmp_path: Path) -> None:
    async def work(replica: Replica) -> None:
        assert await fill(replica, cards(10), epoch=1)
        await replica.start_fresh(FEED, 2, 10)
        await replica.load(club_rows(), 10)
        assert replica.position() == Position(FEED, 1, 10)
        await replica.apply(cards(1, first=11), 11)
        assert await replica.finish_fresh(digest_of(club_rows()))
        assert replica.position() == Position(FEED, 2, 10)
        found = await replica.look_up(CARD)
        assert found is not None
        assert len(found.rows) == 7

    run(tmp_path, work)
    assert [path.name for path in tmp_path.iterdir()] == ["replica.2.db"]


def test_a_fresh_replica_with_another_digest_never_decides(tmp_path: Path) -> None:
    async def work(replica: Replica) -> None:
        assert await fill(replica, cards(10))
        await replica.start_fresh(FEED, 1, 10)
        await replica.load(club_rows(), 10)
        assert not await replica.finish_fresh(123)
        assert replica.position() == Position(FEED, 1, 10)
        assert await replica.look_up(CARD) == Found(Position(FEED, 1, 10), [])
        assert await fill(replica, club_rows(), epoch=2)

    run(tmp_path, work)


def test_two_rows_with_one_key_below_the_head_are_refused(tmp_path: Path) -> None:
    async def work(replica: Replica) -> None:
        card = card_change(CARD, Card(1))
        with pytest.raises(ReplicaError):
            await fill(replica, numbered([card, card]))
        assert replica.position() is None

    run(tmp_path, work)


def test_a_page_that_cannot_be_applied_leaves_everything_as_it_was(tmp_path: Path) -> None:
    async def work(replica: Replica) -> None:
        rows = cards(10)
        assert await fill(replica, rows)
        with pytest.raises(ReplicaError):
            await replica.apply([Row(3, 1, b"another key", b"", b"")], 11)
        assert replica.position() == Position(FEED, 1, 10)
        assert await digest_on_disk(replica) == digest_of(rows) == replica.digest()
        assert await replica.apply(cards(1, first=11), 11) == digest_of(cards(11))

    run(tmp_path, work)


def test_look_ups_go_on_while_pages_are_applied_and_replicas_swapped(tmp_path: Path) -> None:
    async def work(replica: Replica) -> None:
        assert await fill(replica, club_rows())
        positions: list[Position] = []

        async def look() -> None:
            while len(positions) < 100_000:
                found = await replica.look_up(CARD)
                assert found is not None
                assert len(found.rows) == 7
                positions.append(found.position)

        looking = asyncio.create_task(look())
        for epoch in (1, 2, 3):
            for first in range(11, 5_011, 1_000):
                await replica.apply(cards(1_000, first=first), first + 999)
            assert await fill(replica, club_rows(), epoch=epoch + 1)
        looking.cancel()
        order = [(each.epoch, each.sequence) for each in positions]
        assert order == sorted(order)
        assert len(set(order)) > 3

    run(tmp_path, work)


def test_when_apply_returns_earlier_look_ups_have_answered(tmp_path: Path) -> None:
    async def work(replica: Replica) -> None:
        assert await fill(replica, club_rows())
        answered: list[str] = []

        async def look() -> None:
            found = await replica.look_up(CARD)
            assert found is not None
            answered.append(f"seen {found.position.sequence}")

        looks = [asyncio.create_task(look()) for _ in range(50)]
        await replica.apply([], 11)
        answered.append("applied")
        await asyncio.gather(*looks)
        assert not [each for each in answered[answered.index("applied") :] if each == "seen 10"]

    run(tmp_path, work)
