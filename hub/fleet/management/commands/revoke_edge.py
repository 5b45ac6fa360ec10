"""`doorward-hub revoke_edge NAME`: nothing that the edge says counts any more, until it is enrolled anew."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from hub.fleet.identity_operations import NotEnrolled, revoke_edge
from hub.fleet.models import Edge


class Command(BaseCommand):
    help = "Revoke an edge: nothing that it says counts any more, until it is enrolled anew."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("name")

    def handle(self, *_args: Any, **options: Any) -> None:
        edge = Edge.objects.filter(name=options["name"]).first()
        if edge is None:
            raise CommandError(f"there is no edge {options['name']!r}: its name stands on the page of edges")
        try:
            revoked = revoke_edge(edge.pk, timezone.now())
        except NotEnrolled as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"Revoked: {revoked}, since {revoked.revoked_at:%Y-%m-%d %H:%M:%S} UTC")
