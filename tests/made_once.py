"""What all of a run's processes share: folders that are made once, however many workers pytest has."""

import atexit
import fcntl
import os
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Final

_VARIABLE: Final = "DOORWARD_TESTS_SHARED"
"""Set by the first process of a run: pytest's own, before it has workers. It clears away at its end."""


def made_once(name: str, make: Callable[[Path], None]) -> Path:
    """A folder that `make` has filled, now or for somebody else before. To be copied, never changed."""
    folder = _shared() / name
    with folder.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not folder.exists():
            unfinished = folder.with_suffix(".unfinished")
            shutil.rmtree(unfinished, ignore_errors=True)
            unfinished.mkdir(mode=0o700)
            make(unfinished)
            unfinished.rename(folder)
    return folder


def _shared() -> Path:
    if _VARIABLE not in os.environ:
        share()
    return Path(os.environ[_VARIABLE])


def share() -> None:
    """To be called before there are workers: they find the same by what they inherit."""
    if _VARIABLE in os.environ:
        return
    folder = tempfile.mkdtemp(prefix="doorward-tests-")
    os.environ[_VARIABLE] = folder
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
