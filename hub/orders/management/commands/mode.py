"""`doorward-hub mode`: what readers are set to by hand, above their configuration and hours.

Exit codes: 0 it is set and stands at every edge there; 1 an edge has not heard it yet; 2 it cannot be.
"""

import sys
from argparse import ArgumentParser
from typing import Any, Final

from django.core.management.base import BaseCommand
from django.utils import timezone

from contract.ask import Posture
from hub.errors import HubError
from hub.fleet.workers import workers_shown
from hub.orders import queries
from hub.orders.hearing import Hearing, hearings, is_heard, unheard
from hub.orders.mode_operations import clear_mode, set_mode
from hub.orders.models import ModeOrder
from hub.orders.places import Place
from hub.orders.telling import mode_text, origin_text, stands_text
from hub.orders.terminal import by
from hub.orders.waiting import wait_for

_WAIT_S: Final = 10.0


class NoReaderNamed(HubError):
    """A reader is named by its edge and itself."""


class Command(BaseCommand):
    help = "Sets doors by hand, above configuration and hours: lockdown, secure, unlocked, free; clear; show."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("posture", choices=[*map(str, Posture), "clear", "show"])
        where = parser.add_mutually_exclusive_group()
        where.add_argument("--reader", metavar="EDGE/READER")
        where.add_argument("--edge")
        where.add_argument("--site")
        where.add_argument("--everything", action="store_true")
        parser.add_argument(
            "--wait", type=float, default=_WAIT_S, metavar="SECONDS", help="for edges to hear it; 10"
        )
        parser.add_argument("--no-wait", action="store_true", help="do not wait for edges to hear it")

    def handle(self, *_args: Any, **options: Any) -> None:
        if options["posture"] == "show":
            _show()
            return
        place = _place(options)
        done = _set(place, options["posture"])
        if options["no_wait"]:
            print(f"{done}; edges hear of it.")
        else:
            stands = "Its end was heard" if options["posture"] == "clear" else "It stands"
            _follow(place, done, stands, options["wait"])


def _set(place: Place, posture: str) -> str:
    if posture == "clear":
        left = clear_mode(place, timezone.now(), by())
        return "\n".join(["ended", *(f"still set: {mode_text(order)} {origin_text(order)}" for order in left)])
    return f"set: {mode_text(set_mode(place, Posture(posture), timezone.now(), by()))}"


def _show() -> None:
    standing, found = queries.set_by_hand(), hearings(timezone.now())
    late = unheard(found)
    lingering = [each.text for each in late if each.lingering]
    nothing = f"Nothing {'else ' if lingering else ''}is set by hand."
    shown = [_shown(order, found) for order in standing] or [nothing]
    print("\n".join([*lingering, *shown, *(each.text for each in late if not each.lingering)]))


def _shown(order: ModeOrder, found: list[Hearing]) -> str:
    there = [each for each in found if each.covers(order) and not each.left_out]
    return f"{mode_text(order)} {origin_text(order)}: {stands_text(order, there)}"


def _follow(place: Place, done: str, stands: str, wait_s: float) -> None:
    """Until every edge there has heard it, or the time is over."""
    print(done)
    trouble = workers_shown(timezone.now()).trouble
    all_heard = wait_for(lambda: is_heard(place) or None, 0.0 if trouble else wait_s)
    found = hearings(timezone.now(), place)
    missing = unheard(found)
    told = [each.text for each in missing]
    if all_heard is None and trouble:
        told.insert(0, f"no edge hears of it: {trouble}")
    left_out = [each.left_out for each in found if each.left_out]
    # Of a machine that was taken off the list nothing is expected, unless it is the one that was meant.
    failed = bool(missing) or (place.edge is not None and bool(left_out))
    for line in [*told, *left_out]:
        print(f"doorward-hub: {line}", file=sys.stderr)
    if failed:
        sys.exit(1)
    heard = sum(each.heard and not each.left_out for each in found)
    print(f"{stands} at {heard} of {heard} edges." if heard else "No edge there could hear it.")


def _place(options: dict[str, Any]) -> Place:
    if options["everything"]:
        return Place()
    if options["reader"] is not None:
        edge, slash, reader = options["reader"].partition("/")
        if not (edge and slash and reader):
            raise NoReaderNamed(f"{options['reader']!r} names no reader: write EDGE/READER, as in east/door")
        return Place(edge=edge, reader=reader)
    if options["site"] is None and options["edge"] is None:
        raise NoReaderNamed("say where: --reader EDGE/READER, --edge EDGE, --site SITE or --everything")
    return Place(site=options["site"], edge=options["edge"])
