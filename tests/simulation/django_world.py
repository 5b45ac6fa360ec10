"""Django in this process, and a hub's database that is made once and copied for each world.

For processes of the simulation's own (`python -m tests.simulation`): to be set up before anything of the hub is
imported.
"""

import atexit
import dataclasses
import os
import shutil
import sqlite3
import tempfile
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from weakref import WeakSet

import django
from django.conf import settings
from django.db import connections

from hub import environment
from tests.prepared_hub import prepare_hub
from tests.simulation.disk import DISK
from tests.simulation.loop import Killed

KEY = bytes(range(32))
"""Organization key of every world."""
EPOCH = 1_700_000_000_000
_FOLDER = "doorward-simulation-"


class HubConnection(sqlite3.Connection):
    """Staff and workers have one after another: whose commit it is says the context."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._cursors: WeakSet[sqlite3.Cursor] = WeakSet()

    def cursor(self, *args: Any, **kwargs: Any) -> sqlite3.Cursor:
        cursor = super().cursor(*args, **kwargs)
        self._cursors.add(cursor)
        return cursor

    def close(self) -> None:
        """Those that a killed worker left open would keep the file open."""
        for cursor in list(self._cursors):
            cursor.close()
        super().close()

    def commit(self) -> None:
        disk = DISK.get()
        if disk is not None:
            try:
                disk.point()
            except Killed:
                super().rollback()  # Django's tidying up would commit
                raise
        super().commit()
        if disk is not None:
            disk.point()


def new_folder() -> Path:
    """In memory where that can be: no world outlives its process, whose number is in the folder's name."""
    return Path(tempfile.mkdtemp(prefix=f"{_FOLDER}{os.getpid()}-", dir=_parent()))


def clear_dead() -> None:
    """Remove what processes left that were ended in the middle of a world."""
    for path in _parent().glob(f"{_FOLDER}*-*"):
        process = path.name.removeprefix(_FOLDER).partition("-")[0]
        if process.isdigit() and not _lives(int(process)):
            shutil.rmtree(path, ignore_errors=True)


def _parent() -> Path:
    shared = Path("/dev/shm")
    return shared if shared.is_dir() else Path(tempfile.gettempdir())


def _lives(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def set_up() -> None:
    """Once a process, and before its children: they copy the database that this one has made."""
    clear_dead()
    data = new_folder()
    owner = os.getpid()
    atexit.register(lambda: shutil.rmtree(data, ignore_errors=True) if os.getpid() == owner else None)
    for name in ("DATABASE_URL", "DOORWARD_URL", "DOORWARD_BROKER"):
        os.environ.pop(name, None)
    os.environ["DOORWARD_DATA"] = str(data)
    os.environ["DJANGO_SETTINGS_MODULE"] = "hub.settings"
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"  # the loop is the only thread there is
    prepare_hub(data)
    connections._connections = SimpleNamespace()  # one for all: Django would give each task its own
    django.setup()
    settings.KEYS = dataclasses.replace(settings.KEYS, organization=KEY, card=KEY[::-1])
    _begin_at(EPOCH)
    connections.close_all()


def use_copy(path: Path) -> None:
    """This process's database is a fresh one in `path` from now on; the key files that fit it lie beside."""
    template = Path(os.environ["DOORWARD_DATA"])
    shutil.copy(template / "hub.db", path)
    shutil.copytree(template / "keys", path.parent / "keys")
    database = environment.read({"DATABASE_URL": f"sqlite:///{path}", "DOORWARD_DATA": str(path.parent)}).database
    database["OPTIONS"] |= {"factory": HubConnection}
    _use(database)


def forget() -> None:
    _use({"ENGINE": "django.db.backends.dummy"})


def _use(database: dict[str, Any]) -> None:
    connections.close_all()
    for connection in connections.all(initialized_only=True):
        del connections[connection.alias]
    connections.databases.update(connections.configure_settings({"default": database}))


def _begin_at(epoch: int) -> None:
    """`init` takes the epoch from the real clock; worlds are the same each time."""
    from hub.feed.models import Epoch, Feed  # noqa: PLC0415 - after the set-up

    Epoch.objects.all().delete()
    Feed.objects.update(epoch=epoch)
    for feed in Feed.objects.all():
        Epoch.objects.create(feed=feed, epoch=epoch, began_at_sequence=0)
