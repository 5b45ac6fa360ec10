"""The edge's commands: `run` and `check`. Reads the files that a configuration needs and says what is wrong.

Exit codes: 0 for a clean end, 2 where somebody must change something before it can start.
"""

import argparse
import asyncio
import os
import stat
import sys
from collections.abc import Sequence
from pathlib import Path

from edge import app
from edge.clock import SystemClock
from contract.configuration import (
    Configuration,
    ConfigurationError,
    parse_configuration,
    parse_organization_key,
)
from edge.hardware.pins import HardwareError
from edge.log import JsonLines
from edge.storage.errors import StorageError

EXIT_WRONG = 2
_CONFIGURATION_BYTES_MAX = 1_000_000


class CommandError(Exception):
    """What was asked for cannot be done; the text says why and what to do."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; returns its exit code."""
    asked = _parser().parse_args(arguments)
    # The replica holds names, the journal who came when: for this user alone.
    os.umask(0o077)
    try:
        configuration = read_configuration(Path(asked.config))
        organization_key = read_organization_key(Path(configuration.organization_key_file))
        if asked.command == "check":
            sys.stdout.write(f"{asked.config} is right: {_summary(configuration)}\n")
        else:
            _run(configuration, organization_key)
    except (CommandError, app.StartError, HardwareError, StorageError) as error:
        sys.stderr.write(f"doorward-edge: {error}\n")
        return EXIT_WRONG
    return 0


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


def read_organization_key(path: Path) -> bytes:
    """The key in its file, which nobody but its owner may read. CommandError never shows what the file holds."""
    try:
        with path.open("rb") as file:
            mode = os.fstat(file.fileno()).st_mode
            raw = file.read(1_000)
    except OSError as error:
        raise CommandError(f"organization_key_file {str(path)!r} cannot be read: {error.strerror}") from error
    if mode & (stat.S_IRWXG | stat.S_IRWXO):
        raise CommandError(
            f"organization_key_file {str(path)!r} may be read by others (mode {stat.S_IMODE(mode):04o}); "
            f"it should be its owner's alone: chmod 600 {path}"
        )
    try:
        return parse_organization_key(raw.decode("latin-1"))
    except ConfigurationError as error:
        raise CommandError(f"organization_key_file {str(path)!r}: {error}") from error


def _run(configuration: Configuration, organization_key: bytes) -> None:
    clock = SystemClock()
    log = JsonLines(sys.stdout.fileno(), clock)
    try:
        asyncio.run(app.run(configuration, organization_key, clock, log))
    finally:
        log.close()


def _summary(configuration: Configuration) -> str:
    readers = ", ".join(f"{reader.name} ({reader.kind})" for reader in configuration.readers)
    return f"edge {configuration.edge}, feed {configuration.feed}, readers {readers}"


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="doorward-edge", description="Doorward beside a door or on a counter.")
    commands = parser.add_subparsers(dest="command", required=True)
    for name, meaning in (("run", "serve the readers"), ("check", "say whether a configuration is right")):
        command = commands.add_parser(name, help=meaning)
        command.add_argument("--config", required=True, metavar="edge.toml")
    return parser
