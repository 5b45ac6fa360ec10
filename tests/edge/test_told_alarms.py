"""Alarms of doors as the hub is told of them: at once, after an outage too, and those that are over by then."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest

from contract.instants import to_us
from contract.messages import decode, encode
from contract.orders import ENDED_MAX, DoorAlarm, DoorReport, EndedAlarm, Telemetry
from edge.core.ended_alarms import EndedAlarms
from edge.ports import MachineState
from edge.telemetry import CountedLog, TelemetryReport
from tests.edge.fakes import NOON, FakeClock, FakeTrust
from tests.edge.link_runs import until
from tests.edge.test_telemetry import AckedJournal

US = 1_000_000


def door(*alarms: str, name: str = "front", since_us: int = 0) -> DoorReport:
    said = [DoorAlarm(alarm=alarm, since_us=since_us) for alarm in alarms]
    return DoorReport(name=name, state="locked", since_us=0, alarms=said)


def over(alarm: str, since_us: int, until_us: int) -> EndedAlarm:
    return EndedAlarm(alarm=alarm, since_us=since_us, until_us=until_us)


def test_an_alarm_that_is_over_is_known_with_its_beginning_and_end() -> None:
    ended = EndedAlarms()
    ended.look([door("forced_open", "tamper", since_us=1), door("held_open", name="back", since_us=2)], 5)
    ended.look([door("tamper", since_us=1), door("held_open", name="back", since_us=2)], 9)
    front, back, other = ended.told_of([door("tamper"), door(name="back"), door(name="other")])
    assert front.ended == [over("forced_open", 1, 9)]
    assert (back.ended, other.ended) == ([], [])


def test_only_the_last_few_are_kept_and_the_last_one_is_last() -> None:
    ended = EndedAlarms()
    for number in range(ENDED_MAX + 2):
        ended.look([door("tamper", since_us=number)], number)
        ended.look([door()], number)
    [told] = ended.told_of([door()])
    assert [each.since_us for each in told.ended] == [2, 3, 4, 5]


class Told:
    """A report that tells each hour if nothing happens, and who hears it."""

    def __init__(self) -> None:
        self.doors: list[DoorReport] = [door()]
        self.clock = FakeClock()
        self.said: list[Telemetry] = []
        self.is_heard = True
        log, trust = CountedLog(lambda event, /, **fields: None), FakeTrust(self.clock)
        self.report = TelemetryReport(
            log, AckedJournal(), lambda: [], MachineState, trust, self.clock, lambda: self.doors
        )

    def say(self, telemetry: Telemetry) -> None:
        if self.is_heard:
            self.said.append(decode(encode(telemetry), Telemetry))

    def change(self, *doors: DoorReport) -> None:
        self.doors = list(doors)
        self.report.doors_changed()

    def alarms(self) -> list[str]:
        return [each.alarm for told in self.said[-1].doors for each in told.alarms]

    def tell(self, work: Callable[["Told"], Awaitable[None]]) -> None:
        async def run() -> None:
            saying = asyncio.create_task(self.report.keep_saying(self.say))
            await until(lambda: self.said)
            await work(self)
            saying.cancel()

        asyncio.run(run())


@pytest.fixture(autouse=True)
def hourly(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("edge.telemetry.FIRST_AFTER_S", 0.0)
    monkeypatch.setattr("edge.telemetry.AT_ONCE_EVERY_S", 0.0)
    monkeypatch.setattr("edge.telemetry.SAY_EVERY_S", 3_600.0)


def test_what_happened_in_an_outage_is_told_as_soon_as_it_is_over() -> None:
    async def work(told: Told) -> None:
        told.is_heard = False
        told.change(door("forced_open", since_us=to_us(NOON)))
        told.clock.at += timedelta(seconds=40)
        told.change(door(), door("tamper", name="back"))
        await asyncio.sleep(0.05)
        told.is_heard, count = True, len(told.said)
        told.report.tell_at_once()
        await until(lambda: len(told.said) > count)
        assert told.alarms() == ["tamper"]
        assert told.said[-1].doors[0].ended == [over("forced_open", to_us(NOON), to_us(NOON) + 40 * US)]

    Told().tell(work)


def test_an_alarm_that_comes_as_figures_leave_is_told_next() -> None:
    told = Told()

    def say(telemetry: Telemetry) -> None:
        told.say(telemetry)
        if len(told.said) == 1:
            told.change(door("forced_open"))

    async def run() -> None:
        saying = asyncio.create_task(told.report.keep_saying(say))
        await until(lambda: len(told.said) > 1)
        saying.cancel()

    asyncio.run(run())
    assert told.alarms() == ["forced_open"]
