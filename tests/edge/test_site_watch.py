"""A site in edge.toml that the replica does not have is told once, with a fake replica."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from contract.plan_rows import schedule_change, site_change
from edge import site_watch
from edge.site_watch import SiteWatch
from tests.edge.fakes import FakeLog
from tests.edge.test_door_hours import CLUB, DAYTIME, FakeHours


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(site_watch, "_LOOK_EVERY_S", 0.0)


def watched(site: str | None, work: Callable[[FakeHours], Awaitable[None]]) -> list[object]:
    """The sites that were told of while `work` went on."""
    replica, log = FakeHours(), FakeLog()

    async def run() -> None:
        keeping = asyncio.create_task(SiteWatch(site, replica, log).keep())
        await looks()
        await work(replica)
        keeping.cancel()

    asyncio.run(run())
    return [line["site"] for line in log.all("site_unknown")]


async def looks() -> None:
    for _ in range(10):
        await asyncio.sleep(0)


async def nothing(replica: FakeHours) -> None:
    """Nothing happens."""


def test_a_site_that_is_there_or_not_configured_is_not_told() -> None:
    assert watched("clubhouse", nothing) == []
    assert watched(None, nothing) == []


def test_a_site_that_is_missing_is_told_each_time_it_turns_out_to_be() -> None:
    async def work(replica: FakeHours) -> None:
        hours = schedule_change("daytime", DAYTIME)
        replica.change(hours)
        await looks()
        replica.change(hours, site_change("club", CLUB))
        await looks()
        replica.change(hours)
        await looks()

    assert watched("club", nothing) == ["club"]
    assert watched("club", work) == ["club", "club"]


def test_without_a_whole_replica_nothing_is_told() -> None:
    async def work(replica: FakeHours) -> None:
        replica.at, replica.broken = None, True
        await looks()

    assert watched("clubhouse", work) == []


def test_a_replica_that_cannot_be_read_is_looked_at_again() -> None:
    async def work(replica: FakeHours) -> None:
        replica.broken = True
        replica.change()
        await looks()
        replica.broken = False
        replica.change()
        await looks()

    assert watched("clubhouse", work) == ["clubhouse"]
