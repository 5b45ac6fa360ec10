"""`doorward-hub revoke_edge NAME`: nothing that the edge says counts any more, until it is enrolled anew."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from hub.fleet.named import edge_named
from hub.fleet.standing import left_out_text
from hub.orders.revoke_operations import revoke_edge


class Command(BaseCommand):
    help = "Revoke an edge: nothing that it says counts any more, until it is enrolled anew."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("name")

    def handle(self, *_args: Any, **options: Any) -> None:
        revoked = revoke_edge(edge_named(options["name"]).pk, timezone.now())
        self.stdout.write(f"Revoked: {left_out_text(revoked)}.")
