"""`doorward-hub example_club`: fills an empty hub with a small club to try things with."""

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from hub import example_club


class Command(BaseCommand):
    help = "Fills an empty hub with a small club to try things with, and prints its cards."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="print one JSON document")

    def handle(self, *args: Any, **options: Any) -> None:
        club = example_club.seed(timezone.now())
        if options["json"]:
            self.stdout.write(json.dumps(club))
            return
        for card in club["cards"]:
            self.stdout.write(f"{card['code']:<22} {card['who']} ({card['plan'] or 'no plan'})")
        self.stdout.write(f"{club['unknown_code']:<22} (a code that no card has)")
        self.stdout.write(f"A member's card on a phone: {club['links']['member']}")
        self.stdout.write(f"A partner's phone: {club['links']['partner']}")
