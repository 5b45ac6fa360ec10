"""`doorward-hub token create|list|revoke`: tokens of the API, without a browser."""

from argparse import ArgumentParser
from datetime import datetime, timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from hub.api import token_operations
from hub.api.models import ApiToken
from hub.api.scopes import Scope

DAYS = 90


class Command(BaseCommand):
    help = "Makes, lists and revokes tokens of the API. A new one's secret is printed once."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        actions = parser.add_subparsers(dest="action", required=True)
        create = actions.add_parser("create", help="a new token; its secret is printed this once")
        create.add_argument("name", help="who uses it, as the audit log will say")
        create.add_argument("--scope", action="append", required=True, choices=[each.value for each in Scope])
        create.add_argument(
            "--days", type=int, default=DAYS, help=f"how long it is valid, at most a year ({DAYS})"
        )
        actions.add_parser("list", help="all tokens, by how they begin")
        revoke = actions.add_parser("revoke", help="it counts no more, at once")
        revoke.add_argument("name")

    def handle(self, *_args: Any, **options: Any) -> None:
        at = timezone.now()
        if options["action"] == "create":
            self._create(options, at)
        elif options["action"] == "revoke":
            self._revoke(options["name"], at)
        else:
            for token in ApiToken.objects.all():
                print(_line(token, at))

    def _create(self, options: dict[str, Any], at: datetime) -> None:
        expires_at = at + timedelta(days=options["days"])
        try:
            _token, secret = token_operations.make_token(options["name"], options["scope"], expires_at, at)
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from error
        print(secret)

    def _revoke(self, name: str, at: datetime) -> None:
        token = ApiToken.objects.filter(name=name).first()
        if token is None:
            raise CommandError(f"there is no token {name}")
        token_operations.revoke_token(token, at)
        print(f"{name} counts no more.")


def _line(token: ApiToken, at: datetime) -> str:
    state = (
        "revoked"
        if token.revoked_at
        else "over"
        if token.expires_at <= at
        else f"until {token.expires_at:%Y-%m-%d}"
    )
    used = "never used" if token.last_used_at is None else f"last used {token.last_used_at:%Y-%m-%d %H:%M} UTC"
    return f"{token.shown}…  {token.name}  {state}  {used}  {' '.join(token.scopes)}"
