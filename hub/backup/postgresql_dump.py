"""A PostgreSQL hub's database by pg_dump and pg_restore, which have to be on the PATH.

No password is in a command line: the tools are told it by their environment.
"""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Mapping
from typing import IO, Any, Final

from django.db.backends.postgresql.client import DatabaseClient

from hub.errors import HubError

_DUMP: Final = ("--format=custom", "--compress=0", "--no-owner", "--no-privileges")
_RESTORE: Final = ("--no-owner", "--no-privileges", "--single-transaction", "--exit-on-error")
_ANEW: Final = ("--clean", "--if-exists")
_PIECE: Final = 1 << 20


class ToolFailed(HubError):
    """pg_dump or pg_restore is missing, or did not do it; the text has its own words."""


def copy_to(settings: Mapping[str, Any], file: IO[bytes]) -> None:
    """All that is committed when it begins; nobody waits for it. ToolFailed."""
    address, variables = _address(settings)
    with tempfile.TemporaryFile() as said:
        with _started("pg_dump", [*_DUMP, *address], variables, said, stdout=subprocess.PIPE) as tool:
            shutil.copyfileobj(_pipe(tool.stdout), file, _PIECE)
        _check("pg_dump", tool, said)


def restore(settings: Mapping[str, Any], file: IO[bytes], over: bool) -> None:
    """In one transaction: all of it, or the database stays as it is. `over`: over the tables that are there."""
    address, variables = _address(settings)
    options = [*_RESTORE, *(_ANEW if over else ()), *address[:-1], "--dbname", address[-1]]
    with tempfile.TemporaryFile() as said:
        with _started("pg_restore", options, variables, said, stdin=subprocess.PIPE) as tool:
            try:
                shutil.copyfileobj(file, _pipe(tool.stdin), _PIECE)
            except BrokenPipeError:
                pass  # it says why it ended
            except BaseException:
                # Before its input ends: what came so far is not all.
                tool.kill()
                raise
        _check("pg_restore", tool, said)


def _address(settings: Mapping[str, Any]) -> tuple[list[str], dict[str, str]]:
    """The options that name server and user, then the database's name; and what belongs in the environment."""
    words, variables = DatabaseClient.settings_to_cmd_args_env(dict(settings), [])
    return words[1:], variables or {}


def _started(
    name: str, options: list[str], variables: Mapping[str, str], said: IO[bytes], **pipes: int
) -> subprocess.Popen[bytes]:
    path = shutil.which(name)
    if path is None:
        raise ToolFailed(f"{name} is not on the PATH: install PostgreSQL's client (Debian: postgresql-client)")
    given = {"stdin": subprocess.DEVNULL, "stdout": subprocess.DEVNULL} | pipes
    return subprocess.Popen([path, "--no-password", *options], env=os.environ | variables, stderr=said, **given)  # type: ignore[call-overload,no-any-return] # noqa: S603


def _pipe(pipe: IO[bytes] | None) -> IO[bytes]:
    assert pipe is not None
    return pipe


def _check(name: str, tool: subprocess.Popen[bytes], said: IO[bytes]) -> None:
    if tool.returncode:
        said.seek(0)
        lines = said.read().decode(errors="replace").strip().splitlines()
        raise ToolFailed(f"{name} failed: {' '.join(lines[:2])[:500] or tool.returncode}")
