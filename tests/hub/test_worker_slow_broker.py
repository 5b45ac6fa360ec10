"""A broker that takes in less than is said: answers are lost and asked for again, what nobody asks for waits."""

import io
import json
from collections.abc import Callable

import pytest
from django.db import OperationalError

from contract.ask import Posture
from contract.messages import Ack, Head, Page
from contract.orders import Command, CommandKind, Desired, Modes
from hub.fleet.models import Edge
from hub.orders import operations
from hub.orders.command_operations import give_command
from hub.orders.mode_operations import set_mode
from hub.orders.places import Place
from hub.sync import heads, orders
from hub.sync.outgoing import RESERVE
from hub.sync.worker import Worker
from tests.hub.ordered import TOML, another
from tests.hub.orders_desk import COMMAND, CONFIG, MODE, edge, turn, worker
from tests.hub.scans import AT, many_rows, pull
from tests.hub.worker_desk import ListeningBroker, checkins_message, pull_message

__all__ = ["edge", "worker"]  # fixtures
HEAD = "dw/1/feed/everyone/head"


def test_what_nobody_asks_for_waits_for_room(worker: Worker, broker: ListeningBroker) -> None:
    turn(worker)
    broker.sent.clear()
    broker.free = 0
    operations.push("east", TOML, AT, "owner")
    set_mode(Place(), Posture.LOCKDOWN, AT, "owner")
    give_command("east", CommandKind.IDENTIFY, None, AT, "owner")
    turn(worker)
    assert broker.sent == []
    broker.free = RESERVE
    turn(worker)
    assert len(broker.take(CONFIG, Desired)) == len(broker.take(MODE, Modes)) == 1
    assert len(broker.take(COMMAND, Command)) == 1
    turn(worker)
    assert broker.sent == []


def test_a_session_that_begins_without_room_is_greeted_later(worker: Worker, broker: ListeningBroker) -> None:
    turn(worker)
    broker.sent.clear()
    broker.session, broker.free = 2, 0
    turn(worker)
    assert broker.sent == []
    broker.free = RESERVE
    turn(worker)
    assert len(broker.take(HEAD, Head)) == 1


def test_answers_leave_room_for_what_nobody_asks_for(
    worker: Worker, broker: ListeningBroker, log_lines: io.StringIO
) -> None:
    asked = [checkins_message(many_rows(1), "east"), pull_message(pull(), "east")]
    broker.free = RESERVE
    worker.handle(asked)
    lines = [json.loads(line) for line in log_lines.getvalue().splitlines()]
    assert [line["why"] for line in lines if line["event"] == "dropped"] == ["broker_slow"]
    assert broker.take("dw/1/down/east/ack", Ack) == broker.take("dw/1/down/east/page", Page) == []
    broker.free = RESERVE + 1
    worker.handle(asked)
    assert len(broker.take("dw/1/down/east/ack", Ack)) == len(broker.take("dw/1/down/east/page", Page)) == 1


def test_a_large_fleet_hears_in_parts(
    worker: Worker, broker: ListeningBroker, edge: Edge, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(orders, "EDGES_AT_ONCE", 2)
    names = ["east", *(another(f"edge-{number}", edge.site).name for number in range(4))]
    turn(worker)
    set_mode(Place(), Posture.LOCKDOWN, AT, "owner")
    broker.sent.clear()
    counts, heard = [], []
    for _ in range(3):
        turn(worker)
        counts.append(len(broker.sent))
        heard += [each.topic for each in broker.sent]
        broker.sent.clear()
    assert counts == [2, 2, 1]
    assert sorted(heard) == sorted(f"dw/1/down/{name}/mode" for name in names)
    turn(worker)
    assert broker.sent == []


def test_many_commands_go_out_in_parts(
    worker: Worker, broker: ListeningBroker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(orders, "COMMANDS_AT_ONCE", 2)
    for _ in range(3):
        give_command("east", CommandKind.IDENTIFY, None, AT, "owner")
    numbers = []
    for _ in range(3):
        turn(worker)
        numbers.append([each.number for each in broker.take(COMMAND, Command)])
    assert numbers == [[1, 2], [3], []]


@pytest.mark.parametrize("moment", ["before", "after"])
def test_heads_that_the_database_failed_at_are_said_all_the_same(
    worker: Worker, broker: ListeningBroker, monkeypatch: pytest.MonkeyPatch, moment: str
) -> None:
    whole, failures = heads.feed_states, [OperationalError("gone")]

    def feed_states() -> list[heads.FeedState]:
        if moment == "before" and failures:
            raise failures.pop()
        states = whole()
        return states if not failures else _Breaking(states, failures.pop)  # type: ignore[return-value]

    turn(worker)
    broker.sent.clear()
    broker.session = 2
    monkeypatch.setattr(heads, "feed_states", feed_states)
    with pytest.raises(OperationalError):
        worker.tell_heads()
    worker.tell_heads()
    assert len(broker.take(HEAD, Head)) == 1


class _Breaking(list[heads.FeedState]):
    """As of a second feed whose rows cannot be read any more."""

    def __init__(self, states: list[heads.FeedState], failure: Callable[[], Exception]) -> None:
        super().__init__(states)
        self._failure = failure

    def __iter__(self):  # type: ignore[no-untyped-def]
        yield from super().__iter__()
        raise self._failure()
