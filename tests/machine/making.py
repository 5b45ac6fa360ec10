"""What takes long to make is made once: under its name, when it is whole, and not before."""

import fcntl
import os
import shutil
import subprocess
import time
from collections.abc import Callable
from pathlib import Path


def say(text: str) -> None:
    """Progress, for whoever waits; conftest.py puts what pytest lets through in its place."""
    print(text, flush=True)


def kept_by(place: Path, make: Callable[[Path], None]) -> Path:
    """`make` fills another folder first: what was cut off is not taken for whole. Two runs make it once."""
    place.parent.mkdir(parents=True, exist_ok=True)
    with place.with_name(f"{place.name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not place.exists():
            began_s = time.monotonic()
            new = place.with_name(f"new.{place.name}")
            shutil.rmtree(new, ignore_errors=True)
            new.mkdir(parents=True)
            make(new)
            new.rename(place)
            say(f"made {place.name}: {time.monotonic() - began_s:.0f} s")
    return place


def run(*command: str, cwd: Path | None = None, timeout_s: float = 600) -> str:
    """What it printed. RuntimeError: with all of it, where it failed."""
    paths = f"{os.environ['PATH']}:/usr/sbin:/sbin"
    env = os.environ | {"PATH": paths, "LC_ALL": "C.UTF-8", "DEBIAN_FRONTEND": "noninteractive"}
    done = subprocess.run(
        command, cwd=cwd, capture_output=True, text=True, timeout=timeout_s, env=env, check=False
    )
    if done.returncode:
        raise RuntimeError(f"{' '.join(command)}: {done.returncode}\n{done.stdout}\n{done.stderr}")
    return done.stdout
