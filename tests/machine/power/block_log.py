"""What a disk was told, in order, and what it may hold after a power cut in between.

QEMU's blklogwrites writes the log in the format of the kernel's dm-log-writes (drivers/md/dm-log-writes.c): a
sector that counts the entries, then each entry's own sector with its data behind it. An entry stands there once
it is done, and a flush covers every entry before it. A disk keeps what was flushed, or was told to force (FUA).
Of the rest, and of the one entry that was on its way, it keeps any sectors, in any order: of two writes to one
sector either may be the last, and keeping any part of them says that too.
"""

import mmap
import struct
from bisect import bisect_left
from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import Final, NamedTuple

SECTOR: Final = 512
_SUPER: Final = struct.Struct("<QQQI")
_MAGIC: Final = 0x6A736677736872
_ENTRY: Final = struct.Struct("<QQQQ")
_FLUSH, _FUA, _DISCARD, _MARK = 1, 2, 4, 8
_KEPT: Final = (0.0, 0.25, 0.5, 0.75, 1.0)
_TORN: Final = 0.5


class Entry(NamedTuple):
    """`at`, `length`: bytes on the disk; `data`: None, where the log has none."""

    at: int
    length: int
    flags: int
    data: memoryview | None


class BlockLog:
    """ValueError: the file is no log of this format, or is not whole."""

    def __init__(self, path: Path) -> None:
        with path.open("rb") as file:
            raw = memoryview(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ))
        magic, version, count, sector = _SUPER.unpack_from(raw)
        if (magic, version, sector) != (_MAGIC, 1, SECTOR):
            raise ValueError(f"{path} is no log of version 1 by sectors of {SECTOR}")
        self.entries: Final = list(_entries(raw, count))
        self._flushes = [number for number, each in enumerate(self.entries) if each.flags & _FLUSH]

    def flushed_before(self, cut: int) -> int:
        """How many entries, from the first on, were flushed when entry `cut` was on its way."""
        done = bisect_left(self._flushes, cut)
        return self._flushes[done - 1] + 1 if done else 0


def _entries(raw: memoryview, count: int) -> Iterator[Entry]:
    place = SECTOR
    for _ in range(count):
        first, sectors, flags, words = _ENTRY.unpack_from(raw, place)
        place += SECTOR
        length = sectors * SECTOR
        has_data = not flags & (_FLUSH | _DISCARD | _MARK)
        yield Entry(first * SECTOR, length, flags, raw[place : place + length] if has_data else None)
        place += (length if has_data else 0) + (words if flags & _MARK else 0)


class CutDisk:
    """What a disk that began as `blank` holds after cuts, asked for in rising order."""

    def __init__(self, log: BlockLog, blank: bytes) -> None:
        self._log = log
        self._held = bytearray(blank)
        self._applied = 0

    def write(self, cut: int, chance: Random, image: Path) -> None:
        """The disk into `image`, the power gone while entry `cut` was on its way."""
        flushed = self._log.flushed_before(cut)
        for entry in self._log.entries[self._applied : flushed]:
            self._put(entry.at, _content(entry))
        self._applied = max(self._applied, flushed)
        with image.open("wb") as file:
            file.write(self._held)
            for at, some in _left(self._log.entries[flushed : cut + 1], chance):
                if at + len(some) <= len(self._held):
                    file.seek(at)
                    file.write(some)

    def _put(self, at: int, some: bytes | memoryview) -> None:
        """What lies behind the file system is not the disk's, and tells when entries were done."""
        if at + len(some) <= len(self._held):
            self._held[at : at + len(some)] = some


def _content(entry: Entry) -> bytes | memoryview:
    """What was discarded may be anything; zeroes, here."""
    if entry.data is not None:
        return entry.data
    return bytes(entry.length) if entry.flags & _DISCARD else b""


def _left(unflushed: list[Entry], chance: Random) -> Iterator[tuple[int, bytes | memoryview]]:
    """Some of them, whole or torn: as many as this cut leaves. The last one is on its way, forced or not."""
    kept = chance.choice(_KEPT)
    for number, entry in enumerate(unflushed):
        content = _content(entry)
        if entry.flags & _FUA and number + 1 < len(unflushed):
            yield entry.at, content
        elif chance.random() >= _TORN:
            if chance.random() < kept:
                yield entry.at, content
        else:
            for begin in range(0, len(content), SECTOR):
                if chance.random() < kept:
                    yield entry.at + begin, content[begin : begin + SECTOR]
