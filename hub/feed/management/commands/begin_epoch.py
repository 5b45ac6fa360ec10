"""`begin_epoch`: edges take a feed anew, from a hub that was put back from a backup."""

import argparse
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from hub.feed.epoch_operations import begin_as_told
from hub.feed.operations import EPOCH_MAX


def epoch(text: str) -> int:
    """Of a feed: below what edges can read."""
    if not (text.isascii() and text.isdecimal() and len(text) <= len(str(EPOCH_MAX))) or int(text) >= EPOCH_MAX:
        raise argparse.ArgumentTypeError(f"{text[:32]!r} should be an epoch, as the log gives it")
    return int(text)


class Command(BaseCommand):
    help = (
        "Begin a new epoch of a feed: its edges take it anew, and send again what this hub lacks. "
        "By itself the hub does so when edges have more than it; the log says where it does not."
    )
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("feed", help="its name, as in everyone")
        parser.add_argument(
            "--above", type=epoch, default=0, metavar="EPOCH", help="one that edges follow already, by the log"
        )

    def handle(self, *_args: Any, **options: Any) -> None:
        begun = begin_as_told(options["feed"], options["above"], timezone.now())
        self.stdout.write(f"{options['feed']}: epoch {begun} has begun; its edges take the feed anew.")
