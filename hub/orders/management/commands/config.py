"""`doorward-hub config`: what edges should be, pushed, shown, compared and taken back.

Exit codes: 0 it is so; 1 the edge refused it, is not heard of yet, or there is a difference; 2 it cannot be.
"""

import difflib
import json
import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any, Final

from django.core.management.base import BaseCommand
from django.utils import timezone

from contract.configuration_schema import json_schema
from hub.errors import HubError
from hub.fleet.named import edge_named
from hub.fleet.standing import instant_text, left_out_text
from hub.orders import operations, queries
from hub.orders.documents import document_for
from hub.orders.hearing import why_unreached
from hub.orders.models import Configuration
from hub.orders.queries import Standing
from hub.orders.telling import standing_text, state_text, ways_on_text
from hub.orders.terminal import by
from hub.orders.toml_text import toml_of
from hub.orders.waiting import wait_for

_WAIT_S: Final = 30.0


class NoFile(HubError):
    """The file of a configuration cannot be read."""


class NothingPushed(HubError):
    """The edge has no configuration from the hub."""


class Command(BaseCommand):
    help = "What edges should be: push, show, diff, rollback, schema."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        verbs = parser.add_subparsers(dest="verb", required=True, metavar="push|show|diff|rollback|schema")
        push = verbs.add_parser("push", help="the edge should have what this file says")
        push.add_argument("edge")
        push.add_argument("file", help="an edge.toml, or - for standard input")
        _add_wait(push)
        show = verbs.add_parser("show", help="print what the edge should have")
        show.add_argument("edge")
        show.add_argument("--reported", action="store_true", help="what stands there instead, as it last said")
        diff = verbs.add_parser("diff", help="from what stands at the edge to what it should have, or to a file")
        diff.add_argument("edge")
        diff.add_argument("file", nargs="?")
        rollback = verbs.add_parser("rollback", help="the last one before that stood there")
        rollback.add_argument("edge")
        _add_wait(rollback)
        verbs.add_parser("schema", help="print the JSON Schema of a configuration")

    def handle(self, *_args: Any, **options: Any) -> None:
        undone = _VERBS[options["verb"]](options)
        if undone:
            print(f"doorward-hub: {undone}", file=sys.stderr)
            sys.exit(1)


def _add_wait(parser: ArgumentParser) -> None:
    parser.add_argument("--wait", type=float, default=_WAIT_S, metavar="SECONDS", help="for the edge's word; 30")
    parser.add_argument("--no-wait", action="store_true", help="do not wait for the edge's word")


def _push(options: dict[str, Any]) -> str:
    pushed = operations.push(options["edge"], _read(options["file"]), timezone.now(), by())
    edge, before = pushed.configuration.edge, pushed.replaced
    if not pushed.new:
        print(f"{edge} is to have this already.")
    elif before is not None:
        when = instant_text(edge, before.made_at)
        print(f"{edge}: in place of generation {before.generation}, made {when} by {before.by}.")
    return _follow(pushed.configuration, options)


def _rollback(options: dict[str, Any]) -> str:
    return _follow(operations.rollback(options["edge"], timezone.now(), by()), options)


def _follow(configuration: Configuration, options: dict[str, Any]) -> str:
    """What the edge says of it, within the time. Empty: it stands, or nobody waits."""
    number = f"{configuration.edge}: generation {configuration.generation}"
    if options["no_wait"]:
        print(f"{number} is on its way.")
        return ""
    why_not = why_unreached(configuration.edge, timezone.now())
    state = wait_for(lambda: _decided(configuration), 0.0 if why_not else options["wait"])
    known = state or queries.state_of(configuration.edge)
    text = state_text(known)
    if state is None:
        return f"{configuration.edge}: {text}" + (f". {why_not}" if why_not else "")
    if state.state is Standing.REFUSED:
        return f"{configuration.edge}: {text.rstrip('.')}. Now {ways_on_text(state)}"
    print(f"{configuration.edge}: {text}.")
    return ""


def _decided(configuration: Configuration) -> queries.ConfigurationState | None:
    state = queries.state_of(configuration.edge)
    replaced = state.newest != configuration
    return state if replaced or state.state in (Standing.STANDS, Standing.REFUSED) else None


def _show(options: dict[str, Any]) -> str:
    edge = edge_named(options["edge"])
    state = queries.state_of(edge)
    if left_out := left_out_text(edge):
        print(f"# {left_out}.")
    if options["reported"]:
        print(f"# {options['edge']}: {standing_text(state)}.")
        shown = state.standing
    else:
        shown = _newest(state, options["edge"])
        print(f"# {options['edge']}: {state_text(state).rstrip('.')}.")
        if state.state is Standing.REFUSED:
            print(f"# Now {ways_on_text(state)}.")
    if shown is not None:
        print(shown.text.strip("\n"))
    return ""


def _diff(options: dict[str, Any]) -> str:
    edge = edge_named(options["edge"])
    state = queries.state_of(edge)
    if options["file"] is None:
        wanted, name = _newest(state, edge.name).document, "wanted"
    else:
        wanted, name = document_for(edge, _read(options["file"])), options["file"]
    standing = {} if state.standing is None else state.standing.document
    lines = list(
        difflib.unified_diff(
            [] if not standing else toml_of(standing).splitlines(),
            toml_of(wanted).splitlines(),
            f"{edge}: {standing_text(state)}",
            f"{edge}: {name}",
            lineterm="",
        )
    )
    print("\n".join(lines) if lines else f"{edge}: no difference.")
    if lines:
        sys.exit(1)
    return ""


def _schema(_options: dict[str, Any]) -> str:
    print(json.dumps(json_schema(), indent=2))
    return ""


def _newest(state: queries.ConfigurationState, edge: str) -> Configuration:
    if state.newest is None:
        raise NothingPushed(f"no configuration was pushed to {edge}: `doorward-hub config push {edge} edge.toml`")
    return state.newest


def _read(name: str) -> str:
    try:
        return sys.stdin.read() if name == "-" else Path(name).read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise NoFile(f"{name} cannot be read: {error}") from error


_VERBS: Final = {"push": _push, "show": _show, "diff": _diff, "rollback": _rollback, "schema": _schema}
