"""Configurations pushed to a real edge on real terminals and a real broker, while people scan."""

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from contract.card import new_code
from contract.messages import CheckIn
from contract.orders import Reported
from tests.brokers import Broker
from tests.edge.edge_process import EdgeProcess, write_configuration
from tests.edge.fakes import Scanner
from tests.edge.ordering_hub import EPOCH, OrderingHub

SOON = ("--unreachable-seconds", "3")


@pytest.fixture
def hub(mosquitto: Broker) -> Iterator[OrderingHub]:
    hub = OrderingHub(mosquitto.port)
    hub.wait()
    yield hub
    hub.stop()


@pytest.fixture
def edge(tmp_path: Path, mosquitto: Broker, hub: OrderingHub) -> Iterator[EdgeProcess]:
    edge = EdgeProcess(tmp_path, mosquitto.port, SOON)
    try:
        edge.wait_for("started")
        edge.wait_for("connected")
        yield edge
    finally:
        edge.close()


def pushed(folder: Path, port: int, **changes: str) -> str:
    """The text of the edge's own configuration, with changes, for a push."""
    other = folder / "pushed"
    other.mkdir(exist_ok=True)
    text = write_configuration(other, **{"port = 1\n": f"port = {port}\n"}, **changes).read_text()
    return text.replace(str(other), str(folder))


def wait_stands(hub: OrderingHub, generation: int) -> Reported:
    return hub.wait_reported(lambda each: (each.epoch, each.generation, each.trying) == (EPOCH, generation, False))


def wait_refused(hub: OrderingHub, generation: int) -> Reported:
    return hub.wait_reported(lambda each: each.refused is not None and each.refused.generation == generation)


def scan(edge: EdgeProcess, code: bytes, count: int) -> dict[str, object]:
    edge.door.type(code + b"\r")
    return edge.wait_for("scan", count=count)


def test_rules_and_outputs_change_while_people_scan_and_no_scan_is_lost(
    tmp_path: Path, mosquitto: Broker, hub: OrderingHub, edge: EdgeProcess
) -> None:
    scans = 150

    def people() -> None:
        for number in range(scans):
            edge.door.type(new_code(number.to_bytes(10, "big")).encode() + b"\r")
            edge.wait_for("scan", lambda event: event["reader"] == "door", count=max(1, number - 3))

    scanning = threading.Thread(target=people)
    scanning.start()
    permissions = ["side-door", "back-door", "loft", "roof"]
    for generation, permission in enumerate(permissions, 1):
        changes = {
            '"front-door"': f'"{permission}"\npulse_seconds = {generation}',
            "relay_pin = 17": f"relay_pin = {17 + generation}\ngranted_lamp_pin = {4 + generation}",
        }
        hub.push(generation, pushed(tmp_path, mosquitto.port, **changes))
        wait_stands(hub, generation)
    scanning.join()
    edge.wait_for("scan", count=scans)
    assert edge.stop() == (0, "")
    checkins = edge.journal()
    assert len(checkins) == scans
    order = [["front-door", *permissions].index(each.permission) for each in checkins]
    assert order == sorted(order)
    assert len(set(order)) > 1
    assert [event for event in edge.events if event["event"] in ("reader_lost", "dropped", "failed")] == []
    assert len([event for event in edge.events if event["event"] == "reader_open"]) == 2


def test_readers_come_move_and_go(tmp_path: Path, mosquitto: Broker, hub: OrderingHub, edge: EdgeProcess) -> None:
    other = Scanner(tmp_path / "other")
    other.plug_in()
    text = pushed(tmp_path, mosquitto.port)
    hub.push(1, text.replace(str(tmp_path / "counter"), str(tmp_path / "other")))
    wait_stands(hub, 1)
    other.type(b"ONE\r")
    assert edge.wait_for("scan")["reader"] == "counter"
    only_door = text[: text.rindex("[[readers]]")]
    # The counter's lamp becomes the door's: freed before it is claimed.
    hub.push(2, text.replace('glass-of-wine"', 'glass-of-wine"\ngranted_lamp_pin = 5'))
    wait_stands(hub, 2)
    swapped = text.replace("relay_pin = 17", "relay_pin = 5").replace(
        'glass-of-wine"', 'glass-of-wine"\ngranted_lamp_pin = 17'
    )
    hub.push(3, swapped)
    wait_stands(hub, 3)
    hub.push(4, only_door)
    wait_stands(hub, 4)
    scan(edge, b"TWO", 2)
    hub.push(5, text)
    wait_stands(hub, 5)
    edge.counter.type(b"THREE\r")
    assert edge.wait_for("scan", count=3)["reader"] == "counter"
    assert edge.stop() == (0, "")
    assert len([each for each in edge.events if each["event"] == "reader_open" and each["reader"] == "door"]) == 1
    other.close()


def test_what_cannot_be_is_refused_by_its_field_and_not_tried_again(
    tmp_path: Path, mosquitto: Broker, hub: OrderingHub, edge: EdgeProcess
) -> None:
    text = pushed(tmp_path, mosquitto.port)
    broken = {
        1: (text.replace("relay_pin = 17", "relay_pin = 99"), "validate", 'readers[0] ("door").relay_pin'),
        2: (text.replace('"clubhouse"', '"pool"'), "validate", "edge"),
        3: (text.replace('"mock"', '"lgpio"'), "self_test", "hardware.pin_factory"),
        4: (text.replace(f'{tmp_path}/door"', '/dev/null/none"'), "self_test", 'readers[0] ("door").device'),
    }
    for generation, (wrong, step, field) in broken.items():
        hub.push(generation, wrong)
        reported = wait_refused(hub, generation)
        assert reported.refused is not None
        assert (reported.generation, reported.refused.step, reported.refused.field) == (0, step, field)
    scan(edge, b"ONE", 1)
    edge.process.kill()
    edge.ended()
    edge.close()
    again = EdgeProcess(tmp_path, mosquitto.port)
    try:
        again.wait_for("connected")
        again.wait_for("started")
        scan(again, b"TWO", 1)
        assert again.stop() == (0, "")
        assert [each for each in again.events if each["event"] == "configuration_refused"] == []
    finally:
        again.close()


def test_a_broker_that_cuts_the_edge_off_is_taken_back(
    tmp_path: Path, hub: OrderingHub, mosquitto: Broker, edge: EdgeProcess
) -> None:
    hub.push(1, pushed(tmp_path, mosquitto.port))
    wait_stands(hub, 1)
    hub.push(2, pushed(tmp_path, 1))
    edge.wait_for("configuration", lambda event: event["generation"] == 2)
    scan(edge, b"ONE", 1)
    refused = wait_refused(hub, 2).refused
    assert refused is not None
    assert (refused.step, "not reached within 3 s" in refused.why) == ("unreachable", True)
    scan(edge, b"TWO", 2)
    assert edge.stop() == (0, "")


def test_it_is_taken_back_though_the_edge_is_killed_meanwhile(
    tmp_path: Path, hub: OrderingHub, mosquitto: Broker, edge: EdgeProcess
) -> None:
    hub.push(1, pushed(tmp_path, 1))
    edge.wait_for("configuration", lambda event: event["trying"])
    edge.process.kill()
    edge.ended()
    edge.close()
    again = EdgeProcess(tmp_path, mosquitto.port, SOON)
    try:
        again.wait_for("no_broker")
        assert wait_refused(hub, 1).generation == 0
        scan(again, b"ONE", 1)
        assert again.stop() == (0, "")
    finally:
        again.close()


def test_a_way_to_the_hub_that_works_stands(
    tmp_path: Path, hub: OrderingHub, mosquitto: Broker, edge: EdgeProcess
) -> None:
    hub.push(1, pushed(tmp_path, mosquitto.port).replace('"127.0.0.1"', '"localhost"'))
    wait_stands(hub, 1)
    scan(edge, b"ONE", 1)
    assert edge.stop() == (0, "")
    last = [each for each in edge.events if each["event"] == "configuration"][-1]
    assert (last["generation"], last["trying"]) == (1, False)


def test_an_edge_without_any_configuration_waits_for_one_and_keeps_it(
    tmp_path: Path, hub: OrderingHub, mosquitto: Broker
) -> None:
    for time in (1, 2):
        edge = EdgeProcess(tmp_path, mosquitto.port, configured=False)
        try:
            assert edge.wait_for("started")["readers"] == ([] if time == 1 else ["door", "counter"])
            if time == 1:
                edge.wait_for("connected")
                hub.push(1, pushed(tmp_path, mosquitto.port))
            wait_stands(hub, 1)
            scan(edge, b"CARD", 1)
            assert edge.stop() == (0, "")
            checkins: list[CheckIn] = edge.journal()
            assert len(checkins) == time
        finally:
            edge.close()
