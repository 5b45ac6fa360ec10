"""What a backup tells of the database it was made from, and whether this hub can take one. Reads only."""

from datetime import datetime
from importlib.metadata import PackageNotFoundError, version

from django.conf import settings
from django.db import DatabaseError, connection
from django.db.migrations.loader import MigrationLoader

from hub import keys
from hub.backup.archive import About
from hub.backup.sealed_keys import OtherKeys
from hub.backup.sqlite_file import InUse
from hub.errors import HubError
from hub.fleet.workers import BEAT_WITHIN, workers_shown
from hub.wire_keys.queries import newest_generation


class OtherVersion(HubError):
    """The backup was made by another version, or another kind of database, than this hub's."""


def about_database(at: datetime) -> About:
    """As a backup tells it that is made now."""
    names, generation = ["organization", "card"], newest_generation()
    if generation:
        names.append(f"signing.{generation}")
    fitting = {name: keys.fingerprint(settings.ENVIRONMENT.keys, name) for name in names}
    return About(own_version(), connection.vendor, at.isoformat(), applied(), fitting)


def own_version() -> str:
    try:
        return version("doorward")
    except PackageNotFoundError:
        return "unknown"


def applied() -> list[str]:
    """The migrations that the database has, of those that this version knows."""
    loader = MigrationLoader(connection)
    return sorted(".".join(name) for name in loader.applied_migrations if name in loader.graph.nodes)


def check_version(about: About, older_too: bool) -> bool:
    """Whether its tables have to be brought to this version, which is done only if `older_too`. OtherVersion."""
    if about.vendor != connection.vendor:
        raise OtherVersion(
            f"the backup is of a {about.vendor} database, and DATABASE_URL names {connection.vendor}: "
            "restore it to the same kind"
        )
    known = {".".join(name) for name in MigrationLoader(None).graph.nodes}
    if set(about.migrations) - known:
        raise OtherVersion(
            f"the backup was made by a newer hub (version {about.version}): install that version, then restore"
        )
    older = known > set(about.migrations)
    if older and not older_too:
        raise OtherVersion(
            f"the backup was made by an older hub (version {about.version}): install that version, "
            "or add --migrate to bring it to this one"
        )
    return older


def check_keys(about: About) -> None:
    """OtherKeys, hub.keys.KeyFileError: the key files here are not those that fit the backup's database."""
    for name, fitting in (about.keys or {}).items():
        if keys.fingerprint(settings.ENVIRONMENT.keys, name) != fitting:
            path = keys.path_of(settings.ENVIRONMENT.keys, name)
            raise OtherKeys(
                f"{path} is not the key that fits the backup: put back the keys of the hub that it was made of, "
                "or set DOORWARD_DATA"
            )


def has_tables() -> bool:
    """Or what is no database any more, in an SQLite file."""
    try:
        return bool(connection.introspection.table_names())
    except DatabaseError:
        if connection.vendor == "sqlite":
            return True
        raise


def check_nobody_works(at: datetime) -> None:
    """InUse: a worker or another connection uses the database at `at`."""
    if _running(at):
        raise InUse(
            "a worker runs on this database: stop `web` and `worker`, then restore "
            f"(one that was killed counts for {BEAT_WITHIN.seconds} s)"
        )
    others = _other_connections() if connection.vendor == "postgresql" else 0
    if others:
        raise InUse(
            f"others use this database ({others} connections): stop `web`, `worker` and the rest, then restore"
        )


def _running(at: datetime) -> int:
    try:
        return workers_shown(at).running
    except DatabaseError:  # tables of another version, or none
        return 0


def _other_connections() -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() "
            "AND pid <> pg_backend_pid() AND backend_type = 'client backend'"
        )
        return int(cursor.fetchone()[0])
