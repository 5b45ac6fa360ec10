"""`doorward-hub init`: makes the keys, the database, its feed and the first owner. Safe to run again, and after an
update."""

import os
import sys
import time
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import DatabaseError
from django.utils import timezone

from hub import authority
from hub.access.link_operations import link_text
from hub.access.queries import has_owner
from hub.access.user_operations import establish_owner
from hub.feed import operations as feed
from hub.feed import queries as feeds
from hub.fleet import operations as fleet
from hub.members.rotating_operations import carry_secrets
from hub.startup import NotReady, check_keys
from hub.wire_keys import operations as wire_keys


class Command(BaseCommand):
    help = "Makes the keys, the database, its feed and the first owner. Safe to run again, and after an update."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--owner", metavar="EMAIL", default="", help="make this address an owner, who may do everything"
        )

        parser.add_argument(
            "--and-serve", action="store_true", help="what is next is not told: `serve` comes right after it"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        environment = settings.ENVIRONMENT
        os.umask(0o077)
        try:
            call_command("migrate", interactive=False, verbosity=0)
        except DatabaseError as error:
            raise NotReady(
                f"the database cannot be prepared ({str(error).strip()}): check DATABASE_URL and DOORWARD_DATA"
            ) from error
        check_keys()
        wire_keys.establish(environment.keys, timezone.now())
        authority.establish(environment.authority, settings.KEYS.authority, timezone.now())
        feed.create(feed.EVERYONE, epoch=time.time_ns() // 1_000_000)
        fleet.append_places()
        for name in feeds.names(rotating=True):
            carry_secrets(name)
        self.stdout.write(f"The hub is ready: data in {environment.data}, keys in {environment.keys}.")
        self._owner(options["owner"])
        if not options["and_serve"]:
            self.stdout.write("Next: `doorward-hub web` and `doorward-hub worker`.")

    def _owner(self, email: str) -> None:
        if not email and not has_owner():
            email = self._asked()
        if not email:
            if not has_owner():
                self.stdout.write(
                    "Nobody can sign in yet: `doorward-hub init --owner EMAIL` makes the first owner."
                )
            return
        try:
            link = establish_owner(email, timezone.now())
        except ValidationError as error:
            raise CommandError(f"{email!r} is no address: {error.messages[0]}") from error
        if link is None:
            self.stdout.write(
                f"{email} is an owner already; lost their password? `doorward-hub owner_link {email}`."
            )
        else:
            self.stdout.write(link_text(link))

    def _asked(self) -> str:
        if not (sys.stdin.isatty() and sys.stdout.isatty()):
            return ""
        return input("The first owner's email address (they may do everything; empty: later): ").strip()
