"""`doorward-hub config`, `mode` and `order`, as processes: what they say, and their exit codes."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone

from contract.ask import Posture
from contract.configuration_schema import json_schema
from contract.orders import Answered, ReaderMode, Refused
from hub.fleet.models import Edge
from hub.orders import queries
from hub.orders.command_operations import note_answered
from hub.orders.models import CommandOrder, Configuration
from hub.orders.report_operations import note_reported
from hub.watch.operations import end_worker, note_worker
from tests.hub.conftest import Database
from tests.hub.ordered import OTHER, TOML, house, reported, standing
from tests.hub.scans import AT

_SOON_S = 60.0
_LONG = timedelta(hours=1)
Done = subprocess.CompletedProcess[str]


@pytest.fixture
def edge(sqlite_database: Database) -> Edge:
    note_worker("worker", timezone.now(), True, {}, timezone.now() + _LONG)
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
    assert "east: in place of generation 1, made 20" in refused.stdout
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
    assert "set: site house is to be in lockdown" in hub("mode", "lockdown", "--site", "house", "--no-wait").stdout
    hub("mode", "unlocked", "--reader", "east/door", "--no-wait")
    assert hub("mode", "show").stdout.splitlines()[1].startswith("east/door is to be held open since 2")
    edge.refresh_from_db()
    assert queries.modes_for(edge).edge is Posture.LOCKDOWN
    wider = hub("mode", "clear", "--edge", "east")
    assert (wider.returncode, "“doorward-hub mode clear --site house” ends it" in wider.stderr) == (2, True)
    assert "still set: east/door is to be held open since" in hub("mode", "clear", "--site", "house").stdout
    hub("mode", "clear", "--reader", "east/door", "--no-wait")
    assert hub("mode", "show").stdout.splitlines()[0] == "Nothing is set by hand."


def test_a_mode_says_who_has_not_heard_it(edge: Edge, hub: Hub, file: Path) -> None:
    lock = ("mode", "lockdown", "--everything")
    end_worker("worker")
    silent = hub(*lock)
    assert silent.returncode == 1
    assert "no edge hears of it: no worker runs" in silent.stderr
    assert "east has not heard it (never heard of): its readers go on as before" in silent.stderr
    note_worker("worker", timezone.now(), True, {}, timezone.now() + _LONG)
    assert "no worker" not in hub(*lock, "--wait", "0").stderr

    def hears() -> bool:
        edge.refresh_from_db()
        heard = {"mode_epoch": edge.epoch, "mode_generation": edge.mode_generation}
        note_reported("east", reported(1, **heard, mode_edge="lockdown"), AT)
        return True

    heard = hub(*lock, meanwhile=hears)
    assert (heard.returncode, heard.stdout.splitlines()[-1]) == (0, "It stands at 1 of 1 edges.")
    Edge.objects.update(revoked_at=AT)
    revoked = hub("mode", "secure", "--edge", "east")
    assert revoked.returncode == 1
    assert "east was revoked at 2026" in revoked.stderr
    assert "enrol another in its place: doorward-hub enrol east" in revoked.stderr


def test_a_lockdown_that_stands_still_is_told_until_its_end_was_heard(edge: Edge, hub: Hub, file: Path) -> None:
    def hears(n: int, **set_to: object) -> None:
        edge.refresh_from_db()
        heard = {"mode_epoch": edge.epoch, "mode_generation": edge.mode_generation}
        note_reported("east", reported(n, **heard, **set_to), AT)

    def hears_the_end() -> bool:
        over = not queries.set_by_hand()
        if over:
            hears(4)
        return over

    hub("config", "push", "east", str(file), "--no-wait")
    hub("mode", "lockdown", "--edge", "east", "--no-wait")
    hears(1, mode_edge="lockdown")
    silent = hub("mode", "clear", "--edge", "east", "--wait", "0")
    still = "east is still in lockdown: it has not heard the end of that (never heard of)"
    assert (silent.returncode, silent.stderr) == (1, f"doorward-hub: {still}\n")
    assert hub("mode", "show").stdout == f"{still}\nNothing else is set by hand.\n"
    hears(2)
    hub("mode", "lockdown", "--reader", "east/door", "--no-wait")
    hub("mode", "secure", "--reader", "east/bar", "--no-wait")
    hears(3, mode_readers=[ReaderMode(reader="door", posture=Posture.LOCKDOWN)])
    hub("mode", "clear", "--reader", "east/door", "--no-wait")
    lines = hub("mode", "show").stdout.splitlines()
    assert lines[0].startswith("east is still in lockdown at east/door: it has not heard the end of that (")
    assert (len(lines), "east/bar is to be secure" in lines[1]) == (2, True)
    ended = hub("mode", "clear", "--reader", "east/bar", meanwhile=hears_the_end)
    assert (ended.returncode, ended.stdout.splitlines()[-1]) == (0, "Its end was heard at 1 of 1 edges.")


def test_nothing_is_asked_of_an_edge_that_nothing_reaches(edge: Edge, hub: Hub, file: Path) -> None:
    hub("config", "push", "east", str(file), "--no-wait")
    end_worker("worker")
    blamed = hub("order", "identify", "east")
    assert (blamed.returncode, "no worker runs" in blamed.stderr) == (2, True)
    unreached = hub("config", "push", "east", str(file))
    assert (unreached.returncode, "no worker runs" in unreached.stderr) == (1, True)
    note_worker("worker", timezone.now(), True, {}, timezone.now() + _LONG)
    assert "which door of east is to open once: it has door" in hub("order", "unlock", "east").stderr
    Edge.objects.update(revoked_at=AT)
    for arguments, code in [
        (("order", "identify", "east"), 2),
        (("config", "push", "east", str(file)), 1),
        (("config", "show", "east"), 0),
        (("revoke_edge", "east"), 0),
    ]:
        done = hub(*arguments)
        assert done.returncode == code, done
        assert "its machine goes on deciding" in (done.stdout + done.stderr).lower(), done
    Edge.objects.update(signing_key=None, revoked_at=None)
    assert "east is not enrolled" in hub("order", "identify", "east").stderr
    assert "did you mean east?" in hub("enrol", "eats").stderr + hub("revoke_edge", "eats").stderr


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
