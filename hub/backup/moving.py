"""Moves a hub from its SQLite file into an empty PostgreSQL database: every row as it stands, in one transaction.

The file is read and stays as it is. Whoever goes on with both would have two hubs, so a moved hub begins a new
epoch of each of its feeds: edges follow that one, and not the old one again.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Any, Final

from django.apps import apps
from django.core.management import call_command
from django.db import DEFAULT_DB_ALIAS, Error, connection, connections, models, transaction

from hub.audit import operations as audit
from hub.backup import queries, sqlite_file
from hub.errors import HubError
from hub.feed import queries as feeds
from hub.feed.epoch_operations import begin_as_told
from hub.feed.models import Feed
from hub.fleet.models import WorkerBeat

_SOURCE: Final = "moved_from"
_AT_ONCE: Final = 1_000
"""Rows in memory, and in one statement."""


class CannotMove(HubError):
    """There is nothing to move, nowhere to move it to, or it does not fit; nothing has changed."""


@dataclass(frozen=True, slots=True)
class Moved:
    """How many rows came, of how many tables, and the epoch that each feed has then."""

    rows: int
    tables: int
    epochs: dict[str, int]


def move(target: dict[str, Any], at: datetime) -> Moved:
    """`target`: an empty database, as Django is told of it.

    CannotMove, hub.backup.sqlite_file.InUse: nothing has changed.
    """
    if connection.vendor != "sqlite":
        raise CannotMove("this hub is not on SQLite: DATABASE_URL should name the hub.db that is to be moved")
    if target["ENGINE"] != "django.db.backends.postgresql":
        raise CannotMove("a hub moves to PostgreSQL alone: postgresql://USER:PASSWORD@HOST/NAME")
    _check_stopped(at)
    with _written_to(target):
        _check_empty()
        try:
            call_command("migrate", interactive=False, verbosity=0)
            return _copy(at)
        except BaseException:
            _drop_tables()
            raise


def _check_stopped(at: datetime) -> None:
    try:
        queries.check_nobody_works(at)
        connection.close()
        sqlite_file.make_single(Path(connection.settings_dict["NAME"]))
    except sqlite_file.InUse as error:
        raise sqlite_file.InUse("the hub works: stop `web`, `worker` and the rest, then move it") from error


@contextmanager
def _written_to(target: dict[str, Any]) -> Iterator[None]:
    """All of the hub's code works on `target` meanwhile; what was there is the connection _SOURCE."""
    before = connections.databases[DEFAULT_DB_ALIAS]
    _connect({DEFAULT_DB_ALIAS: target, _SOURCE: before})
    try:
        yield
    finally:
        _connect({DEFAULT_DB_ALIAS: before})
        del connections.databases[_SOURCE]


def _connect(databases: dict[str, Any]) -> None:
    connections.close_all()
    for each in connections.all(initialized_only=True):
        del connections[each.alias]
    connections.databases.update(connections.configure_settings(databases))


def _check_empty() -> None:
    if connection.introspection.table_names():
        raise CannotMove("there are tables in that database already: name an empty one (`createdb` makes one)")


def _copy(at: datetime) -> Moved:
    """The file is held meanwhile, so that nobody writes to it."""
    tables = [each for each in apps.get_models(include_auto_created=True) if _has_table(each)]
    with transaction.atomic(using=_SOURCE), transaction.atomic():
        _empty(tables)
        rows = sum(_copy_table(each) for each in tables)
        connection.check_constraints()
        _take_over_numbers()
        _check_feeds()
        return Moved(rows, len(tables), _begin(at))


def _has_table(model: type[models.Model]) -> bool:
    return model._meta.managed and not model._meta.proxy


def _empty(tables: list[type[models.Model]]) -> None:
    """Of what preparing them wrote."""
    names = ", ".join(connection.ops.quote_name(each._meta.db_table) for each in tables)
    with connection.cursor() as cursor:
        cursor.execute(f"TRUNCATE {names} RESTART IDENTITY")


def _copy_table(model: type[models.Model]) -> int:
    found = model._base_manager.using(_SOURCE).order_by("pk").iterator(_AT_ONCE)
    written = model._base_manager.using(DEFAULT_DB_ALIAS)
    try:
        while batch := list(islice(found, _AT_ONCE)):
            written.bulk_create(batch)
    except (Error, ValueError) as error:
        raise CannotMove(f"{model._meta.db_table} does not fit: {str(error).strip()}") from error
    there, here = model._base_manager.using(_SOURCE).count(), written.count()
    if there != here:
        raise CannotMove(f"{model._meta.db_table} has {here} rows instead of {there}")
    return here


def _take_over_numbers() -> None:
    """A table's next number is what it would have been: one that was deleted is not given again."""
    with connections[_SOURCE].cursor() as cursor:
        cursor.execute("SELECT name, seq FROM sqlite_sequence")
        last = dict(cursor.fetchall())
    with connection.cursor() as cursor:
        for each in connection.introspection.sequence_list():
            if number := last.get(each["table"]):
                cursor.execute("SELECT setval(%s, %s)", [each["name"], number])


def _check_feeds() -> None:
    for name in feeds.names():
        if feeds.digest_from_rows(name) != feeds.head(name).digest:
            raise CannotMove(f"the rows of the feed {name} are not those of its digest")


def _begin(at: datetime) -> dict[str, int]:
    WorkerBeat.objects.all().delete()
    epochs = {name: begin_as_told(name, 0, at) for name in feeds.names()}
    for feed in Feed.objects.all():
        audit.note("moved", feed, None, {"epoch": feed.epoch})
    return epochs


def _drop_tables() -> None:
    """It is empty again, as it was."""
    with connection.cursor() as cursor:
        for name in connection.introspection.table_names(cursor):
            cursor.execute(f"DROP TABLE {connection.ops.quote_name(name)} CASCADE")
