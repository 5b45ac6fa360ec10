"""What the edge's trust in time and data is made from, in a small file: a checksum, and the fields as JSON.

Blocking: called from threads. Losing it costs the floor and the replica's age until the hub answers next, so a
damaged file holds nothing up.
"""

import contextlib
import os
import zlib
from pathlib import Path
from typing import Final

import msgspec

from edge.core.saved_trust import SavedTrust

_BYTES_MAX: Final = 10_000


class SmallTrustFile:
    """Implements ports.TrustFile."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._set_aside: str | None = None

    @property
    def set_aside(self) -> str | None:
        return self._set_aside

    def read(self) -> SavedTrust | None:
        try:
            with self._path.open("rb") as file:
                raw = file.read(_BYTES_MAX)
        except FileNotFoundError:
            return None
        except OSError:
            raw = b""
        checksum, _, fields = raw.partition(b"\n")
        try:
            trust = msgspec.json.decode(fields, type=SavedTrust)
            if checksum == _checksum(fields):
                return trust
        except (msgspec.MsgspecError, UnicodeDecodeError):
            pass
        self._make_way()
        return None

    def write(self, trust: SavedTrust) -> None:
        """A new file takes the old one's name once it is whole on disk."""
        fields = msgspec.json.encode(trust)
        new = self._path.with_name(self._path.name + ".new")
        with new.open("wb") as file:
            file.write(_checksum(fields) + b"\n" + fields)
            file.flush()
            os.fsync(file.fileno())
        new.rename(self._path)
        folder = os.open(self._path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)

    def _make_way(self) -> None:
        """The last damaged file is kept to be looked at."""
        aside = self._path.with_name(f"damaged-{self._path.name}")
        with contextlib.suppress(OSError):
            self._path.rename(aside)
        self._set_aside = aside.name


def _checksum(fields: bytes) -> bytes:
    return b"%08x" % zlib.crc32(fields)
