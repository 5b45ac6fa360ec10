"""`rotate_key`: the hub seals with a new key from now on; edges learn it by a message that the old key sealed."""

import argparse
import os
import re
from datetime import timedelta
from typing import Any, Final

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from contract.keys import key_id
from hub.wire_keys.operations import KEEP_OLD, rotate

_UNITS: Final = {"d": "days", "h": "hours", "m": "minutes", "s": "seconds"}
_KEEP_MAX: Final = timedelta(days=366)


def duration(text: str) -> timedelta:
    """As in 1d, 12h, 30m, 0s; at most 366 days."""
    match = re.fullmatch(r"([0-9]{1,8})([dhms])", text)
    found = timedelta(**{_UNITS[match.group(2)]: int(match.group(1))}) if match else None
    if found is None or found > _KEEP_MAX:
        raise argparse.ArgumentTypeError(f"{text!r} should be as in 1d, 12h, 30m or 0s, and at most 366d")
    return found


class Command(BaseCommand):
    help = "Make the hub a new key to seal with. Edges learn it by a message that the old key seals."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--keep-old",
            type=duration,
            default=KEEP_OLD,
            metavar="TIME",
            help="for how long seals of the old key count (1d); 0s ends them at once: the old key was stolen",
        )

    def handle(self, *_args: Any, **options: Any) -> None:
        os.umask(0o077)
        made = rotate(settings.ENVIRONMENT.keys, options["keep_old"], timezone.now())
        self.stdout.write(
            f"The hub seals with generation {made.generation} ({key_id(made.key.verifying.public).hex()}) now; "
            "running workers take it up within a second."
        )
        self.stdout.write(
            f"Back up {settings.ENVIRONMENT.keys}: without its newest key every edge has to be enrolled anew."
        )
