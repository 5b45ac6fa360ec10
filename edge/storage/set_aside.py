"""A damaged journal makes way for one with all that can be read of it; no kill meanwhile loses a row. Blocking.

  1. journal.db.new is filled, with the Lost row that tells what could not be saved, and is on disk whole.
  2. journal.db, then its WAL, are renamed to journal.db.damaged-N.
  3. journal.db.new becomes journal.db.

Where journal.db stands, what there is of a new one is void: the old one will be found damaged again. Where it does
not, the new one is whole, and the rest is done at the next start. A WAL never stands beside a file that is not its
own. What is damage, edge/storage/journal_file.py knows.
"""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from contract.messages import Lost
from edge.core.losses import Damage
from edge.storage import journal_tables as sql
from edge.storage.journal_values import values_of
from edge.storage.salvage import Reading, connect
from edge.storage.small_file import sync_folder


def begin_anew(path: Path, is_cut: bool, new_id: Callable[[], bytes], now_us: int) -> Damage:
    """Another journal in the place of the damaged one in `path`. sqlite3.Error, OSError: all is as it was.

    `is_cut`: it had rows of which nothing is known (edge/storage/write_ahead_log.py).
    """
    aside = _name_aside(path)
    new = _new(path)
    _remove(new)
    with closing(sqlite3.connect(new, isolation_level=None)) as target, closing(connect(path)) as source:
        sql.create(target, new_id())
        damage = _fill(target, Reading(source, is_cut), aside.name, new_id, now_us)
        target.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    sync_folder(path.parent)
    _swap(path, aside)
    return damage


def take_up(path: Path) -> None:
    """What a kill cut short is brought to its end. OSError."""
    new = _new(path)
    if path.exists():
        _remove(new)
    elif new.exists():
        _swap(path, _last_aside(path))


def _fill(
    target: sqlite3.Connection,
    reading: Reading,
    aside: str,
    new_id: Callable[[], bytes],
    now_us: int,
) -> Damage:
    target.execute("BEGIN IMMEDIATE")
    target.executemany(sql.APPEND, map(values_of, reading.rows()))
    target.executemany(sql.SAVED, reading.used_steps())
    damage = Damage(aside, reading.kept, reading.lost)
    if damage.lost != 0:
        at_us = now_us
        since_us = at_us if reading.since_us is None else min(reading.since_us, at_us)
        lost = Lost(lost=new_id(), from_us=since_us, upto_us=at_us, count=damage.lost or 0, why=aside[:64])
        target.execute(sql.APPEND, values_of(lost))
    target.execute("COMMIT")
    return damage


def _swap(path: Path, aside: Path) -> None:
    wal, wal_aside = (each.with_name(f"{each.name}-wal") for each in (path, aside))
    if path.exists():
        path.rename(aside)
    if wal.exists():
        wal.rename(wal_aside)
    path.with_name(f"{path.name}-shm").unlink(missing_ok=True)
    sync_folder(path.parent)
    _new(path).rename(path)
    sync_folder(path.parent)


def _name_aside(path: Path) -> Path:
    last = _last_aside(path)
    number = int(last.name.rpartition("-")[2]) if last.exists() else 0
    return path.with_name(f"{path.name}.damaged-{number + 1}")


def _last_aside(path: Path) -> Path:
    """The last file that was set aside; the first name of one, where there is none yet."""
    number = 1
    while path.with_name(f"{path.name}.damaged-{number + 1}").exists():
        number += 1
    return path.with_name(f"{path.name}.damaged-{number}")


def _new(path: Path) -> Path:
    return path.with_name(f"{path.name}.new")


def _remove(new: Path) -> None:
    for suffix in ("-wal", "-shm", "-journal", ""):
        with_suffix = new.with_name(new.name + suffix)
        if with_suffix.exists():
            with_suffix.unlink()
