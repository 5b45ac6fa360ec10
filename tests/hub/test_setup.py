"""Setting a hub up, as processes: init, what is said when something is missing or wrong, the example club, web."""

import gc
import json
import os
import socket
import stat
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest
from django.db.utils import ConnectionHandler

from contract.card import is_code
from hub import environment
from hub.management.commands.web import Web, other_port
from tests.hub.conftest import Database, run_hub
from tests.prepared_hub import prepare_hub

ROOT = Path(__file__).parents[2]


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """The folder of a hub that is not there yet."""
    return tmp_path / "data"


@pytest.fixture
def prepared(data: Path) -> Path:
    """The folder of a hub after its `init`."""
    prepare_hub(data)
    return data


def test_init_makes_keys_for_the_owner_alone_and_may_run_again(data: Path) -> None:
    assert run_hub("init", DOORWARD_DATA=str(data)).returncode == 0
    keys = {path.name: path.read_bytes() for path in (data / "keys").iterdir()}
    names = ("organization", "card", "django", "authority", "signing.1", "metrics")
    assert set(keys) == {f"{name}.key" for name in names}
    assert len(set(keys.values())) == len(names)
    for path in (*(data / "keys").iterdir(), data / "hub.db"):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert all(len(bytes.fromhex(key.decode())) == 32 for key in keys.values())
    again = run_hub("init", DOORWARD_DATA=str(data))
    assert again.returncode == 0
    assert keys == {path.name: path.read_bytes() for path in (data / "keys").iterdir()}
    assert not any(key.decode().strip() in again.stdout + again.stderr for key in keys.values())


@pytest.mark.parametrize("command", ["web", "worker", "example_club", "checkins"])
def test_without_init_every_command_says_so(data: Path, command: str) -> None:
    done = run_hub(command, DOORWARD_DATA=str(data))
    assert (done.returncode, done.stdout) == (2, "")
    assert "run `doorward-hub init`" in done.stderr
    assert f"DOORWARD_DATA to the hub's folder (now it is {data})" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("command", ["web", "begin_epoch", "owner_link"])
def test_a_missing_database_says_so(prepared: Path, command: str) -> None:
    (prepared / "hub.db").unlink()
    done = run_hub(command, *(["a@club.example"] if command == "owner_link" else []), DOORWARD_DATA=str(prepared))
    assert done.returncode == 2
    assert "there is no database at" in done.stderr
    assert not (prepared / "hub.db").exists()


def test_an_unreachable_database_is_told_without_its_password(prepared: Path) -> None:
    url = f"postgresql://doorward:swordfish@{str(prepared).replace('/', '%2F')}/hub"
    done = run_hub("web", DOORWARD_DATA=str(prepared), DATABASE_URL=url)
    assert done.returncode == 2
    assert "check DATABASE_URL" in done.stderr
    assert "swordfish" not in done.stderr


def test_a_damaged_key_is_told_and_not_replaced(prepared: Path) -> None:
    key = prepared / "keys" / "card.key"
    key.write_text("abc")
    for command in ("init", "web"):
        done = run_hub(command, DOORWARD_DATA=str(prepared))
        assert done.returncode == 2
        assert "card.key" in done.stderr
    assert key.read_text() == "abc"


def test_a_lost_key_is_not_made_anew_over_cards(prepared: Path) -> None:
    run_hub("example_club", DOORWARD_DATA=str(prepared))
    key = prepared / "keys" / "organization.key"
    old = key.read_text()
    key.unlink()
    done = run_hub("init", DOORWARD_DATA=str(prepared))
    assert done.returncode == 2
    assert "put organization.key and card.key back from a backup" in done.stderr
    assert not key.exists()
    key.write_text(old)
    key.chmod(0o600)
    assert run_hub("init", DOORWARD_DATA=str(prepared)).returncode == 0


def test_a_lost_signing_key_is_not_made_anew_over_the_one_that_edges_know(prepared: Path) -> None:
    key = prepared / "keys" / "signing.1.key"
    key.unlink()
    for command, says in (("web", f"{key} is missing"), ("init", f"{key} is not the key that edges know")):
        done = run_hub(command, DOORWARD_DATA=str(prepared))
        assert done.returncode == 2
        assert says in done.stderr
        assert "from a backup" in done.stderr
        assert not key.exists()


@pytest.mark.parametrize("name", ["organization", "card", "django", "authority", "signing.1"])
def test_a_key_that_others_may_read_is_refused(prepared: Path, name: str) -> None:
    key = prepared / "keys" / f"{name}.key"
    key.chmod(0o640)
    for command in ("init", "worker"):
        done = run_hub(command, DOORWARD_DATA=str(prepared))
        assert done.returncode == 2
        assert f"(mode 0640); it should be its owner's alone: chmod 600 {key}" in done.stderr
        assert len(done.stderr.splitlines()) == 1
    key.chmod(0o600)
    assert run_hub("init", DOORWARD_DATA=str(prepared)).returncode == 0


def test_init_where_no_folder_can_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    done = run_hub("init", DOORWARD_DATA=str(tmp_path / "file" / "data"))
    assert done.returncode == 2
    assert "set DOORWARD_DATA to a folder that you may write to" in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_init_where_no_database_can_be_had_leaves_no_keys(data: Path) -> None:
    done = run_hub("init", DOORWARD_DATA=str(data), DATABASE_URL="sqlite:////nowhere/hub.db")
    assert done.returncode == 2
    assert "check DATABASE_URL" in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert list((data / "keys").iterdir()) == []


@pytest.mark.parametrize("arguments", [[], ["help"], ["--help"], ["-h"], ["init", "--help"], ["help", "web"]])
def test_help_needs_no_keys(data: Path, arguments: list[str]) -> None:
    done = run_hub(*arguments, DOORWARD_DATA=str(data), DOORWARD_URL="wrong")
    assert (done.returncode, done.stderr) == (0, "")
    assert "doorward-hub" in done.stdout
    assert not data.exists()


def test_help_tells_the_hubs_own_commands_first_and_the_schema_needs_no_hub(data: Path) -> None:
    told = run_hub("help", DOORWARD_DATA=str(data)).stdout
    assert told.index("worker  ") < told.index("Django's own") < told.index("migrate")
    done = run_hub("config", "schema", DOORWARD_DATA=str(data))
    assert (done.returncode, json.loads(done.stdout)["title"][:8]) == (0, "Doorward")
    assert not data.exists()


def test_without_its_packages_the_hub_says_what_to_install() -> None:
    # -S: no site-packages, as where Doorward was installed without them.
    for command in ("init", "web", "help"):
        done = subprocess.run(
            [sys.executable, "-S", "-m", "hub", command], cwd=ROOT, capture_output=True, text=True, check=False
        )
        assert done.returncode == 2
        assert "pip install '.[hub]'" in done.stderr
        assert len(done.stderr.splitlines()) == 1


@pytest.mark.parametrize(
    ("variable", "value", "says"),
    [
        ("DOORWARD_URL", "club.example", "scheme and host only"),
        ("DOORWARD_URL", "https://club.example/members", "scheme and host only"),
        ("DOORWARD_BROKER", "http://127.0.0.1", "mqtt://HOST:PORT"),
        ("DOORWARD_BROKER", "mqtt://127.0.0.1:99999", "mqtt://HOST:PORT"),
        ("DATABASE_URL", "oracle://scott:tiger@db/hub", "PostgreSQL or SQLite"),
        ("DATABASE_URL", "scott:tiger", "postgresql://USER:PASSWORD@HOST/NAME"),
    ],
)
def test_a_variable_that_cannot_be_meant(prepared: Path, variable: str, value: str, says: str) -> None:
    done = run_hub("web", **{"DOORWARD_DATA": str(prepared), variable: value})
    assert done.returncode == 2
    assert variable in done.stderr
    assert says in done.stderr
    assert "tiger" not in done.stderr
    assert "Traceback" not in done.stderr


def test_the_example_club(database: Database) -> None:
    done = run_hub("example_club", "--json", **database.environment)
    assert done.returncode == 0, done.stderr
    club = json.loads(done.stdout)
    assert (club["feed"], club["edge"]) == ("everyone", "clubhouse")
    cards = {card["slug"]: card for card in club["cards"]}
    assert is_code(club["unknown_code"])
    assert is_code(cards["full"]["code"])
    assert cards["full"]["scan"] == f"HTTP://127.0.0.1:8000/C/{cards['full']['code']}"
    assert cards["imported"]["scan"] == cards["imported"]["code"] == "4006381333931"
    assert club["links"]["member"].startswith("http://127.0.0.1:8000/card/open#")
    assert club["links"]["partner"].startswith("http://127.0.0.1:8000/partner/link#")
    again = run_hub("example_club", "--json", **database.environment)
    assert (again.returncode, again.stdout) == (2, "")
    assert "customers already" in again.stderr


def test_a_membership_is_revoked_by_command(sqlite_database: Database) -> None:
    club = json.loads(run_hub("example_club", "--json", **sqlite_database.environment).stdout)
    held = str(club["cards"][0]["membership_id"])
    assert run_hub("revoke_membership", held, **sqlite_database.environment).returncode == 0
    wrong = run_hub("revoke_membership", "987654", **sqlite_database.environment)
    assert wrong.returncode == 1
    assert "there is no membership 987654" in wrong.stderr


def test_sqlite_has_each_commit_on_disk_before_it_is_acked(sqlite_database: Database) -> None:
    """What is acked is forgotten by its edge: NORMAL, in WAL mode, could lose it with the power."""
    # As the hub's own processes connect: these tests' connections do not wait for disks.
    own = ConnectionHandler({"default": environment.read(sqlite_database.environment).database})["default"]
    with own.cursor() as cursor:
        cursor.execute("PRAGMA journal_mode")
        assert cursor.fetchone() == ("wal",)
        cursor.execute("PRAGMA synchronous")
        assert cursor.fetchone() == (2,)  # FULL
    own.close()


def test_web_serves_and_stops(sqlite_database: Database) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "hub", "web", "--bind", f"127.0.0.1:{port}", "--workers", "1"]
    environment = os.environ | sqlite_database.environment
    with subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, text=True) as web:
        try:
            assert _fetch(f"http://127.0.0.1:{port}/healthz") == '{"status": "ok"}'
            page = _fetch(f"http://127.0.0.1:{port}/")
            assert "Doorward" in page
            assert 'type="password"' in page
            style = _fetch(f"http://127.0.0.1:{port}/static/desk/forms.css")
            assert "@media print" in style
            assert web.stderr is not None
            assert f"set DOORWARD_URL=http://127.0.0.1:{port} in each" in web.stderr.readline()
        finally:
            web.terminate()
        assert web.wait(20) == 0


def test_what_web_has_imported_is_not_looked_at_for_garbage_again() -> None:
    assert not gc.get_freeze_count()
    try:
        Web({}, "127.0.0.1", 8000).load()
        assert gc.get_freeze_count()
    finally:
        gc.unfreeze()


def test_a_port_that_is_taken(sqlite_database: Database) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = run_hub("web", "--bind", f"127.0.0.1:{port}", **sqlite_database.environment)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == f"doorward-hub: port {port} is taken: choose another with --bind\n"


@pytest.mark.parametrize(
    ("bind", "says"),
    [
        ("8000", "it should be HOST:PORT, as in 127.0.0.1:8000"),
        (":8000", "it should be HOST:PORT"),
        ("127.0.0.1:0", "it should be HOST:PORT"),
        ("127.0.0.1:70000", "it should be HOST:PORT"),
        ("192.0.2.1:8000", "192.0.2.1:8000 cannot be served ("),
    ],
)
def test_an_address_that_cannot_be_served(sqlite_database: Database, bind: str, says: str) -> None:
    done = run_hub("web", "--bind", bind, **sqlite_database.environment)
    assert (done.returncode, done.stdout) == (2, "")
    assert says in done.stderr
    assert len(done.stderr.splitlines()) == 1


@pytest.mark.parametrize(
    ("url", "bind", "set_to"),
    [
        ("http://127.0.0.1:8000", "0.0.0.0:8000", ""),
        ("http://127.0.0.1:8000", "127.0.0.1:8100", "http://127.0.0.1:8100"),
        ("http://[::1]:8000", "[::1]:8100", "http://[::1]:8100"),
        ("http://club.example", "127.0.0.1:8000", "http://club.example:8000"),
        ("http://club.example", "127.0.0.1:80", ""),
        ("https://club.example", "127.0.0.1:8000", ""),
    ],
)
def test_another_port_than_the_one_of_the_address(url: str, bind: str, set_to: str) -> None:
    told = other_port(url, bind)
    assert bool(told) == bool(set_to)
    assert f"set DOORWARD_URL={set_to} in each" in told or not set_to


def _fetch(url: str) -> str:
    for _ in range(100):
        try:
            with urllib.request.urlopen(url) as response:
                return response.read().decode()
        except OSError:
            time.sleep(0.1)
    raise AssertionError(f"{url} does not answer")
