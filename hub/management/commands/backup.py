"""`doorward-hub backup`: the hub in one file, taken while it runs."""

import os
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from hub.backup import operations, passphrase, sealed_keys

_NO_KEYS = (
    "doorward-hub: this backup is without keys. Keep the files in {keys} apart: without them no edge believes the "
    "restored hub, and no card can be read."
)


class Command(BaseCommand):
    help = "Writes a backup of the hub into one file: its database, and its keys under a passphrase."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, metavar="FILE", help="a new file, or a folder to make one in")
        parser.add_argument("--without-keys", action="store_true", help="leave the keys out")
        parser.add_argument(
            "--keep",
            type=int,
            default=0,
            metavar="COUNT",
            help="of those in that folder the newest (default: all)",
        )
        parser.add_argument(
            "--passphrase-file",
            type=Path,
            metavar="FILE",
            help="its first line seals the keys; else it is asked for",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        environment, at = settings.ENVIRONMENT, timezone.now()
        path: Path = options["file"]
        folder = path if path.is_dir() else None
        if folder is not None:
            path = folder / operations.NAME.format(at)
        keys = None
        if not options["without_keys"]:
            phrase = passphrase.find(options["passphrase_file"], os.environ, twice=True)
            keys = sealed_keys.seal(sealed_keys.read(environment.keys), phrase)
        operations.back_up(path, environment.authority, keys, at)
        if folder is not None and options["keep"] > 0:
            operations.drop_old(folder, options["keep"])
        self.stdout.write(f"wrote {path} ({max(1, path.stat().st_size // 1_000)} kB)")
        if keys is None:
            self.stderr.write(_NO_KEYS.format(keys=environment.keys))
