"""What takes long to make is made once: under its name, when it is whole, and not before."""

import contextlib
import fcntl
import os
import re
import shutil
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import IO, Final

_NEW: Final = "new."
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
    lock = _lock_of(place)
    _IN_USE.append(lock)
    fcntl.flock(lock, fcntl.LOCK_SH)
    if not place.exists():
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not place.exists():
            _make(place, make)
        fcntl.flock(lock, fcntl.LOCK_SH)
    return place


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
    for each in list(place.parent.iterdir()):
        whole = each.with_name(each.name.removeprefix(_NEW))
        if each.is_dir() and whole != place and _kind(whole.name) == _kind(place.name):
            with _lock_of(whole) as lock, contextlib.suppress(BlockingIOError):
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                shutil.rmtree(each)


def _lock_of(place: Path) -> IO[str]:
    return place.with_name(f"{place.name}.lock").open("w")


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
