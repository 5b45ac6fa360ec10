"""What all of a day's runs share: folders that are made once, however many workers pytest has.

In build/prepared. When the code or the packages that they are made with change, they are made anew.
`make clean` forgets them.
"""

import fcntl
import os
import shutil
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Final

_CHECKOUT: Final = Path(__file__).parents[1]
_KEPT: Final = _CHECKOUT / "build" / "prepared"
_KEPT_S: Final = 24 * 3600


def made_once(name: str, make: Callable[[Path], None]) -> Path:
    """A folder that `make` has filled, now or for somebody else before. To be copied, never changed."""
    folder = _KEPT / _made_of() / name
    folder.parent.mkdir(parents=True, exist_ok=True)
    with folder.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not folder.exists():
            _forget_old()
            unfinished = folder.with_suffix(".unfinished")
            shutil.rmtree(unfinished, ignore_errors=True)
            unfinished.mkdir(mode=0o700)
            make(unfinished)
            unfinished.rename(folder)
    return folder


@cache
def _made_of() -> str:
    """All code that `doorward-hub init` may run; and the day, as its certificates say when they began."""
    digest = sha256(f"{datetime.now(UTC):%F} {os.geteuid()} {sys.version}".encode())
    for path in _sources():
        digest.update(f"{path.relative_to(_CHECKOUT)} ".encode() + path.read_bytes())
    return digest.hexdigest()[:16]


def _sources() -> Iterator[Path]:
    yield _CHECKOUT / "requirements.lock"
    yield from sorted(_CHECKOUT.glob("tests/*.py"))
    yield _CHECKOUT / "tests" / "hub" / "postgresql.py"
    for room in ("contract", "hub"):
        yield from sorted((_CHECKOUT / room).rglob("*.py"))


def _forget_old() -> None:
    for folder in _KEPT.iterdir():
        if folder.stat().st_mtime < time.time() - _KEPT_S:
            shutil.rmtree(folder, ignore_errors=True)
