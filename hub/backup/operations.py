"""Makes a backup, and puts the hub back from one. A restored hub begins a new epoch of each of its feeds.

Edges take their feeds anew then, and send again what their journals hold and the backup does not. What was ended
since the backup stays ended where it can: nobody is signed in any more, and one-time links are gone.
"""

import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import IO, Any, Final

from django.contrib.sessions.models import Session
from django.core.management import call_command
from django.db import connection, transaction

from hub.access.models import OneTimeLink
from hub.audit import operations as audit
from hub.backup import archive, postgresql_dump, queries, sqlite_file
from hub.backup.archive import About, Archive
from hub.errors import HubError
from hub.feed import queries as feeds
from hub.feed.epoch_operations import begin_as_told
from hub.feed.models import Feed
from hub.fleet.models import WorkerBeat

NAME: Final = "doorward-{:%Y%m%dT%H%M%SZ}.backup"
"""Of a backup in a folder of them: names stand in the order of time."""


class AlreadyThere(HubError):
    """There is a hub in the database already."""


def back_up(path: Path, authority: Path, keys: bytes | None, at: datetime) -> None:
    """Writes the backup `path`, of what is committed now. hub.backup.archive.CannotWrite, ToolFailed."""
    settings = connection.settings_dict

    def copy(file: IO[bytes]) -> None:
        if connection.vendor == "sqlite":
            sqlite_file.copy_to(Path(settings["NAME"]), file)
        else:
            postgresql_dump.copy_to(settings, file)

    archive.write(path, queries.about_database(at), copy, authority.read_bytes(), keys)


def drop_old(folder: Path, keep: int) -> None:
    """Of the backups by our names in `folder` the newest `keep` stay."""
    for path in sorted(folder.glob("doorward-????????T??????Z.backup"))[:-keep]:
        path.unlink()


def restore(
    backup: Archive, replace: bool, older_too: bool, check: Callable[[], None], at: datetime
) -> dict[str, int]:
    """The epoch that each feed has then. `check` raises where the keys here do not fit what came back.

    hub.backup.queries.OtherVersion, hub.backup.sealed_keys.OtherKeys, AlreadyThere, hub.backup.sqlite_file.InUse,
    hub.backup.archive.NoBackup, hub.backup.postgresql_dump.ToolFailed: nothing has changed.
    """
    older = queries.check_version(backup.about, older_too)
    queries.check_keys(backup.about)
    if connection.vendor == "sqlite":
        return _restore_file(backup, replace, check, older, at)
    return _restore_dump(backup, replace, check, older, at)


def _restore_file(
    backup: Archive, replace: bool, check: Callable[[], None], older: bool, at: datetime
) -> dict[str, int]:
    target = Path(connection.settings_dict["NAME"])
    if target.exists():
        _check_may_replace(replace, at)
        connection.close()
        sqlite_file.make_single(target)
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    draft = target.with_name(f".{target.name}.{secrets.token_hex(8)}")
    try:
        with backup.database() as database:
            sqlite_file.write_draft(database, draft)
        with _connected_to(draft):
            epochs = _adopt(backup.about, older, at)
            check()
        sqlite_file.make_single(draft)
        sqlite_file.swap(draft, target, target.with_name(f"{target.name}.before-{at:%Y%m%dT%H%M%SZ}"))
    finally:
        sqlite_file.remove(draft)
    return epochs


def _restore_dump(
    backup: Archive, replace: bool, check: Callable[[], None], older: bool, at: datetime
) -> dict[str, int]:
    over = queries.has_tables()
    if over:
        _check_may_replace(replace, at)
        if backup.about.keys is None:
            raise AlreadyThere("the backup does not say which keys fit it: restore it to an empty database")
        if queries.applied() != sorted(backup.about.migrations):
            raise AlreadyThere(
                "the tables there are of another version than the backup: restore to an empty database"
            )
    connection.close()
    with backup.database() as database:
        postgresql_dump.restore(connection.settings_dict, database, over)
    epochs = _adopt(backup.about, older, at)
    check()
    return epochs


def _check_may_replace(replace: bool, at: datetime) -> None:
    if queries.has_tables() and not replace:
        raise AlreadyThere("there is a hub in this database already: --replace puts the backup in its place")
    queries.check_nobody_works(at)


def _adopt(about: About, older: bool, at: datetime) -> dict[str, int]:
    if older:
        call_command("migrate", interactive=False, verbosity=0)
    with transaction.atomic():
        Session.objects.all().delete()
        OneTimeLink.objects.all().delete()
        WorkerBeat.objects.all().delete()
        epochs = {name: begin_as_told(name, 0, at) for name in feeds.names()}
        for feed in Feed.objects.all():
            audit.note("restored", feed, None, {"backup": about.made_at, "epoch": feed.epoch})
    return epochs


@contextmanager
def _connected_to(database: Path) -> Iterator[None]:
    settings: dict[str, Any] = connection.settings_dict
    name = settings["NAME"]
    connection.close()
    settings["NAME"] = str(database)
    try:
        yield
    finally:
        connection.close()
        settings["NAME"] = name
