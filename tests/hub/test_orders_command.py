"""`doorward-hub config`, `mode` and `order`, as processes: what they say, and their exit codes."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from contract.ask import Posture
from contract.configuration_schema import json_schema
from contract.orders import Answered, Refused
from hub.fleet.models import Edge
from hub.orders import queries
from hub.orders.command_operations import note_answered
from hub.orders.models import CommandOrder, Configuration
from hub.orders.report_operations import note_reported
from tests.hub.conftest import Database
from tests.hub.ordered import OTHER, TOML, house, standing
from tests.hub.scans import AT

_SOON_S = 60.0
Done = subprocess.CompletedProcess[str]


@pytest.fixture
def edge(sqlite_database: Database) -> Edge:
    return house()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "edge.toml"
    path.write_text(TOML)
    return path


class Hub:
    """`doorward-hub` on the test's database; `meanwhile` is done by an edge while it waits."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def __call__(self, *arguments: str, meanwhile: Callable[[], bool] | None = None) -> Done:
        process = subprocess.Popen(
            [sys.executable, "-m", "hub", *arguments],
            env=os.environ | self._database.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        ends_at_s = time.monotonic() + _SOON_S
        while meanwhile is not None and not meanwhile():
            assert process.poll() is None and time.monotonic() < ends_at_s, process.communicate()
            time.sleep(0.02)
        out, err = process.communicate(timeout=_SOON_S)
        return Done(process.args, process.returncode, out, err)


@pytest.fixture
def hub(sqlite_database: Database) -> Hub:
    return Hub(sqlite_database)


def stands() -> bool:
    newest = Configuration.objects.first()
    if newest is None:
        return False
    note_reported("east", standing(newest.generation, newest), AT)
    return True


def refuses() -> bool:
    newest = Configuration.objects.first()
    if newest is None or newest.generation < 2:
        return False
    why = Refused(epoch=newest.epoch, generation=2, step="self_test", field="readers[0].device", why="gone")
    stood = Configuration.objects.get(generation=1)
    note_reported("east", standing(9, stood, refused=why), AT)
    return True


def test_push_show_diff_and_rollback(edge: Edge, hub: Hub, file: Path) -> None:
    pushed = hub("config", "push", "east", str(file), meanwhile=stands)
    assert (pushed.returncode, pushed.stdout) == (0, "east: generation 1 stands at the edge.\n")
    shown = hub("config", "show", "east")
    assert TOML.strip() in shown.stdout
    assert hub("config", "diff", "east").stdout == "east: no difference.\n"
    file.write_text(OTHER)
    difference = hub("config", "diff", "east", str(file))
    assert difference.returncode == 1
    assert "-pulse_seconds = 4.5\n+pulse_seconds = 6\n" in difference.stdout
    refused = hub("config", "push", "east", str(file), meanwhile=refuses)
    assert refused.returncode == 1
    assert "generation 2 was refused: readers[0].device: gone" in refused.stderr
    reported = hub("config", "show", "east", "--reported")
    assert "generation 1 stands" in reported.stdout
    assert "pulse_seconds = 4.5" in reported.stdout
    back = hub("config", "rollback", "east", "--no-wait")
    assert (back.returncode, back.stdout) == (0, "east: generation 3 is on its way.\n")


def test_what_is_not_heard_of_and_what_cannot_be(edge: Edge, hub: Hub, file: Path) -> None:
    silent = hub("config", "push", "east", str(file), "--wait", "0")
    assert silent.returncode == 1
    assert "generation 1 was not heard of by the edge yet" in silent.stderr
    again = hub("config", "push", "east", str(file), "--no-wait")
    assert (again.returncode, again.stdout.splitlines()[0]) == (0, "east is to have this already.")
    file.write_text(TOML.replace('"front-door"', '"front-dor"'))
    for arguments, words in [
        (("config", "push", "east", str(file)), "did you mean “front-door”?"),
        (("config", "push", "eats", str(file)), "did you mean east?"),
        (("config", "push", "east", str(file) + ".no"), "cannot be read"),
        (("config", "show", "west"), "there is no edge"),
        (("config", "rollback", "east"), "no other configuration has stood"),
        (("config", "fetch"), "invalid choice"),
        (("mode", "lockdown"), "say where"),
        (("mode", "lockdown", "--reader", "door"), "write EDGE/READER"),
        (("mode", "clear", "--everything"), "no mode is set at all"),
        (("order", "unlock", "east", "bar"), "only doors open"),
    ]:
        done = hub(*arguments)
        assert done.returncode == 2, arguments
        assert words in done.stderr
    assert Configuration.objects.count() == 1


def test_modes(edge: Edge, hub: Hub, file: Path) -> None:
    hub("config", "push", "east", str(file), "--no-wait")
    assert hub("mode", "lockdown", "--site", "house").stdout == "site house is in lockdown\n"
    hub("mode", "unlocked", "--reader", "east/door")
    assert hub("mode", "show").stdout.splitlines()[1].startswith("east/door is held open since 2")
    edge.refresh_from_db()
    assert queries.modes_for(edge).edge is Posture.LOCKDOWN
    hub("mode", "clear", "--site", "house")
    assert hub("mode", "clear", "--reader", "east/door").stdout == "Nothing is set by hand.\n"


@pytest.mark.parametrize(
    ("why", "told"),
    [(None, (0, "the door was opened once")), ("lockdown", (1, "not done: the door is in lockdown"))],
)
def test_an_order_waits_for_its_answer(
    edge: Edge, hub: Hub, file: Path, why: str | None, told: tuple[int, str]
) -> None:
    def answers() -> bool:
        order = CommandOrder.objects.first()
        if order is not None:
            note_answered("east", Answered(epoch=order.epoch, number=order.number, at_us=0, why=why), AT)
        return order is not None

    hub("config", "push", "east", str(file), "--no-wait")
    done = hub("order", "unlock", "east", "door", meanwhile=answers)
    assert done.returncode == told[0]
    assert told[1] in done.stdout + done.stderr


def test_the_schema(hub: Hub) -> None:
    assert json.loads(hub("config", "schema").stdout) == json_schema()
