"""Orders through the worker: said when they are given and again at each connection, and what edges answer."""

import io
import json
from datetime import timedelta

import pytest

from contract.ask import Posture
from contract.instants import to_us
from contract.orders import Answered, Command, CommandKind, Desired, Modes, Refused
from hub.fleet.models import Edge
from hub.orders import operations, queries
from hub.orders.command_operations import give_command
from hub.orders.mode_operations import set_mode
from hub.orders.models import CommandOrder, Configuration
from hub.orders.places import Place
from hub.orders.queries import Standing
from hub.sync.worker import Worker
from tests.hub.conftest import Database
from tests.hub.ordered import AHEAD, OTHER, TOML, another, reported, standing
from tests.hub.orders_desk import COMMAND, CONFIG, MODE, edge, turn, worker
from tests.hub.scans import AT
from tests.hub.seals import said
from tests.hub.worker_desk import ListeningBroker

__all__ = ["edge", "worker"]  # fixtures


def push(text: str = TOML) -> Configuration:
    return operations.push("east", text, AT, "owner").configuration


def lock_down(place: Place) -> None:
    set_mode(place, Posture.LOCKDOWN, AT, "owner")


def events(log_lines: io.StringIO) -> list[tuple[str, str | None]]:
    lines = map(json.loads, log_lines.getvalue().splitlines())
    return [(line["event"], line.get("why")) for line in lines if line["event"] != "signing_key"]


def test_a_push_is_said_once_and_stays_at_the_broker(worker: Worker, broker: ListeningBroker) -> None:
    first = push()
    turn(worker)
    [kept] = [each for each in broker.sent if each.topic == CONFIG]
    assert kept.retained
    wanted = Desired(epoch=first.epoch, generation=1, document=first.document)
    assert broker.take(CONFIG, Desired) == [wanted]
    turn(worker)
    assert broker.take(CONFIG, Desired) == []
    push(OTHER)
    turn(worker)
    assert [each.generation for each in broker.take(CONFIG, Desired)] == [2]
    assert broker.take(MODE, Modes) == []


def test_modes_are_said_to_whom_they_concern(worker: Worker, broker: ListeningBroker, edge: Edge) -> None:
    another("west", edge.site)
    lock_down(Place(edge="east"))
    turn(worker)
    [modes] = broker.take(MODE, Modes)
    assert (modes.generation, modes.edge) == (1, Posture.LOCKDOWN)
    lock_down(Place())
    turn(worker)
    assert broker.take(MODE, Modes) == []
    assert [each.edge for each in broker.take("dw/1/down/west/mode", Modes)] == [Posture.LOCKDOWN]


def test_all_that_stays_is_said_again_at_each_connection(worker: Worker, broker: ListeningBroker) -> None:
    push()
    lock_down(Place())
    for connected in (True, False, True):
        broker.is_connected = connected
        turn(worker)
        assert len(broker.take(CONFIG, Desired)) == len(broker.take(MODE, Modes)) == connected


def test_who_has_not_told_of_it_hears_again_within_a_minute(
    worker: Worker, broker: ListeningBroker, clock_s: list[float]
) -> None:
    first = push()
    lock_down(Place())
    turn(worker)
    broker.sent.clear()
    clock_s[0] = 61
    turn(worker)
    assert len(broker.take(CONFIG, Desired)) == len(broker.take(MODE, Modes)) == 1
    modes = {"mode_epoch": first.epoch, "mode_generation": 1, "mode_edge": Posture.LOCKDOWN}
    worker.handle([said("reported", standing(1, first, **modes), "east")])
    clock_s[0] = 130
    turn(worker)
    assert broker.take(CONFIG, Desired) == broker.take(MODE, Modes) == []


def test_an_edge_that_comes_into_a_lockdown_is_told(
    worker: Worker, broker: ListeningBroker, edge: Edge, clock_s: list[float]
) -> None:
    lock_down(Place(site="house"))
    turn(worker)
    another("west", edge.site)
    clock_s[0] = 61
    turn(worker)
    assert len(broker.take("dw/1/down/west/mode", Modes)) == 1


def test_a_command_goes_out_once(worker: Worker, broker: ListeningBroker, clock_s: list[float]) -> None:
    push()
    give_command("east", CommandKind.UNLOCK_ONCE, "door", AT, "owner")
    turn(worker)
    [sent] = [each for each in broker.sent if each.topic == COMMAND]
    assert not sent.retained
    [command] = broker.take(COMMAND, Command)
    assert (command.kind, command.reader, command.number) == (CommandKind.UNLOCK_ONCE, "door", 1)
    assert command.expires_us == to_us(AT + timedelta(seconds=10))
    broker.is_connected = False
    turn(worker)
    give_command("east", CommandKind.IDENTIFY, None, AT, "owner")
    clock_s[0] = 10
    broker.is_connected = True
    turn(worker)
    assert broker.take(COMMAND, Command) == []


def test_an_answer_counts_once(worker: Worker, log_lines: io.StringIO) -> None:
    push()
    order = give_command("east", CommandKind.UNLOCK_ONCE, "door", AT, "owner")
    answer = said("answered", Answered(epoch=order.epoch, number=1, at_us=0, why="lockdown"), "east")
    other = said("answered", Answered(epoch=order.epoch, number=1, at_us=1), "east")
    worker.handle([answer, answer, other])
    assert CommandOrder.objects.get().why == "lockdown"
    assert events(log_lines) == [("answered", "lockdown"), ("dropped", "stale")]


def test_an_answer_that_the_database_refuses_holds_nobody_up(
    worker: Worker, edge: Edge, log_lines: io.StringIO, database: Database
) -> None:
    if database.vendor != "postgresql":
        pytest.skip("SQLite keeps a NUL")
    orders = [give_command("east", CommandKind.IDENTIFY, None, AT, "owner") for _ in range(2)]
    whys = ["a\x00b", "failed"]
    worker.handle(
        [
            said("answered", Answered(epoch=order.epoch, number=order.number, at_us=0, why=why), "east")
            for order, why in zip(orders, whys, strict=True)
        ]
    )
    assert sorted(each.why for each in CommandOrder.objects.all()) == ["", "failed"]
    assert events(log_lines) == [("dropped", "database_refused"), ("answered", "failed")]


def test_what_edges_say_makes_no_worker_look_for_orders(worker: Worker, edge: Edge) -> None:
    first = push()
    order = give_command("east", CommandKind.IDENTIFY, None, AT, "owner")
    before = queries.changes()
    answered = Answered(epoch=order.epoch, number=1, at_us=0)
    worker.handle([said("reported", standing(1, first), "east"), said("answered", answered, "east")])
    assert queries.changes() == before
    worker.handle([said("reported", standing(2, first, generation=9), "east")])
    assert queries.changes() > before


def test_nothing_is_said_again_to_whom_nothing_reaches_or_who_refused(
    worker: Worker, broker: ListeningBroker, edge: Edge, clock_s: list[float]
) -> None:
    first = push()
    refused = Refused(epoch=first.epoch, generation=1, step="apply", why="no")
    worker.handle([said("reported", reported(1, refused=refused), "east")])
    for name, left_out in (("gone", {"revoked_at": AT}), ("never", {"signing_key": None})):
        another(name, edge.site)
        operations.push(name, TOML, AT, "owner")
        Edge.objects.filter(name=name).update(**left_out)
    assert queries.unheard() == []
    turn(worker)
    broker.sent.clear()
    clock_s[0] = 61
    turn(worker)
    assert [each.topic for each in broker.sent if "/config" in each.topic] == []


def test_what_edges_report_is_kept_and_only_rises(worker: Worker, edge: Edge, log_lines: io.StringIO) -> None:
    first = push()
    worker.handle([said("reported", standing(2, first), "east")])
    assert queries.state_of(edge).state is Standing.STANDS
    why = Refused(epoch=first.epoch, generation=1, step="apply", why="no")
    worker.handle([said("reported", reported(1, refused=why), "east")])
    assert queries.state_of(edge).state is Standing.STANDS
    assert events(log_lines) == [("dropped", "stale")]


def test_a_restored_hub_says_everything_in_a_new_epoch(
    worker: Worker, broker: ListeningBroker, log_lines: io.StringIO
) -> None:
    first = push()
    lock_down(Place())
    turn(worker)
    broker.sent.clear()
    worker.handle([said("reported", standing(1, first, generation=9), "east")])
    turn(worker)
    [desired], [modes] = broker.take(CONFIG, Desired), broker.take(MODE, Modes)
    assert desired.epoch == modes.epoch > first.epoch
    assert (desired.generation, modes.generation, modes.edge) == (1, 1, Posture.LOCKDOWN)
    assert events(log_lines) == [("orders_begun_anew", None)]


def test_lockdowns_that_it_had_forgotten_are_kept_and_told(
    worker: Worker, broker: ListeningBroker, log_lines: io.StringIO
) -> None:
    forgotten = reported(1, mode_epoch=AHEAD, mode_generation=3, mode_edge=Posture.LOCKDOWN)
    worker.handle([said("reported", forgotten, "east")])
    turn(worker)
    [modes] = broker.take(MODE, Modes)
    assert (modes.edge, modes.epoch > AHEAD) == (Posture.LOCKDOWN, True)
    [told] = [json.loads(line) for line in log_lines.getvalue().splitlines() if "lockdowns_kept" in line]
    assert (told["edge"], told["places"]) == ("east", "edge east")


def test_an_epoch_that_no_hub_can_have_begun_is_told_and_dropped(worker: Worker, log_lines: io.StringIO) -> None:
    push()
    worker.handle([said("reported", reported(1, epoch=2**53, generation=1), "east")])
    assert events(log_lines) == [("dropped", "epoch_too_high")]
