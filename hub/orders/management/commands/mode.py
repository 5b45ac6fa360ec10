"""`doorward-hub mode`: what readers are set to by hand, above their configuration and hours.

Exit codes: 0 done; 2 it cannot be.
"""

from argparse import ArgumentParser
from typing import Any, Final

from django.core.management.base import BaseCommand
from django.utils import timezone

from contract.ask import Posture
from hub.errors import HubError
from hub.orders import queries
from hub.orders.mode_operations import clear_mode, set_mode
from hub.orders.models import ModeOrder
from hub.orders.places import Place
from hub.orders.telling import mode_text, origin_text

BY: Final = "doorward-hub"


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

    def handle(self, *_args: Any, **options: Any) -> None:
        if options["posture"] != "show":
            self._set(_place(options), options["posture"])
        standing = queries.set_by_hand()
        tell = _with_origin if options["posture"] == "show" else mode_text
        print("\n".join(map(tell, standing)) if standing else "Nothing is set by hand.")

    def _set(self, place: Place, posture: str) -> None:
        if posture == "clear":
            clear_mode(place, timezone.now(), BY)
        else:
            set_mode(place, Posture(posture), timezone.now(), BY)


def _with_origin(order: ModeOrder) -> str:
    return f"{mode_text(order)} {origin_text(order)}"


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
