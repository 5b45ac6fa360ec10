"""What has to be true before a process of the hub starts to work: a database that `init` has prepared."""

from pathlib import Path

from django.conf import settings
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor

from hub.errors import HubError
from hub.feed import queries as feed
from hub.feed.operations import EVERYONE
from hub.members import queries as members
from hub.wire_keys import queries as wire_keys


class NotReady(HubError):
    """The database or the keys are not as `doorward-hub init` leaves them."""


def check_database() -> None:
    """NotReady: there is no database, it cannot be reached, or its tables are of another version."""
    name = str(connection.settings_dict["NAME"])
    if connection.vendor == "sqlite" and not Path(name).exists():
        raise NotReady(f"there is no database at {name}: run `doorward-hub init`")
    try:
        executor = MigrationExecutor(connection)
        behind = executor.migration_plan(executor.loader.graph.leaf_nodes())
    except DatabaseError as error:
        raise NotReady(f"the database cannot be used ({str(error).strip()}): check DATABASE_URL") from error
    if behind or feed.find_head(EVERYONE) is None:
        raise NotReady("the database is not prepared for this version: run `doorward-hub init`")
    check_keys()


def check_keys() -> None:
    """NotReady: the key files are not those that the cards in the database were made with.

    hub.wire_keys.queries.WrongSigningKey, hub.keys.KeyFileError: the newest signing key is not the one edges know.
    """
    if not members.keys_fit_cards():
        raise NotReady(
            "the key files do not fit the cards in this database: "
            "put organization.key and card.key back from a backup"
        )
    if wire_keys.newest_generation():
        wire_keys.current(settings.ENVIRONMENT.keys)
