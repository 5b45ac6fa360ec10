"""The file of a backup: a ZIP of `about.json`, `database`, `authority.crt` and, unless left out, `keys` (sealed).

`database` is an SQLite file, or a dump in PostgreSQL's custom format. A file is there whole or not at all, for its
owner alone, and never written over another. Must not know Django.
"""

import json
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import IO, Final
from zipfile import ZIP_DEFLATED, BadZipFile, ZipFile

from hub import whole_file
from hub.errors import HubError

FORMAT: Final = 1
_ABOUT: Final = "about.json"
_DATABASE: Final = "database"
_AUTHORITY: Final = "authority.crt"
_KEYS: Final = "keys"


class NoBackup(HubError):
    """The file is no backup of a hub's, is damaged, or cannot be read."""


class CannotWrite(HubError):
    """The backup cannot be written where it was to be."""


@dataclass(frozen=True, slots=True)
class About:
    """`vendor`: "sqlite" or "postgresql". `migrations`: those that the database had, as app.name.

    `keys`: fingerprints of those that fit the database, by name; None: older hubs did not say.
    """

    version: str
    vendor: str
    made_at: str
    migrations: list[str]
    keys: dict[str, str] | None = None

    @property
    def made(self) -> str:
        return f"{datetime.fromisoformat(self.made_at):%Y-%m-%d %H:%M} UTC"


def write(
    path: Path, about: About, database: Callable[[IO[bytes]], None], authority: bytes, keys: bytes | None
) -> None:
    """`database` writes it into the file that it is given. CannotWrite, and whatever `database` raises."""
    try:
        with whole_file.created(path, 0o600) as file:
            _fill(file, about, database, authority, keys)
    except FileExistsError as error:
        raise CannotWrite(f"{path} is there already: name another file") from error
    except OSError as error:
        raise CannotWrite(f"{path} cannot be written ({error.strerror}): name another file") from error


def _fill(
    file: IO[bytes], about: About, database: Callable[[IO[bytes]], None], authority: bytes, keys: bytes | None
) -> None:
    with ZipFile(file, "w", ZIP_DEFLATED) as archive:
        archive.writestr(_ABOUT, json.dumps({"doorward_backup": FORMAT, **asdict(about)}, indent=1))
        archive.writestr(_AUTHORITY, authority)
        if keys is not None:
            archive.writestr(_KEYS, keys)
        with archive.open(_DATABASE, "w", force_zip64=True) as member:
            database(member)


class Archive:
    """A backup that was read through once, so that it is known to be whole."""

    def __init__(self, archive: ZipFile, about: About) -> None:
        self._archive: Final = archive
        self.about: Final = about

    @property
    def authority(self) -> bytes:
        return self._archive.read(_AUTHORITY)

    @property
    def keys(self) -> bytes | None:
        """Sealed; None: the backup was made without."""
        return self._archive.read(_KEYS) if _KEYS in self._archive.namelist() else None

    def database(self) -> IO[bytes]:
        return self._archive.open(_DATABASE)

    def close(self) -> None:
        self._archive.close()


@contextmanager
def opened(path: Path) -> Iterator[Archive]:
    """NoBackup: it is none, it is damaged, or of a format that this version does not know."""
    archive = _checked(path)
    try:
        yield archive
    finally:
        archive.close()


def _checked(path: Path) -> Archive:
    try:
        archive = ZipFile(path)
        try:
            return Archive(archive, _about(archive, path))
        except BaseException:
            archive.close()
            raise
    except OSError as error:
        raise NoBackup(f"{path} cannot be read ({error.strerror})") from error
    except (BadZipFile, zlib.error, KeyError, ValueError, TypeError, AttributeError) as error:
        raise NoBackup(f"{path} is no backup of a hub, or it is damaged") from error


def _about(archive: ZipFile, path: Path) -> About:
    said = json.loads(archive.read(_ABOUT))
    if said.pop("doorward_backup") != FORMAT:
        raise NoBackup(f"{path} was made by a newer hub: install that version first")
    damaged = archive.testzip()
    if damaged or not {_DATABASE, _AUTHORITY} <= set(archive.namelist()):
        raise NoBackup(f"{path} is damaged ({damaged or 'something is missing'}): take another backup")
    about = About(**said)
    datetime.fromisoformat(about.made_at)
    dict(about.keys or {})
    return about
