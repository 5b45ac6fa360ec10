"""`doorward-hub example_club`: fills an empty hub with a small club to try things with."""

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from hub import example_club


class Command(BaseCommand):
    help = "Fills an empty hub with a small club to try things with, and prints its cards."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="print one JSON document")
        parser.add_argument(
            "--website",
            default="",
            metavar="ORIGIN",
            help="add a website that may frame join pages",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        club = example_club.seed(timezone.now(), options["website"])
        if options["json"]:
            self.stdout.write(json.dumps(club))
            return
        for card in club["cards"]:
            self.stdout.write(f"{card['code']:<22} {card['who']} ({card['plan'] or 'no plan'})")
        self.stdout.write(f"{club['unknown_code']:<22} (a code that no card has)")
        self.stdout.write(f"A member's card on a phone: {club['links']['member']}")
        self.stdout.write(f"A partner's phone: {club['links']['partner']}")
        if "website" in club:
            self.stdout.write(f"The website's id: {club['website']['id']}")
            self.stdout.write(f"Its key, shown this once: {club['website']['key']}")
