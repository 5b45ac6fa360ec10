"""What takes long to make is made once: under its name, when it is whole, and not before."""

import contextlib
import fcntl
import os
import re
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO, Final

_NEW: Final = "new."
_LOCK: Final = ".lock"
_IN_USE: Final[list[IO[str]]] = []
"""Locks, until this process ends."""


def say(text: str) -> None:
    """Progress, for whoever waits; conftest.py puts what pytest lets through in its place."""
    print(text, flush=True)


def kept_by(place: Path, make: Callable[[Path], None]) -> Path:
    """`make` fills another folder first: what was cut off is not taken for whole. Two runs make it once.

    It stays as long as this run lasts. What was made of its kind before goes when it is made, unless a run has it.
    """
    place.parent.mkdir(parents=True, exist_ok=True)
    while not _is_used(place):
        with _alone_with(place) as alone:
            if alone and not place.exists():
                _make(place, make)
    return place


def _is_used(place: Path) -> bool:
    """By this run from now on, where it is made; waits for who makes it."""
    lock = _locked(place, fcntl.LOCK_SH)
    if not place.exists():
        lock.close()
        return False
    _IN_USE.append(lock)
    return True


def _make(place: Path, make: Callable[[Path], None]) -> None:
    began_s = time.monotonic()
    new = place.with_name(f"{_NEW}{place.name}")
    if new.exists():
        shutil.rmtree(new)
    new.mkdir()
    make(new)
    new.rename(place)
    say(f"made {place.name}: {time.monotonic() - began_s:.0f} s")
    _drop_others(place)


def _drop_others(place: Path) -> None:
    names = {each.name.removeprefix(_NEW).removesuffix(_LOCK) for each in place.parent.iterdir()}
    for name in names - {place.name}:
        if _kind(name) == _kind(place.name):
            _drop(place.with_name(name))


def _drop(place: Path) -> None:
    """Unless a run has it. Its lock goes last: who waits for that one is told by `_locked`."""
    with _alone_with(place) as alone:
        if alone:
            for each in (place, place.with_name(f"{_NEW}{place.name}")):
                if each.exists():
                    shutil.rmtree(each)
            _lock_of(place).unlink()


@contextlib.contextmanager
def _alone_with(place: Path) -> Iterator[bool]:
    """Whether it is had for oneself alone meanwhile; no, where somebody uses or makes it."""
    try:
        lock = _locked(place, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        yield False
        return
    with lock:
        yield True


def _locked(place: Path, how: int) -> IO[str]:
    """BlockingIOError, where that was not to be waited for."""
    path = _lock_of(place)
    while True:
        lock = path.open("w")
        try:
            fcntl.flock(lock, how)
        except BlockingIOError:
            lock.close()
            raise
        if _is_at(lock, path):
            return lock
        lock.close()


def _is_at(lock: IO[str], path: Path) -> bool:
    """Whoever had it before may have dropped it: a lock of a file that nobody finds any more keeps nobody out."""
    try:
        return os.path.samestat(os.fstat(lock.fileno()), path.stat())
    except FileNotFoundError:
        return False


def _lock_of(place: Path) -> Path:
    return place.with_name(f"{place.name}{_LOCK}")


def _kind(name: str) -> str:
    """Whatever digests and releases it has."""
    return re.sub(r"[0-9a-f]{8,}|[0-9]+", "*", name)


def run(*command: str, cwd: Path | None = None, timeout_s: float = 900) -> str:
    """What it printed. RuntimeError: with all of it, where it failed."""
    paths = f"{os.environ['PATH']}:/usr/sbin:/sbin"
    env = os.environ | {"PATH": paths, "LC_ALL": "C.UTF-8", "DEBIAN_FRONTEND": "noninteractive"}
    done = subprocess.run(
        command, cwd=cwd, capture_output=True, text=True, timeout=timeout_s, env=env, check=False
    )
    if done.returncode:
        raise RuntimeError(f"{' '.join(command)}: {done.returncode}\n{done.stdout}\n{done.stderr}")
    return done.stdout
