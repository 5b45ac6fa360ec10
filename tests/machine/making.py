"""What takes long to make is made once: under its name, when it is whole, and not before."""

import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path


def kept_by(place: Path, make: Callable[[Path], None]) -> Path:
    """`make` fills another folder first: what was cut off is not taken for whole."""
    if not place.exists():
        new = place.with_name(f"new.{place.name}")
        shutil.rmtree(new, ignore_errors=True)
        new.mkdir(parents=True)
        print(f"  making {place.name} ...", flush=True)
        make(new)
        new.rename(place)
    return place


def run(*command: str, cwd: Path | None = None, timeout_s: float = 600) -> str:
    """What it printed. RuntimeError: with all of it, where it failed."""
    env = os.environ | {"LC_ALL": "C.UTF-8", "DEBIAN_FRONTEND": "noninteractive"}
    done = subprocess.run(
        command, cwd=cwd, capture_output=True, text=True, timeout=timeout_s, env=env, check=False
    )
    if done.returncode:
        raise RuntimeError(f"{' '.join(command)}: {done.returncode}\n{done.stdout}\n{done.stderr}")
    return done.stdout
