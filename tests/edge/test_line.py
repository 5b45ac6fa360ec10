"""The line to the hub while the link behind it is made anew."""

import asyncio
from collections.abc import Awaitable, Callable

from msgspec.structs import replace

from contract.configuration import Broker
from contract.messages import CheckIn, Confirmed
from contract.orders import Answered, Reported, Telemetry
from edge.core.configuration_events import Reach
from edge.core.contact import Contact
from edge.line import Line
from tests.edge.fake_link import FakeLink
from tests.edge.fakes import FakeClock
from tests.edge.journal_runs import checkin

HERE = Reach("everyone", Broker("here", 1883))
THERE = Reach("everyone", Broker("there", 1883))
REPORTED = Reported(
    start=0, n=0, at_us=0, epoch=1, generation=2, mode_epoch=0, mode_generation=0, command_epoch=0, command=0
)
ANSWERED = Answered(epoch=1, number=1, at_us=0)
CONFIRMED = Confirmed(nonce=b"N" * 16, id=b"I" * 16, outcome="granted", reason="granted")
TELEMETRY = Telemetry(start=0, n=0, at_us=0, uptime_s=1, queue=0, latency_ms=[0] * 11, counters={})


def on_line(work: Callable[[Line, list[FakeLink], Contact], Awaitable[None]]) -> None:
    links: list[FakeLink] = []
    contact, clock = Contact(), FakeClock()

    def make(reach: Reach) -> FakeLink:
        links.append(FakeLink(reach))
        links[-1].confirmations.answer = CONFIRMED
        return links[-1]

    asyncio.run(work(Line(make, contact, clock), links, contact))  # type: ignore[arg-type]


def test_what_is_said_without_a_link_waits_where_it_is_of_orders() -> None:
    async def work(line: Line, links: list[FakeLink], _: Contact) -> None:
        line.journaled()
        line.answer(ANSWERED)
        line.say_telemetry(TELEMETRY)
        line.resync()
        line.report(REPORTED)
        await line.follow_journal()
        assert await line.confirm(_checkin(), 1.0) is None
        await line.follow(HERE)
        assert links[0].done == ["start", REPORTED, ANSWERED, "journaled"]
        await line.follow(THERE)
        assert links[1].done == ["start", REPORTED, ANSWERED, "journaled"]

    on_line(work)


def test_another_way_to_the_hub_is_another_link() -> None:
    async def work(line: Line, links: list[FakeLink], contact: Contact) -> None:
        await line.follow(HERE)
        await line.follow(HERE)
        assert [link.reach for link in links] == [HERE]
        contact.connected()
        contact.answered(100.0)
        assert contact.in_contact(100.0)
        await line.follow(THERE)
        assert [link.reach for link in links] == [HERE, THERE]
        assert links[0].done == ["start", "journaled", "stop"]
        assert not contact.in_contact(100.0)
        assert line.begun_s == 100.0

    on_line(work)


def test_all_that_is_said_goes_to_the_link_of_now() -> None:
    async def work(line: Line, links: list[FakeLink], _: Contact) -> None:
        await line.follow(HERE)
        await line.follow(THERE)
        links[1].done.clear()
        line.journaled()
        line.report(REPORTED)
        line.answer(ANSWERED)
        line.say_telemetry(TELEMETRY)
        line.resync()
        await line.follow_journal()
        await line.stop()
        assert links[1].done == ["journaled", REPORTED, ANSWERED, TELEMETRY, "resync", "follow_journal", "stop"]

    on_line(work)


def test_a_question_is_the_link_of_nows() -> None:
    async def work(line: Line, links: list[FakeLink], _: Contact) -> None:
        await line.follow(HERE)
        asked = _checkin()
        assert await line.confirm(asked, 0.5) == replace(CONFIRMED, id=asked.id)
        assert links[0].confirmations.asked == [(asked, 0.5)]

    on_line(work)


def _checkin() -> CheckIn:
    return checkin(1)
