"""A throw-away PostgreSQL cluster for tests: its own folder, a socket in it, no port."""

import os
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import pytest

from tests.made_once import made_once
from tests.prepared_hub import init_hub, prepare_hub

PREPARED = "template_hub"
"""A database as `doorward-hub init` leaves it, with the keys of prepared_hub."""
_OWNER = "postgres"
"""PostgreSQL refuses to run as root, so root runs it as the user that its package made."""


@dataclass(frozen=True)
class Cluster:
    folder: Path

    def url(self, database: str) -> str:
        return f"postgresql://doorward@{quote(str(self.folder), safe='')}/{database}"

    def copy_database(self, original: str, copy: str) -> None:
        """Nobody may be connected to `original` meanwhile."""
        self._psql(f'CREATE DATABASE "{copy}" TEMPLATE "{original}"')

    def create_database(self, name: str) -> None:
        self._psql(f'CREATE DATABASE "{name}"')

    def drop_database(self, name: str) -> None:
        self._psql(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')

    def _psql(self, statement: str) -> None:
        address = ["-h", str(self.folder), "-U", "doorward", "-d", "template1"]
        _run([str(_binary("psql")), "-q", "-X", *address, "-c", statement])


def start(durable: bool = False) -> Cluster:
    """`durable`: commits wait for the disk, as where it is installed."""
    cluster = _new_cluster()
    _initdb(cluster)
    _start(cluster, durable)
    return cluster


def start_prepared() -> Cluster:
    """With PREPARED in it."""
    made = made_once("postgresql", _make_prepared)
    cluster = _new_cluster()
    _run(["cp", "-a", str(made / "data"), str(cluster.folder / "data")])
    _start(cluster)
    return cluster


def stop(cluster: Cluster) -> None:
    _stop(cluster, "immediate")
    shutil.rmtree(cluster.folder, ignore_errors=True)


def _make_prepared(folder: Path) -> None:
    cluster = start()
    cluster.create_database(PREPARED)
    prepare_hub(folder / "hub")
    init_hub(folder / "hub", cluster.url(PREPARED))
    _stop(cluster, "fast")
    _run(["mv", str(cluster.folder / "data"), str(folder / "data")])
    cluster.folder.rmdir()


def _new_cluster() -> Cluster:
    folder = Path(tempfile.mkdtemp(prefix="doorward-pg-"))
    if os.geteuid() == 0:
        shutil.chown(folder, _OWNER, _OWNER)
    return Cluster(folder)


def _initdb(cluster: Cluster) -> None:
    options = ("-U", "doorward", "-A", "trust", "-E", "UTF8", "--no-sync")
    _run_as_owner("initdb", "-D", str(cluster.folder / "data"), *options)


def _start(cluster: Cluster, durable: bool = False) -> None:
    # What a crash of the machine loses does not matter to tests; the order of commits is the same without fsync.
    fsync = "on" if durable else "off"
    folder, data = cluster.folder, cluster.folder / "data"
    # Tables are small and young: nothing to vacuum, no plan worth compiling.
    settings = "" if durable else "-c autovacuum=off -c jit=off "
    settings += f"-c listen_addresses= -c unix_socket_directories={folder} -c fsync={fsync} -c max_connections=40"
    _run_as_owner("pg_ctl", "-D", str(data), "-w", "-o", settings, "-l", str(data / "log"), "start")


def _stop(cluster: Cluster, how: str) -> None:
    _run_as_owner("pg_ctl", "-D", str(cluster.folder / "data"), "-m", how, "-w", "stop")


def _run_as_owner(name: str, *arguments: str) -> None:
    user = ["runuser", "-u", _OWNER, "--"] if os.geteuid() == 0 else []
    _run([*user, str(_binary(name)), *arguments])


def _run(command: list[str]) -> None:
    done = subprocess.run(
        command, cwd="/", stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, check=False
    )
    if done.returncode:
        pytest.fail(f"{command} ended with {done.returncode}: {done.stderr.decode()}")


def _binary(name: str) -> Path:
    """Debian keeps PostgreSQL's programs apart, a folder a version."""
    found = shutil.which(name)
    candidates = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"), key=lambda path: int(path.parts[4]))
    if not found and not candidates:
        pytest.fail(f"{name} is missing: apt-get install postgresql, or run `make test`, which does")
    return candidates[-1] if candidates else Path(found or "")
