"""`explain`: why a check-in was granted or denied, and what would have to change."""

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from hub.decisions.evidence import Fact
from hub.decisions.explaining import Explanation, as_json, explain, find
from hub.decisions.ladder import Rung


class Command(BaseCommand):
    help = "Explain a check-in: the rules in their order, the rows that mattered, and what would have to change."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "checkin", help="its number, its id (32 hex digits), or last: the last line of `checkins`"
        )
        parser.add_argument("--json", action="store_true", help="one JSON object")

    def handle(self, *_args: Any, **options: Any) -> None:
        told = explain(find(options["checkin"]))
        if options["json"]:
            print(json.dumps(as_json(told), ensure_ascii=False))
        else:
            print(_printable("\n".join(_lines(told))))


def _lines(told: Explanation) -> list[str]:
    checkin = told.checkin
    who = checkin.customer.name if checkin.customer else "nobody that is known"
    lines = [
        f"{'✓' if told.granted else '✕'} {told.heading}",
        f"  Check-in {checkin.number}: {told.permission} at {told.reader} for {who}",
        f"  {told.when}",
        f"  {told.replayed}",
    ]
    if told.replay.cut:
        lines.append("  The edge had counted 100 uses or more of its own: a check-in names the first 100 of them.")
    if told.replay.missing:
        lines.append(f"  {told.replay.missing} of the uses that the edge counted have not come in yet.")
    lines += [f"  {note.whole}" for note in told.notes]
    if told.mismatches:
        lines += ["", "What does not fit", *(f"  {each}" for each in told.mismatches)]
    lines += ["", "Rules, in their order", *_rungs(told.ladder)]
    lines += ["", "What mattered, as it was known then", *_facts(told.facts)]
    for each in told.memberships:
        lines += ["", f"By the membership “{each.plan}” alone: {each.reason_text}", *_facts(each.facts)]
        if len(told.memberships) > 1:
            lines += [*_rungs(each.ladder), f"  {each.change}"]
    return [*lines, "", "What would have to change", f"  {told.change}"]


def _rungs(ladder: list[Rung]) -> list[str]:
    return [f"  {each.sign} {each.rule.topic!s:<11} {each.text}" for each in ladder]


def _facts(facts: list[Fact]) -> list[str]:
    return [f"  {each.name:<11} {each.text}" for each in facts]


def _printable(text: str) -> str:
    """As it is, but for what a terminal would obey in a name."""
    return "".join(letter if letter.isprintable() or letter == "\n" else "?" for letter in text)
