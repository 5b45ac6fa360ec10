"""What a disk may hold after a cut, of a log of four writes and one flush."""

import struct
from pathlib import Path
from random import Random

from tests.machine.power.block_log import SECTOR, BlockLog, CutDisk

FLUSH, FUA, DISCARD = 1, 2, 4
BLANK = bytes(8 * SECTOR)


def log_at(path: Path, *entries: tuple[int, int, int]) -> BlockLog:
    """Each is its first sector, how many, and its flags; it writes the entry's number."""
    raw = struct.pack("<QQQI", 0x6A736677736872, 1, len(entries), SECTOR).ljust(SECTOR, b"\0")
    for number, (first, sectors, flags) in enumerate(entries, 1):
        raw += struct.pack("<QQQQ", first, sectors, flags, 0).ljust(SECTOR, b"\0")
        raw += b"" if flags & (FLUSH | DISCARD) else bytes([number]) * SECTOR * sectors
    path.write_bytes(raw)
    return BlockLog(path)


def left(log: BlockLog, cut: int, folder: Path) -> set[bytes]:
    """What 500 cuts leave: the first byte of each sector."""
    found = set()
    for seed in range(500):
        CutDisk(log, BLANK).write(cut, Random(seed), folder / "image")
        found.add((folder / "image").read_bytes()[::SECTOR])
    return found


def test_what_was_flushed_stays_and_of_the_rest_any_sectors(tmp_path: Path) -> None:
    log = log_at(tmp_path / "log", (0, 2, 0), (0, 0, FLUSH), (1, 3, 0), (6, 1, 0))
    whole = {bytes([1, b, c, d, 0, 0, e, 0]) for b in (1, 3) for c in (0, 3) for d in (0, 3) for e in (0, 4)}
    assert left(log, 3, tmp_path) == whole
    assert left(log, 2, tmp_path) == {each for each in whole if not each[6]}


def test_what_was_on_its_way_may_be_there_or_not_a_flush_too(tmp_path: Path) -> None:
    log = log_at(tmp_path / "log", (0, 1, 0), (0, 0, FLUSH), (1, 1, 0))
    assert left(log, 0, tmp_path) == {bytes(8), bytes([1, *bytes(7)])}
    assert left(log, 1, tmp_path) == {bytes(8), bytes([1, *bytes(7)])}


def test_what_was_forced_stays_and_what_was_discarded_may_go(tmp_path: Path) -> None:
    log = log_at(tmp_path / "log", (0, 1, 0), (0, 0, FLUSH), (1, 1, FUA), (0, 1, DISCARD), (2, 1, 0))
    assert {each[:2] for each in left(log, 4, tmp_path)} == {bytes([1, 3]), bytes([0, 3])}


def test_cuts_one_after_the_other_are_as_each_alone(tmp_path: Path) -> None:
    log = log_at(tmp_path / "log", (0, 1, 0), (0, 0, FLUSH), (1, 1, 0), (0, 0, FLUSH), (2, 1, 0))
    disk = CutDisk(log, BLANK)
    for cut in range(5):
        disk.write(cut, Random(cut), tmp_path / "image")
        together = (tmp_path / "image").read_bytes()
        CutDisk(log, BLANK).write(cut, Random(cut), tmp_path / "image")
        assert (tmp_path / "image").read_bytes() == together
