"""`doorward-hub restore`: the hub as a backup has it. Its keys come first (hub/backup/keys_first.py)."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.db import DatabaseError
from django.utils import timezone

from hub.backup import keys_first, operations
from hub.backup.archive import opened
from hub.startup import NotReady, check_keys


class Command(BaseCommand):
    help = "Puts the hub back from a backup. Its edges take their feeds anew and send again what it lacks."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        keys_first.add_arguments(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            with opened(options["file"]) as backup:
                made = backup.about.made
                epochs = operations.restore(
                    backup, options["replace"], options["migrate"], check_keys, timezone.now()
                )
        except DatabaseError as error:
            raise NotReady(f"the database cannot be used ({str(error).strip()}): check DATABASE_URL") from error
        self.stdout.write(f"The hub is as it was at {made}.")
        for name, epoch in epochs.items():
            self.stdout.write(f"{name}: epoch {epoch} has begun; its edges take the feed anew.")
        self.stdout.write("Everybody signs in anew. Next: start `doorward-hub web` and `doorward-hub worker`.")
