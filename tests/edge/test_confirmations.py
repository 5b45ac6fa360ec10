"""Asking the hub to confirm, over a real mosquitto: whatever comes back, only the right answer counts."""

import asyncio
from collections.abc import Callable, Iterator

import pytest
from msgspec.structs import replace

from contract.messages import Confirm, Confirmed, encode
from edge.core.sync_events import Dropped
from edge.hub_link.confirmations import Confirmations
from tests.brokers import Broker
from tests.edge.confirming_hub import ConfirmingHub, granted
from tests.edge.journal_runs import checkin
from tests.edge.link_runs import Edge, WithEdge, hub, until, with_edge
from tests.edge.mqtt_hub import MqttHub

__all__ = ["hub", "with_edge"]  # fixtures

LONG_S, SHORT_S = 60.0, 0.1
DRINK = checkin(1)


@pytest.fixture
def confirming(mosquitto: Broker) -> Iterator[ConfirmingHub]:
    hub = ConfirmingHub(mosquitto.port)
    yield hub
    hub.stop()


def whys(edge: Edge) -> list[object]:
    return [line["text"] for line in edge.log.all("dropped") if line["what"] == "confirmed"]


def test_the_hub_is_asked_and_its_answer_comes_back(
    hub: MqttHub, confirming: ConfirmingHub, with_edge: WithEdge
) -> None:
    async def work(edge: Edge) -> None:
        await edge.is_like(hub)
        first = await edge.link.confirmations.confirm(DRINK, LONG_S)
        second = await edge.link.confirmations.confirm(DRINK, LONG_S)
        assert [ask.checkin for ask in confirming.asked] == [DRINK, DRINK]
        assert confirming.asked[0].nonce != confirming.asked[1].nonce
        assert [first, second] == [granted(ask) for ask in confirming.asked]
        assert whys(edge) == []

    with_edge(work)


def test_two_readers_each_get_their_own_answer(
    hub: MqttHub, confirming: ConfirmingHub, with_edge: WithEdge
) -> None:
    waiting: list[Confirm] = []

    def in_reverse(ask: Confirm) -> list[Confirmed | bytes]:
        waiting.append(ask)
        return [granted(each) for each in reversed(waiting)] if len(waiting) == 2 else []

    confirming.answers = in_reverse

    async def work(edge: Edge) -> None:
        await edge.is_like(hub)
        both = await asyncio.gather(
            *(edge.link.confirmations.confirm(checkin(number), LONG_S) for number in (1, 2))
        )
        assert [each and each.id for each in both] == [checkin(1).id, checkin(2).id]

    with_edge(work)


def test_a_denial_is_an_answer(hub: MqttHub, confirming: ConfirmingHub, with_edge: WithEdge) -> None:
    confirming.answers = lambda ask: [
        Confirmed(ask.nonce, ask.checkin.id, "denied", "limit_reached", 0, 1_000_000)
    ]

    async def work(edge: Edge) -> None:
        await edge.is_like(hub)
        answer = await edge.link.confirmations.confirm(DRINK, LONG_S)
        assert answer is not None
        assert (answer.outcome, answer.reason, answer.next_available_us) == ("denied", "limit_reached", 1_000_000)

    with_edge(work)


def test_without_a_broker_nothing_is_waited_for_or_sent(
    hub: MqttHub, mosquitto: Broker, with_edge: WithEdge
) -> None:
    async def work(edge: Edge) -> None:
        await edge.is_like(hub)
        mosquitto.kill()
        await until(lambda: edge.log.all("disconnected"))
        assert await edge.link.confirmations.confirm(DRINK, LONG_S) is None
        mosquitto.start()
        confirming = ConfirmingHub(mosquitto.port)
        await until(lambda: len(edge.log.all("connected")) == 2)
        assert await edge.link.confirmations.confirm(checkin(2), LONG_S) is not None
        assert [ask.checkin.id for ask in confirming.asked] == [checkin(2).id]
        confirming.stop()

    with_edge(work)


def test_a_broker_that_goes_away_ends_the_wait(
    hub: MqttHub, confirming: ConfirmingHub, mosquitto: Broker, with_edge: WithEdge
) -> None:
    confirming.answers = lambda _: []

    async def work(edge: Edge) -> None:
        await edge.is_like(hub)
        asking = asyncio.create_task(edge.link.confirmations.confirm(DRINK, 10 * LONG_S))
        await until(lambda: confirming.asked)
        mosquitto.kill()
        assert await asking is None

    with_edge(work)


def test_a_late_answer_changes_nothing(hub: MqttHub, confirming: ConfirmingHub, with_edge: WithEdge) -> None:
    confirming.answers = lambda _: []

    async def work(edge: Edge) -> None:
        await edge.is_like(hub)
        assert await edge.link.confirmations.confirm(DRINK, SHORT_S) is None
        await until(lambda: confirming.asked)
        confirming.say(granted(confirming.asked[0]))
        await until(lambda: whys(edge))
        assert whys(edge) == ["late, repeated or never asked for"]

    with_edge(work)


OTHER = checkin(2)
NOT_THE_ANSWER: dict[str, Callable[[Confirm], Confirmed | bytes]] = {
    "another question's": lambda ask: replace(granted(ask), nonce=b"?" * 16),
    "about another check-in": lambda ask: replace(granted(ask), id=OTHER.id),
    "an outcome nobody knows": lambda ask: replace(granted(ask), outcome="perhaps"),
    "not a message": lambda _: b"\xff\x00",
    "another message": encode,
    "cut short": lambda ask: encode(granted(ask))[:-3],
}


@pytest.mark.parametrize("wrong", NOT_THE_ANSWER.values(), ids=NOT_THE_ANSWER)
def test_what_is_no_answer_is_dropped_and_the_right_one_still_taken(
    hub: MqttHub, confirming: ConfirmingHub, with_edge: WithEdge, wrong: Callable[[Confirm], Confirmed | bytes]
) -> None:
    confirming.answers = lambda ask: [wrong(ask), granted(ask)]

    async def work(edge: Edge) -> None:
        await edge.is_like(hub)
        assert await edge.link.confirmations.confirm(DRINK, LONG_S) == granted(confirming.asked[0])
        assert len(whys(edge)) == 1

    with_edge(work)


def test_a_repeated_answer_is_dropped(hub: MqttHub, confirming: ConfirmingHub, with_edge: WithEdge) -> None:
    confirming.answers = lambda ask: [granted(ask), replace(granted(ask), outcome="denied")]

    async def work(edge: Edge) -> None:
        await edge.is_like(hub)
        assert await edge.link.confirmations.confirm(DRINK, LONG_S) == granted(confirming.asked[0])
        await until(lambda: whys(edge))
        assert whys(edge) == ["late, repeated or never asked for"]

    with_edge(work)


def test_of_two_answers_at_once_the_first_counts() -> None:
    async def work() -> None:
        asked: list[Confirm] = []
        dropped: list[Dropped] = []
        confirmations = Confirmations(asked.append, lambda: True, lambda: b"N" * 16, dropped.append)
        asking = asyncio.create_task(confirmations.confirm(DRINK, LONG_S))
        await until(lambda: asked)
        confirmations.hear(granted(asked[0]))
        confirmations.hear(replace(granted(asked[0]), outcome="denied"))
        confirmations.disconnected()
        assert await asking == granted(asked[0])
        assert [each.text for each in dropped] == ["late, repeated or never asked for"]

    asyncio.run(work())


def test_who_gives_up_waiting_leaves_no_question_open(
    hub: MqttHub, confirming: ConfirmingHub, with_edge: WithEdge
) -> None:
    confirming.answers = lambda _: []

    async def work(edge: Edge) -> None:
        await edge.is_like(hub)
        asking = asyncio.create_task(edge.link.confirmations.confirm(DRINK, LONG_S))
        await until(lambda: confirming.asked)
        asking.cancel()
        await asyncio.gather(asking, return_exceptions=True)
        confirming.say(granted(confirming.asked[0]))
        await until(lambda: whys(edge))

    with_edge(work)
