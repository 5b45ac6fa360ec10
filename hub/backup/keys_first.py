"""The first step of a restore: the keys that the backup holds, which the hub's settings are built from.

Must not know Django: without the keys there are no settings.
"""

import argparse
from collections.abc import Mapping, Sequence
from pathlib import Path

from hub import environment, whole_file
from hub.backup import archive, passphrase, sealed_keys


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Of `doorward-hub restore`."""
    parser.add_argument("file", type=Path, metavar="FILE", help="a backup that `doorward-hub backup` made")
    parser.add_argument(
        "--replace",
        action="store_true",
        help="put it in the place of the hub that is there; of an SQLite database the old file is kept beside it",
    )
    parser.add_argument("--migrate", action="store_true", help="take a backup of an older version too")
    parser.add_argument(
        "--passphrase-file", type=Path, metavar="FILE", help="its first line opens the keys; else it is asked for"
    )


def put_back(arguments: Sequence[str], variables: Mapping[str, str]) -> list[Path]:
    """Writes the keys and the authority's certificate that are missing here; returns what was written.

    hub.backup.archive.NoBackup, hub.backup.passphrase.NoPassphrase, hub.backup.sealed_keys.WrongPassphrase,
    OtherKeys, hub.keys.KeyFileError: nothing was written.
    """
    parser = argparse.ArgumentParser(prog="doorward-hub restore", add_help=False)
    add_arguments(parser)
    asked, _ = parser.parse_known_args(arguments)
    data = environment.data_folder(variables)
    with archive.opened(asked.file) as backup:
        sealed, authority = backup.keys, backup.authority
    if sealed is None:
        return []
    files = sealed_keys.unseal(sealed, passphrase.find(asked.passphrase_file, variables, twice=False))
    made = sealed_keys.put_back(files, data / "keys")
    certificate = data / "authority.crt"
    if whole_file.create(certificate, authority, 0o644):
        made.append(certificate)
    return made
