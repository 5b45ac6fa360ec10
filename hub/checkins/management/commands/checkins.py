"""`checkins`: the check-ins that came last, and with --follow each one as it is committed."""

import json
import signal
import sys
import threading
import time
from argparse import ArgumentParser
from datetime import UTC
from typing import Any

from django.core.management.base import BaseCommand

from contract.reasons import Outcome
from hub.checkins import queries
from hub.checkins.follow import Follower
from hub.checkins.models import CheckIn

_NEWEST = 20
_POLL_S = 0.2
_GREEN, _RED = 32, 31
_COLUMNS = "{:<2} {:<19} {:<22} {:<30} {:<20} {}"


class Command(BaseCommand):
    help = "Print the last 20 check-ins; with --follow, then each new one as it is committed."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--follow", action="store_true", help="go on with each new check-in until Ctrl-C")
        parser.add_argument("--json", action="store_true", help="one JSON object a line")

    def handle(self, *_args: Any, **options: Any) -> None:
        newest = queries.newest(_NEWEST)
        line = _json_line if options["json"] else _table_line
        if not options["json"]:
            print(_COLUMNS.format("", "when (UTC)", "reader", "who", "reason", "left"), flush=True)
        follower = Follower(newest[0].number - 1 if newest else 0, queries.arrived_after)
        stopping = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            # From a thread: Event.set() in a handler that interrupts another one would wait for itself.
            signal.signal(number, lambda _number, _frame: threading.Thread(target=stopping.set).start())
        while True:
            for checkin in follower.next(time.monotonic()):
                print(line(checkin), flush=True)
            if not options["follow"] or stopping.wait(_POLL_S):
                return


def _json_line(checkin: CheckIn) -> str:
    return json.dumps(
        {
            "id": bytes(checkin.checkin_id).hex(),
            "at": checkin.at.isoformat(),
            "received_at": checkin.received_at.isoformat(),
            "edge": checkin.edge.name,
            "reader": checkin.reader,
            "outcome": checkin.outcome,
            "reason": checkin.reason,
            "customer": checkin.customer and checkin.customer.name,
            "remaining": checkin.remaining,
            "counted": checkin.counted,
            "over_limit": checkin.over_limit,
            "voided": checkin.voided_at is not None,
        }
    )


def _table_line(checkin: CheckIn) -> str:
    granted = checkin.outcome == Outcome.GRANTED
    line = _COLUMNS.format(
        "✓" if granted else "✕",
        checkin.at.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S"),
        f"{checkin.edge.name}/{checkin.reader}",
        _printable(checkin.customer.name) if checkin.customer else "-",
        checkin.reason + _mark(checkin),
        "" if checkin.remaining is None else checkin.remaining,
    ).rstrip()
    if not sys.stdout.isatty():
        return line
    return f"\x1b[{_GREEN if granted else _RED}m{line}\x1b[0m"


def _mark(checkin: CheckIn) -> str:
    if checkin.voided_at is not None:
        return " (voided)"
    return " (over limit)" if checkin.over_limit else ""


def _printable(name: str) -> str:
    """A name as it is, but for what a terminal would obey."""
    return "".join(letter if letter.isprintable() else "?" for letter in name)
