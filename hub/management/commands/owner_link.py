"""`doorward-hub owner_link EMAIL`: for an owner who can sign in no more."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from hub.access.link_operations import link_text
from hub.access.queries import owners
from hub.access.user_operations import let_in_again


class Command(BaseCommand):
    help = "Prints a one-time link for an owner who can sign in no more; their second factor is taken away."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email")

    def handle(self, *args: Any, **options: Any) -> None:
        email = options["email"]
        owner = owners().filter(email__iexact=email).first()
        if owner is None:
            known = ", ".join(sorted(owners().values_list("email", flat=True))) or "nobody yet"
            raise CommandError(f"{email} is no owner of this hub. Owners: {known}.")
        link = let_in_again(owner.pk, None, timezone.now(), without_factor=True)
        self.stdout.write(link_text(link))
