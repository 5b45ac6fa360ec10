"""The edge's commands: `run`, `check`, `enroll`, `doctor`, and those for scanners. Says on the terminal what is
wrong, and what to do.

Exit codes: 0 for a clean end, 2 where somebody must change something before it can start; `doctor` has 1 as well.
"""

import argparse
import asyncio
import gc
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Final

from contract.configuration import Configuration, ConfigurationError, parse_configuration
from contract.orders import UNREACHABLE_S
from edge import resting
from edge.clock import SystemClock
from edge.core.saved_orders import check_edge
from edge.enrolling.enrol import EnrolFailed, Wish, enrol
from edge.hardware.boards import BoardError
from edge.hardware.wiring import wiring_of
from edge.log import JsonLines
from edge.metrics import MetricsError
from edge.orders import CannotApply
from edge.scanner_commands import ScannerCommandError, add_scanner_commands, scanners, setup_sheet
from edge.storage.enrolment_file import read_enrolment
from edge.storage.errors import StorageError
from edge.storage.state_folder import default_state_dir
from edge.version import version

EXIT_WRONG: Final = 2
_CONFIGURATION_BYTES_MAX: Final = 1_000_000


class CommandError(Exception):
    """What was asked for cannot be done; the text says why and what to do."""


_REFUSALS: Final = (CommandError, ScannerCommandError, EnrolFailed, CannotApply, MetricsError, StorageError)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; returns its exit code."""
    asked = _parser().parse_args(arguments)
    # The replica holds names, the journal who came when: for this user alone.
    os.umask(0o077)
    try:
        return _COMMANDS[asked.command](asked) or 0
    except _REFUSALS as error:
        sys.stderr.write(f"doorward-edge: {error}\n")
        return EXIT_WRONG


def read_configuration(path: Path) -> Configuration:
    """The configuration in a file, or CommandError."""
    try:
        with path.open("rb") as file:
            raw = file.read(_CONFIGURATION_BYTES_MAX)
        return parse_configuration(raw.decode())
    except OSError as error:
        raise CommandError(f"{path} cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise CommandError(f"{path} is no TOML: it should be UTF-8 text") from error
    except ConfigurationError as error:
        raise CommandError(f"{path}: {error}") from error


def _run(asked: argparse.Namespace) -> None:
    # Only here: whoever asks for another command would wait for all that it imports.
    from edge import app  # noqa: PLC0415

    own = None if asked.config is None else read_configuration(asked.config)
    enrolled = read_enrolment(asked.state)
    if own is not None:
        try:
            check_edge(enrolled.edge, own)
        except ConfigurationError as error:
            raise CommandError(f"{asked.config}: {error}") from error
    setting = app.Setting(asked.state, enrolled, own, asked.unreachable_seconds, asked.metrics)
    clock = SystemClock()
    log = JsonLines(sys.stdout.fileno(), clock)
    # What was imported lives as long as the process. Looking at it for garbage held up a scan for 20 ms (F2).
    gc.freeze()
    try:
        asyncio.run(app.run(setting, clock, log))
    finally:
        log.close()


def _check(asked: argparse.Namespace) -> None:
    configuration = read_configuration(asked.config)
    try:
        wiring = wiring_of(configuration)
    except BoardError as error:
        raise CommandError(f"{asked.config}: hardware.{error.field}: {error}") from error
    concerns = list(wiring.concerns(configuration))
    for concern in concerns:
        if concern.is_fault:
            raise CommandError(f"{asked.config}: {concern.place}: {concern.text}")
    sys.stdout.write(f"{asked.config} is right: {_summary(configuration)}\n")
    for concern in concerns:
        sys.stdout.write(f"  {concern.place}: {concern.text}\n")
    for fact in wiring.facts():
        sys.stdout.write(f"  {fact}\n")


def _enroll(asked: argparse.Namespace) -> None:
    code = asked.code
    if code is None:
        # On its own line, it stands in no list of processes and in no shell's history.
        sys.stderr.write("The code that the hub shows: ")
        sys.stderr.flush()
        code = sys.stdin.readline()
    edge = enrol(Wish(asked.state, asked.hub, code, asked.name, asked.force), SystemClock(), _warn)
    secured = "TLS" if edge.broker_tls else "in the clear"
    sys.stdout.write(
        f"This is the edge {edge.edge} now: feed {edge.feed}, broker {edge.broker_host}:{edge.broker_port} "
        f"({secured}), the hub's key {edge.trusted.current.id.hex()}.\n"
        f"Next: doorward-edge run --state {asked.state} (where the package is installed, its service does), and "
        "push it a configuration at the hub (or give it one with --config edge.toml).\n"
    )


def _doctor(asked: argparse.Namespace) -> int:
    # Only here: an edge that runs would carry it for years.
    from edge.doctor.command import DoctorError, doctor  # noqa: PLC0415

    try:
        return doctor(asked)
    except DoctorError as error:
        raise CommandError(str(error)) from error


def _warn(text: str) -> None:
    sys.stderr.write(f"doorward-edge: {text}\n")


def _summary(configuration: Configuration) -> str:
    readers = ", ".join(f"{reader.name} ({reader.kind})" for reader in configuration.readers)
    names = {"edge": configuration.edge, "feed": configuration.feed, "site": configuration.site}
    told = [f"{what} {name}" for what, name in names.items() if name is not None]
    return ", ".join([*told, f"readers {readers}"])


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="doorward-edge", description="Doorward beside a door or on a counter.")
    parser.add_argument("--version", action="version", version=f"%(prog)s {version()}")
    commands = parser.add_subparsers(dest="command", required=True)
    run = commands.add_parser("run", help="serve the readers")
    _take_state(run)
    run.add_argument(
        "--config", type=Path, metavar="edge.toml", help="what holds until the hub has said something else"
    )
    run.add_argument(
        "--metrics",
        type=int,
        metavar="PORT",
        help="show figures to a Prometheus on this machine, at 127.0.0.1:PORT",
    )
    run.add_argument("--unreachable-seconds", type=float, default=float(UNREACHABLE_S), help=argparse.SUPPRESS)
    enroll = commands.add_parser("enroll", help="make this machine an edge of a hub, by a code that the hub shows")
    _take_state(enroll)
    enroll.add_argument("--hub", required=True, metavar="URL", help="the hub's address, as a browser has it")
    enroll.add_argument("--code", metavar="CODE", help="asked for if left out")
    enroll.add_argument("--name", metavar="NAME", help="the edge's name at the hub; needed the first time")
    enroll.add_argument("--force", action="store_true", help="in place of the enrolment that is there")
    check = commands.add_parser("check", help="say whether a configuration is right")
    check.add_argument("--config", type=Path, required=True, metavar="edge.toml")
    ask = commands.add_parser("doctor", help="look at everything that an edge needs, and say what to do")
    _take_state(ask)
    ask.add_argument("--config", type=Path, metavar="edge.toml", help="the file that the edge is run with")
    ask.add_argument("--json", action="store_true", help="for programs: docs/doctor.md says what its words mean")
    # Run by __main__, which needs less for it than what is imported here.
    resting.words_of(commands.add_parser("rest", help="set all outputs to the level at which they are off"))
    add_scanner_commands(commands)
    return parser


def _take_state(command: argparse.ArgumentParser) -> None:
    default = default_state_dir()
    command.add_argument(
        "--state", type=Path, default=default, metavar="DIR", help=f"the edge's own files; {default} if left out"
    )


_COMMANDS: Final[Mapping[str, Callable[[argparse.Namespace], int | None]]] = {
    "run": _run,
    "check": _check,
    "enroll": _enroll,
    "doctor": _doctor,
    "scanners": scanners,
    "setup-sheet": setup_sheet,
}
