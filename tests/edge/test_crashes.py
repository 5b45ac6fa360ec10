"""An edge that is killed (SIGKILL) at any point of its way with the feed is exact in the end, and counts once.

The points, each before and after what is done there:

  begin    the file of a fresh replica is made           apply    a page or live rows, one transaction
  load     a page into it; also while it is written      own      own uses that the replica holds leave
  finish   index, digest, durable, complete; also amid   marks    how far the replica came is kept
  prove    the other process has said that it is exact   journal  a check-in is on disk
  open     this process opens what is complete           ack      the hub's ack is noted
  swap     the fresh one decides from now on
  old      the old file is deleted

Some are passed as a new edge loads its feed (first), all of them as it follows, and then loads the feed of a newer
epoch beside the replica that decides (then). The process that does the bulk work is killed by itself as well.
"""

import asyncio
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from contract.facts import Card
from contract.rows import card_change
from tests.brokers import Broker
from tests.edge.crashing_edge import CHECKINS, POINTS
from tests.edge.feed_samples import Club
from tests.edge.link_runs import CARD, edge_at, hub, until
from tests.edge.mqtt_hub import MqttHub

__all__ = ["hub"]  # a fixture

LOADING = ("begin", "load", "finish", "prove", "open", "swap")
FIRST = [f"first: {when} {what}" for what in LOADING for when in ("before", "after")]
THEN = [f"then: {when} {what}" for what in POINTS for when in ("before", "after")]
AT_WORK = [f"{phase}: asked {what}" for phase in ("first", "then") for what in ("Begin", "Load", "Finish")]
CHILD = [f"{phase}: child {what}" for phase in ("first", "then") for what in ("Begin", "Load", "Finish")]
_CARDS = 2_500


@pytest.fixture
def filled(hub: MqttHub) -> MqttHub:
    with hub.lock:
        hub.change(*Club(7, CARD).changes(), live=False)
        hub.change(*(card_change(bytes([1, *divmod(n, 250)]) * 8, Card(n)) for n in range(_CARDS)), live=False)
    return hub


@pytest.mark.parametrize("point", [*FIRST, *THEN, *AT_WORK])
def test_an_edge_that_is_killed_is_exact_after_its_next_start(
    filled: MqttHub, mosquitto: Broker, tmp_path: Path, point: str
) -> None:
    with crashing(tmp_path, mosquitto, point) as process:
        drive(filled, process)
        assert process.wait(60) == -signal.SIGKILL
    asyncio.run(follows(filled, mosquitto, tmp_path))


@pytest.mark.parametrize("point", CHILD)
def test_an_edge_goes_on_without_the_process_that_loads(
    filled: MqttHub, mosquitto: Broker, tmp_path: Path, point: str
) -> None:
    with crashing(tmp_path, mosquitto, point) as process:
        said = drive(filled, process)
        assert any(word.startswith("failed") for word in said)
        assert said[-1] == "anew"
        process.kill()
        process.wait(60)
    asyncio.run(follows(filled, mosquitto, tmp_path))


def crashing(folder: Path, mosquitto: Broker, point: str) -> "subprocess.Popen[str]":
    command = [sys.executable, "-m", "tests.edge.crashing_edge", str(folder / "edge"), str(mosquitto.port), point]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


def drive(hub: MqttHub, process: "subprocess.Popen[str]") -> list[str]:
    """What the edge says until it ends or has loaded the newer epoch: changes come, then that epoch."""
    said: list[str] = []
    assert process.stdout is not None
    for line in process.stdout:
        said.append(line.strip())
        if said[-1] == "checked in":
            hub.change(card_change(b"later" * 6, Card(9)))
            hub.restore(hub.model)
        if said[-1] == "anew":
            break
    return said


async def follows(hub: MqttHub, mosquitto: Broker, folder: Path) -> None:
    """After the next start all is there: rows, check-ins, and own uses once."""
    leftover = folder / "edge" / "replica"
    async with edge_at(folder / "edge", mosquitto.port) as edge:
        last = await edge.journal.last_sequence()
        await until(lambda: len(hub.model.ids) == last)
        await edge.is_like(hub)
        await edge.check_in(last + 1)
        await until(lambda: len(hub.model.ids) == last + 1)
        await edge.is_like(hub)
        await until(lambda: len(edge.own) == 0)
        assert [sequence for _, sequence, _ in hub.model.taken] == list(range(1, last + 2))
        assert edge.replica.set_aside is None
        assert await edge.replica.is_exact()
        assert len(list(leftover.glob("*.db"))) == 1
    assert last <= CHECKINS
