"""A small file of the edge's own: a checksum on a line, then the fields of one struct as JSON.

Whole or not at all: a new file takes the old one's name once it is on disk. Blocking: called from threads. Knows
nothing of what the fields mean.
"""

import contextlib
import os
import zlib
from pathlib import Path
from typing import Final, Generic, TypeVar

import msgspec
from msgspec import Struct

from contract.messages import MESSAGE_BYTES_MAX
from edge.storage.errors import StorageError

Fields = TypeVar("Fields", bound=Struct)

BYTES_MAX: Final = 4 * MESSAGE_BYTES_MAX
"""The longest is orders': two configurations and modes, each at most a message. JSON may take more than CBOR."""


class DamagedFile(StorageError):
    """A small file that does not hold what was written; the text names it."""


class SmallFile(Generic[Fields]):
    """The struct `fields` in the file at `path`; its folder exists. A damaged file holds nothing up."""

    def __init__(self, path: Path, fields: type[Fields]) -> None:
        self._path = path
        self._fields = fields
        self._set_aside: str | None = None

    @property
    def set_aside(self) -> str | None:
        """The name of the damaged file that `read` found, if it did."""
        return self._set_aside

    def read(self) -> Fields | None:
        """What was written last; None: nothing. A damaged file is set aside, and there is nothing."""
        try:
            with self._path.open("rb") as file:
                raw = file.read(BYTES_MAX)
        except FileNotFoundError:
            return None
        except OSError:
            raw = b""
        found = checked(raw, self._fields)
        if found is None:
            self._make_way()
        return found

    def write(self, fields: Fields) -> None:
        """On disk when this returns; after a power cut there is this or what was there before. OSError."""
        body = msgspec.json.encode(fields)
        write_whole(self._path, _checksum(body) + b"\n" + body)

    def _make_way(self) -> None:
        """The last damaged file is kept to be looked at."""
        aside = self._path.with_name(f"damaged-{self._path.name}")
        with contextlib.suppress(OSError):
            self._path.rename(aside)
        self._set_aside = aside.name


def look(path: Path, fields: type[Fields]) -> Fields | None:
    """What was written last; None: nothing. Changes nothing. DamagedFile, or an OSError but for a missing file."""
    try:
        with path.open("rb") as file:
            raw = file.read(BYTES_MAX)
    except FileNotFoundError:
        return None
    found = checked(raw, fields)
    if found is None:
        raise DamagedFile(f"{str(path)!r} is damaged")
    return found


def checked(raw: bytes, fields: type[Fields]) -> Fields | None:
    """The struct in a small file's bytes; None: they are damaged."""
    checksum, _, body = raw.partition(b"\n")
    if checksum != _checksum(body):
        return None
    try:
        return msgspec.json.decode(body, type=fields)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return None


def write_whole(path: Path, raw: bytes) -> None:
    """A file for its owner alone, on disk with its name when this returns; the old one until then. OSError."""
    new = path.with_name(path.name + ".new")
    with contextlib.suppress(FileNotFoundError):
        new.unlink()
    descriptor = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(raw)
        file.flush()
        os.fsync(descriptor)
    new.rename(path)
    sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """The names in a folder, on disk when this returns. OSError."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _checksum(body: bytes) -> bytes:
    return b"%08x" % zlib.crc32(body)
