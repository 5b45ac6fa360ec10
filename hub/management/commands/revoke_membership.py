"""`doorward-hub revoke_membership ID`: revokes a membership: it ends at once and for good."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from hub.members import operations
from hub.members.models import Membership


class Command(BaseCommand):
    help = "Revokes a membership: it ends at once and for good."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("id", type=int)

    def handle(self, *args: Any, **options: Any) -> None:
        membership = Membership.objects.filter(pk=options["id"]).first()
        if membership is None:
            raise CommandError(f"there is no membership {options['id']}")
        operations.revoke_memberships([membership], timezone.now())
        self.stdout.write(f"Revoked: {membership}")
