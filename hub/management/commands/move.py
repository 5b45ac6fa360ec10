"""`doorward-hub move`: from SQLite to PostgreSQL."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser
from django.db import DatabaseError
from django.utils import timezone

from hub import environment
from hub.backup import moving


class Command(BaseCommand):
    help = "Moves a hub that is stopped from SQLite into an empty PostgreSQL database. The SQLite file stays."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        there = parser.add_mutually_exclusive_group(required=True)
        there.add_argument(
            "--to",
            metavar="URL",
            help="an empty database, as in postgresql://USER:PASSWORD@HOST/NAME (others on this machine see it)",
        )
        there.add_argument(
            "--to-file",
            type=Path,
            metavar="FILE",
            help="its first line is that URL, as /etc/doorward-hub/database_url",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        url = options["to"] or _first_line(options["to_file"])
        try:
            moved = moving.move(environment.database(url, settings.ENVIRONMENT.data), timezone.now())
        except DatabaseError as error:
            raise moving.CannotMove(f"that database cannot be used ({str(error).strip()})") from error
        self.stdout.write(f"Moved: {moved.rows} rows of {moved.tables} tables, as many as there were.")
        for name, epoch in moved.epochs.items():
            self.stdout.write(f"{name}: epoch {epoch} has begun; its edges take the feed anew.")
        self.stdout.write(
            "Next: set DATABASE_URL to that database for every process and command of the hub, then start "
            "`doorward-hub web` and `doorward-hub worker`. The old file is as it was: put it away, and never "
            "start a hub on it again."
        )


def _first_line(path: Path) -> str:
    try:
        return path.read_text("utf-8").strip().partition("\n")[0]
    except (OSError, UnicodeDecodeError) as error:
        raise moving.CannotMove(f"{path} cannot be read: it should be a file of one line") from error
