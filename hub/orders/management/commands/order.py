"""`doorward-hub order`: something that an edge does once, now or not at all.

Exit codes: 0 done; 1 not done, or nothing was heard; 2 it cannot be asked for.
"""

import sys
from argparse import ArgumentParser
from typing import Any, Final

from django.core.management.base import BaseCommand
from django.utils import timezone

from contract.orders import COMMAND_LIFE_S, CommandKind
from hub.orders.command_operations import ask_now
from hub.orders.models import CommandOrder
from hub.orders.telling import answer_text
from hub.orders.terminal import by
from hub.orders.waiting import wait_for

_KINDS: Final = {
    "unlock": CommandKind.UNLOCK_ONCE,
    "identify": CommandKind.IDENTIFY,
    "resync": CommandKind.RESYNC,
}
_ANSWER_S: Final = 2.0
"""What an answer may take after the last moment at which the edge may still begin."""


class Command(BaseCommand):
    help = "Has an edge do something once: unlock a door, identify (lamps blink), resync (load its feed anew)."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("kind", choices=list(_KINDS))
        parser.add_argument("edge")
        parser.add_argument("reader", nargs="?")

    def handle(self, *_args: Any, **options: Any) -> None:
        kind = _KINDS[options["kind"]]
        order = ask_now(options["edge"], kind, options["reader"], timezone.now(), by())
        answered = wait_for(lambda: _answered(order), COMMAND_LIFE_S + _ANSWER_S)
        if answered is None:
            _fail(order, f"nothing was heard of it in {COMMAND_LIFE_S} s, and later it is not done: is it online?")
        elif answered.why:
            _fail(order, f"not done: {answer_text(answered)}")
        else:
            print(f"{order.edge}: {answer_text(answered)}.")


def _fail(order: CommandOrder, text: str) -> None:
    print(f"doorward-hub: {order.edge}: {text}", file=sys.stderr)
    sys.exit(1)


def _answered(order: CommandOrder) -> CommandOrder | None:
    return CommandOrder.objects.filter(pk=order.pk, answered_at__isnull=False).first()
