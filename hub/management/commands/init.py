"""`doorward-hub init`: makes the keys, the database and its feed. Safe to run again, and after an update."""

import os
import time
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand
from django.db import DatabaseError
from django.utils import timezone

from hub import authority
from hub.feed import operations as feed
from hub.feed import queries as feeds
from hub.fleet import operations as fleet
from hub.members.rotating_operations import carry_secrets
from hub.startup import NotReady, check_keys
from hub.wire_keys import operations as wire_keys


class Command(BaseCommand):
    help = "Makes the keys, the database and its feed. Safe to run again, and after an update."
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        environment = settings.ENVIRONMENT
        os.umask(0o077)
        try:
            call_command("migrate", interactive=False, verbosity=0)
            call_command("createcachetable", verbosity=0)
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
        self.stdout.write(
            "Next: `doorward-hub createsuperuser`, then `doorward-hub web` and `doorward-hub worker`."
        )
