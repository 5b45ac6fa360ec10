"""`checkins`: the check-ins that came last, and with --follow each one as it is committed."""

import json
import signal
import sys
import threading
import time
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from contract.reasons import Outcome
from hub.checkins import marks, places, queries, undoing
from hub.checkins.follow import Follower
from hub.checkins.models import CheckIn

_NEWEST = 20
_POLL_S = 0.2
_GREEN, _RED = 32, 31
_COLUMNS = "{:>6} {:<1} {:<25}  {:<20}  {:<16}  {:<26}  {:<20}  {:<4}  {}"
_HEADINGS = ("number", "", "when, at the site", "reader", "permission", "who", "reason", "left", "marks")


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
            print(_COLUMNS.format(*_HEADINGS), flush=True)
        follower = Follower(newest[0].number - 1 if newest else 0, queries.arrived_after)
        stopping = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            # From a thread: Event.set() in a handler that interrupts another one would wait for itself.
            signal.signal(number, lambda _number, _frame: threading.Thread(target=stopping.set).start())
        while True:
            found = follower.next(time.monotonic())
            undone = undoing.undone_by(found)
            for checkin in found:
                print(line(checkin, marks.names_of(checkin, undone.get(checkin.number))), flush=True)
            if not options["follow"] or stopping.wait(_POLL_S):
                return


def _json_line(checkin: CheckIn, marked: list[str]) -> str:
    return json.dumps(
        {
            "number": checkin.number,
            "id": bytes(checkin.checkin_id).hex(),
            "at": checkin.at.isoformat(),
            "time_zone": places.zone_name(checkin),
            "received_at": checkin.received_at.isoformat(),
            "edge": places.edge_name(checkin),
            "reader": checkin.reader,
            "permission": checkin.permission,
            "outcome": checkin.outcome,
            "reason": checkin.reason,
            "customer": checkin.customer and checkin.customer.name,
            "remaining": checkin.remaining,
            "counted": checkin.counted,
            "over_limit": checkin.over_limit,
            "voided": checkin.voided_at is not None,
            "marks": marked,
        }
    )


def _table_line(checkin: CheckIn, marked: list[str]) -> str:
    granted = checkin.outcome == Outcome.GRANTED
    line = _COLUMNS.format(
        checkin.number,
        "✓" if granted else "✕",
        marks.instant_text(checkin, checkin.at),
        places.place_text(checkin),
        checkin.permission,
        _printable(checkin.customer.name) if checkin.customer else "-",
        checkin.reason,
        "" if checkin.remaining is None else checkin.remaining,
        ", ".join(str(marks.TEXTS[name]) for name in marked),
    ).rstrip()
    if not sys.stdout.isatty():
        return line
    return f"\x1b[{_GREEN if granted else _RED}m{line}\x1b[0m"


def _printable(name: str) -> str:
    """A name as it is, but for what a terminal would obey."""
    return "".join(letter if letter.isprintable() else "?" for letter in name)
