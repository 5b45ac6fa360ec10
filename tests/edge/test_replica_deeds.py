"""A page that is being applied when the link ends: waited for, and nothing more begun."""

import asyncio

import pytest

from contract.facts import Position
from edge.core import sync_events as sync
from edge.core.own_uses import OwnUses
from edge.hub_link import replica_deeds
from edge.hub_link.replica_deeds import ReplicaDeeds
from tests.edge.fakes import FakeLog


class SlowReplica:
    """Implements as much of ports.ReplicaWriter as applying needs."""

    def __init__(self) -> None:
        self.may_go_on = asyncio.Event()
        self.begun: list[int] = []
        self.applied: list[int] = []

    def position(self) -> Position | None:
        return None

    async def apply(self, _: object, upto: int) -> int:
        self.begun.append(upto)
        await self.may_go_on.wait()
        self.applied.append(upto)
        return 0


async def at_work(replica: SlowReplica) -> tuple[ReplicaDeeds, asyncio.Task[None]]:
    deeds = ReplicaDeeds("everyone", replica, None, OwnUses(), FakeLog())  # type: ignore[arg-type]

    async def work() -> None:
        while True:
            if await deeds.next_done() is not None:
                deeds.ask(sync.Apply([], 9))

    working = asyncio.create_task(work())
    for upto in (1, 2):
        deeds.ask(sync.Apply([], upto))
    while not replica.begun:
        await asyncio.sleep(0)
    return deeds, working


def test_the_page_under_way_is_waited_for_and_no_other_is_begun() -> None:
    async def work() -> None:
        replica = SlowReplica()
        deeds, working = await at_work(replica)
        finishing = asyncio.create_task(deeds.finish())
        await asyncio.sleep(0)
        replica.may_go_on.set()
        await finishing
        working.cancel()
        assert replica.begun == replica.applied == [1]
        await deeds.finish()

    asyncio.run(work())


def test_one_that_takes_too_long_is_not(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(replica_deeds, "FINISH_S", 0.0)

    async def work() -> None:
        replica = SlowReplica()
        deeds, working = await at_work(replica)
        await deeds.finish()
        working.cancel()
        assert (replica.begun, replica.applied) == ([1], [])

    asyncio.run(work())
