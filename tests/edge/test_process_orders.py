"""Modes and commands at a real edge: at once, over a power cut, once each, and never an old one again."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from contract.ask import Posture
from contract.orders import CommandKind, Modes, ReaderMode
from contract.topics import DOWN_COMMAND, DOWN_MODE, down
from tests.brokers import Broker
from tests.edge.edge_process import EdgeProcess
from tests.edge.mqtt_hub import EDGE
from tests.edge.ordering_hub import EPOCH, OrderingHub
from tests.edge.test_door_hours_process import believe_the_clock
from tests.edge.test_process_configuration import hub, scan

__all__ = ["hub"]  # a fixture

LAMPS = {"relay_pin = 17": "relay_pin = 17\ngranted_lamp_pin = 22\ndenied_lamp_pin = 27"}


def lockdown(generation: int, of: str | None = None) -> Modes:
    readers = [] if of is None else [ReaderMode(reader=of, posture=Posture.LOCKDOWN)]
    everything = Posture.LOCKDOWN if of is None else None
    return Modes(epoch=EPOCH, generation=generation, edge=everything, readers=readers)


@pytest.fixture
def edge(tmp_path: Path, mosquitto: Broker, hub: OrderingHub) -> Iterator[EdgeProcess]:
    believe_the_clock(tmp_path / "state")
    edge = EdgeProcess(tmp_path, mosquitto.port, **LAMPS)
    try:
        edge.wait_for("started")
        edge.wait_for("connected")
        yield edge
    finally:
        edge.close()


def test_a_lockdown_holds_at_once_and_over_a_power_cut_without_a_network(
    tmp_path: Path, mosquitto: Broker, hub: OrderingHub, edge: EdgeProcess
) -> None:
    hub.set_modes(lockdown(1))
    for reader in ("door", "counter"):
        posture = edge.wait_for("posture", lambda event, reader=reader: event["reader"] == reader)  # type: ignore[misc]
        assert (posture["to"], posture["why"]) == ("lockdown", "mode")
    hub.wait_reported(lambda each: (each.mode_epoch, each.mode_generation) == (EPOCH, 1))
    edge.process.kill()
    edge.ended()
    edge.close()
    mosquitto.kill()
    again = EdgeProcess(tmp_path, mosquitto.port)
    try:
        again.wait_for("posture", lambda event: event["to"] == "lockdown" and event["reader"] == "door")
        again.wait_for("started")
        scan(again, b"CARD", 1)
        assert again.stop() == (0, "")
        assert again.journal()[-1].circumstances.posture is Posture.LOCKDOWN
    finally:
        again.close()
        mosquitto.start()


def test_modes_rise_and_an_old_one_said_again_changes_nothing(hub: OrderingHub, edge: EdgeProcess) -> None:
    hub.set_modes(lockdown(1, "door"))
    edge.wait_for("posture", lambda event: event["to"] == "lockdown")
    unlocked = Modes(epoch=EPOCH, generation=2, edge=Posture.UNLOCKED)
    hub.set_modes(unlocked)
    edge.wait_for("posture", lambda event: event["to"] == "unlocked" and event["reader"] == "door")
    hub.say(down(EDGE, DOWN_MODE), lockdown(1, "door"))
    assert edge.wait_for("dropped")["what"] == "modes"
    assert scan(edge, b"ANYBODY", 1)["reason"] == "unlocked"
    hub.set_modes(Modes(epoch=EPOCH, generation=3))
    edge.wait_for("posture", lambda event: (event["to"], event["why"]) == ("secure", "configured"))
    assert edge.stop() == (0, "")
    assert [each for each in edge.events if each["event"] == "posture" and each["reader"] == "counter"] == []


def test_damaged_orders_are_told_and_the_lockdown_of_their_copy_holds(
    tmp_path: Path, mosquitto: Broker, hub: OrderingHub, edge: EdgeProcess
) -> None:
    for generation in (1, 2):
        hub.set_modes(lockdown(generation))
        hub.wait_reported(lambda each, n=generation: each.mode_generation == n)  # type: ignore[misc]
    assert edge.stop() == (0, "")
    edge.close()
    path = tmp_path / "state" / "orders.json"
    path.write_bytes(path.read_bytes()[:-20])
    mosquitto.kill()
    again = EdgeProcess(tmp_path, mosquitto.port)
    try:
        assert again.wait_for("damaged")["set_aside"] == "damaged-orders.json"
        assert again.wait_for("modes")["generation"] == 2
        again.wait_for("posture", lambda event: event["to"] == "lockdown")
        assert again.stop() == (0, "")
    finally:
        again.close()
        mosquitto.start()


def test_each_command_is_done_once_and_answered(hub: OrderingHub, edge: EdgeProcess) -> None:
    edge.wait_for("clock", lambda event: event["to"] != "unknown")
    unlock = hub.command(1, CommandKind.UNLOCK_ONCE, "door")
    assert hub.wait_answered(1).why is None
    hub.command(2, CommandKind.IDENTIFY)
    assert hub.wait_answered(2).why is None
    hub.command(3, CommandKind.UNLOCK_ONCE, "counter")
    assert hub.wait_answered(3).why == "no_door"
    hub.command(4, CommandKind.IDENTIFY, "counter")
    assert hub.wait_answered(4).why == "no_lamp"
    hub.command(5, CommandKind.UNLOCK_ONCE, "attic")
    assert hub.wait_answered(5).why == "unknown_reader"
    hub.command(6, CommandKind.IDENTIFY, life_s=-1)
    assert hub.wait_answered(6).why == "expired"
    hub.say(down(EDGE, DOWN_COMMAND), unlock)
    assert edge.wait_for("dropped")["what"] == "command"
    hub.set_modes(lockdown(1, "door"))
    edge.wait_for("posture")
    hub.command(7, CommandKind.UNLOCK_ONCE)
    assert hub.wait_answered(7).why == "lockdown"
    pulls = len(hub.pulls)
    hub.command(8, CommandKind.RESYNC)
    assert hub.wait_answered(8).why is None
    edge.wait_for("replica", count=2)
    assert len(hub.pulls) > pulls
    hub.wait_reported(lambda each: (each.command_epoch, each.command) == (EPOCH, 8))
    assert edge.stop() == (0, "")
    assert edge.journal() == []
    done = [event["number"] for event in edge.events if event["event"] == "command" and event["why"] is None]
    assert done == [1, 2, 8]


def test_a_number_that_was_heard_is_stale_after_a_power_cut_too(
    tmp_path: Path, mosquitto: Broker, hub: OrderingHub, edge: EdgeProcess
) -> None:
    command = hub.command(4, CommandKind.IDENTIFY, "door", life_s=1_000)
    assert hub.wait_answered(4).why is None
    edge.process.kill()
    edge.ended()
    edge.close()
    again = EdgeProcess(tmp_path, mosquitto.port, **LAMPS)
    try:
        again.wait_for("connected")
        hub.say(down(EDGE, DOWN_COMMAND), command)
        assert again.wait_for("dropped")["what"] == "command"
        hub.command(5, CommandKind.IDENTIFY, "door")
        assert hub.wait_answered(5).why is None
    finally:
        again.close()


def test_a_clock_that_nobody_believes_unlocks_nothing(tmp_path: Path, mosquitto: Broker, hub: OrderingHub) -> None:
    edge = EdgeProcess(tmp_path, mosquitto.port, **LAMPS)
    try:
        edge.wait_for("connected")
        hub.command(1, CommandKind.UNLOCK_ONCE, "door")
        assert hub.wait_answered(1).why == "clock_unknown"
        hub.command(2, CommandKind.IDENTIFY, "door")
        assert hub.wait_answered(2).why is None
    finally:
        edge.close()
