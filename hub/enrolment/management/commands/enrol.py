"""`doorward-hub enrol EDGE`: makes an edge's enrolment code, and shows what to type at the edge."""

from datetime import timedelta
from typing import Any, Final

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from hub.enrolment import operations
from hub.enrolment.states import State, state_without_code
from hub.fleet.named import edge_named
from hub.fleet.standing import instant_text

_MINUTES_MAX: Final = int(operations.CODE_LASTS_MAX.total_seconds() // 60)


class Command(BaseCommand):
    help = "Makes an edge's enrolment code: whoever types it at a Pi makes that Pi this edge."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("edge", metavar="EDGE", help="as it is called on the page of edges")
        parser.add_argument("--minutes", type=int, default=60, help="how long the code counts (60)")

    def handle(self, *args: Any, **options: Any) -> None:
        minutes = options["minutes"]
        if not 1 <= minutes <= _MINUTES_MAX:
            raise CommandError(f"--minutes is {minutes}: it should be 1 to {_MINUTES_MAX} (7 days)")
        edge = edge_named(options["edge"])
        if state_without_code(edge) is State.ENROLLED:
            self.stdout.write(
                f"{edge} is enrolled: its machine goes on until the code is used, and from then on nothing of its"
                " counts.\n"
            )
        made = operations.make_code_for(options["edge"], timezone.now(), timedelta(minutes=minutes))
        self.stdout.write(
            f"At {made.edge}, type before {instant_text(edge, made.until)}:\n\n  {made.command}\n\n"
            f"and, when it asks for the code:\n\n  {made.text}\n"
        )
        self.stdout.write("The code is shown this once and can be used once; a new one ends it.")
