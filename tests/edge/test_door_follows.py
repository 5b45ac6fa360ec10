"""A door and a watch that get another setting while they run."""

import asyncio

from contract.ask import Posture
from contract.plan_rows import schedule_change, site_change
from edge.core.door_posture import DoorSetting
from edge.site_watch import SiteWatch
from tests.edge.fakes import FakeLog
from tests.edge.link_runs import until
from tests.edge.test_door_hours import AFTER, ALWAYS, BY_HOURS, CLUB, DAYTIME, DURING, FakeHours, World, in_world

OTHER_HOURS = DoorSetting(Posture.SECURE, schedule="always", site="clubhouse")
BY_HAND = DoorSetting(Posture.SECURE)


def test_other_hours_are_read_before_they_hold() -> None:
    async def work(world: World) -> None:
        world.replica.change(
            site_change("clubhouse", CLUB), schedule_change("daytime", DAYTIME), schedule_change("always", ALWAYS)
        )
        await until(lambda: world.signals.held)
        await world.door.follow(lambda: OTHER_HOURS)
        assert world.signals.held
        world.clock.at = AFTER
        assert world.door.posture() is Posture.UNLOCKED
        await world.door.follow(lambda: BY_HOURS)
        assert not world.signals.held
        assert world.log.all("hours_not_followed") == []

    in_world(work, at=DURING)


def test_hours_come_and_go() -> None:
    async def work(world: World) -> None:
        reads = world.replica.reads
        await world.door.follow(lambda: BY_HAND)
        assert world.door.posture() is Posture.SECURE
        await world.looks()
        await world.door.follow(lambda: BY_HOURS)
        assert world.signals.held
        assert world.replica.reads > reads
        world.clock.at = AFTER
        await until(lambda: not world.signals.held)

    in_world(work, BY_HAND)


def test_hours_that_cannot_be_read_leave_the_door_as_it_is() -> None:
    async def work(world: World) -> None:
        world.replica.broken = True
        await world.door.follow(lambda: OTHER_HOURS)
        assert not world.signals.held
        assert world.log.all("replica_unreadable") != []

    in_world(work, BY_HAND)


def test_a_mode_holds_and_ends_at_once() -> None:
    async def work(world: World) -> None:
        world.door.set_mode(Posture.UNLOCKED)
        assert world.signals.held
        world.door.set_mode(Posture.LOCKDOWN)
        assert not world.signals.held
        world.door.set_mode(None)
        assert world.postures() == [("unlocked", "mode"), ("lockdown", "mode"), ("secure", "configured")]

    in_world(work, BY_HAND)


def test_a_watch_follows_another_site() -> None:
    async def run() -> None:
        replica, log = FakeHours(), FakeLog()
        watch = SiteWatch(None, replica, log)
        keeping = asyncio.create_task(watch.keep())
        await asyncio.sleep(0)
        assert replica.reads == 0
        watch.follow("attic")
        watch.follow("attic")
        await watch._look("attic", replica.position())  # type: ignore[arg-type]
        assert [line["site"] for line in log.all("site_unknown")] == ["attic"]
        watch.follow("clubhouse")
        await watch._look("clubhouse", replica.position())  # type: ignore[arg-type]
        assert len(log.all("site_unknown")) == 1
        keeping.cancel()

    asyncio.run(run())
