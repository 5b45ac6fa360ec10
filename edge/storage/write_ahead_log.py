"""Whether SQLite has left out commits of a write-ahead log because bytes of it had changed. Blocking; reads only.

SQLite reads a log up to the first frame that is not as it was written, and takes what follows for the rest of an
older log: what was committed behind it is gone without a word, and the file is sound. What an older log leaves
behind differs in its salts.

A power cut tears what was not synced yet, in any order: a commit may be on disk, and a frame before it not. An
append is synced before another transaction begins, so it can be torn only where it is the last one; what others
write (acks) is synced with the next append, and costs nothing. So bytes that were flipped later in an append that
is the last one, or in acks right before it, are taken for such a tear: that row is gone, and nobody is told.

The files' formats: https://www.sqlite.org/fileformat2.html#walformat and https://www.sqlite.org/walformat.html
"""

import struct
import sys
from pathlib import Path
from typing import BinaryIO, Final

_HEADER_BYTES: Final = 32
_FRAME_HEADER_BYTES: Final = 24
_MAX_FRAME: Final = slice(16, 20)
"""Of the index: how many frames SQLite has found to be whole."""


def is_cut(database: Path, synced: int | None) -> bool:
    """Whether commits are missing that no power cut explains, of a database that a connection of this process has
    open and has read from.

    `synced`: the page that is written to by transactions that are synced before the next one begins, and by no
    others. None: all are.
    """
    try:
        log = database.with_name(f"{database.name}-wal").open("rb")
    except FileNotFoundError:
        return False
    with log:
        header = log.read(_HEADER_BYTES)
        if not log.read(1):
            return False
        return not _is_sound(header) or _is_missed(log, header, _frames_read(database), synced)


def _is_sound(header: bytes) -> bool:
    magic, *_ = struct.unpack(">I", header[:4])
    order = ">" if magic & 1 else "<"
    first = second = 0
    words = struct.unpack(f"{order}6I", header[:24])
    for even, odd in zip(words[::2], words[1::2], strict=True):
        first = (first + even + second) % 2**32
        second = (second + odd + first) % 2**32
    return struct.unpack(">2I", header[24:]) == (first, second)


def _frames_read(database: Path) -> int:
    try:
        index = database.with_name(f"{database.name}-shm").read_bytes()
    except FileNotFoundError:
        return 0
    return int.from_bytes(index[_MAX_FRAME], sys.byteorder)


def _is_missed(log: BinaryIO, header: bytes, frames: int, synced: int | None) -> bool:
    """Whether of this log, beyond the first so many frames, a synced transaction has another one behind it."""
    frame_bytes = _FRAME_HEADER_BYTES + int.from_bytes(header[8:12], "big")
    was_synced = is_synced = False
    log.seek(0, 2)
    for place in range(_HEADER_BYTES + frames * frame_bytes, log.tell() - frame_bytes + 1, frame_bytes):
        log.seek(place)
        frame = log.read(_FRAME_HEADER_BYTES)
        if frame[8:16] != header[16:24]:
            continue
        page, pages_after = struct.unpack(">2I", frame[:8])
        is_synced = is_synced or synced in {None, page}
        if pages_after:  # it ends its transaction
            if was_synced:
                return True
            was_synced, is_synced = is_synced, False
    return False
