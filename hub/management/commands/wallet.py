"""`doorward-hub wallet`: which wallets are set up, and what is wrong with what they need."""

import sys
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from hub.cards.passes.configuration import wallets


class Command(BaseCommand):
    help = "Says whether Apple's and Google's wallets are set up, and what is wrong with their files."
    requires_system_checks: list[str] = []

    def handle(self, *_args: Any, **_options: Any) -> None:
        found = wallets(timezone.now())
        apple, google = found.apple, found.google
        ready = "" if apple is None else f": {apple.pass_type}, team {apple.team}, until {apple.until:%Y-%m-%d}"
        self.stdout.write(f"Apple Wallet is {'not offered' if apple is None else 'offered'}{ready}")
        ready = "" if google is None else f": issuer {google.issuer}, {google.account}"
        self.stdout.write(f"Google Wallet is {'not offered' if google is None else 'offered'}{ready}")
        for trouble in found.troubles:
            self.stderr.write(f"doorward-hub: {trouble}")
        if found.troubles:
            sys.exit(1)
