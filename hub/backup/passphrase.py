"""Where the passphrase of a backup's keys comes from: a file, systemd's credential, or whoever is at the terminal.

Never from the command line or a variable, which others can read. Must not know Django.
"""

import getpass
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from hub.errors import HubError

CREDENTIAL: Final = "backup_passphrase"


class NoPassphrase(HubError):
    """None was given, or the two that were typed differ."""


def find(file: Path | None, variables: Mapping[str, str], twice: bool) -> str:
    """The first line of `file`, of the credential that systemd handed over, or as typed; `twice` for a new one."""
    credential = Path(variables.get("CREDENTIALS_DIRECTORY", "/nonexistent")) / CREDENTIAL
    if file is None and credential.exists():
        file = credential
    if file is not None:
        return _first_line(file)
    if not sys.stdin.isatty():
        raise NoPassphrase(
            "the keys in a backup have a passphrase: name a file that holds it by --passphrase-file"
        )
    passphrase = getpass.getpass("Passphrase of the backup's keys: ")
    if twice and getpass.getpass("The same again: ") != passphrase:
        raise NoPassphrase("the two passphrases differ: nothing was written")
    return passphrase


def _first_line(file: Path) -> str:
    try:
        lines = file.read_text("utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise NoPassphrase(
            f"{file} cannot be read: it should be a file whose first line is the passphrase"
        ) from error
    if not lines or not lines[0].strip():
        raise NoPassphrase(f"{file} is empty: its first line should be the passphrase")
    return lines[0].strip()
