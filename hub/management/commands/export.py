"""`doorward-hub export KIND`: customers, companies or memberships as CSV on stdout, as import takes them again."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from hub.exchange.catalogue import EXPORTED
from hub.exchange.exporting import export
from hub.fleet.zones import organization_zone


class Command(BaseCommand):
    help = "Writes customers, companies or memberships as CSV."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("kind", choices=EXPORTED)

    def handle(self, *_args: Any, **options: Any) -> None:
        for line in export(options["kind"], organization_zone()):
            self.stdout.write(line, ending="")
