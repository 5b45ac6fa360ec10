"""A hub as `doorward-hub init` leaves it, made once for all who need one: `init` takes a while."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from tests.enrolled import HUB_SEED
from tests.made_once import made_once


def prepare_hub(folder: Path) -> None:
    """Makes `folder`: keys, whose signing key is HUB_SEED, and an SQLite database."""
    shutil.copytree(made_once("hub", _make), folder, dirs_exist_ok=True)


def init_hub(data: Path, database_url: str = "") -> None:
    """The real thing. "": SQLite, in `data`."""
    said = {"DOORWARD_DATA": str(data), "DATABASE_URL": database_url, "DOORWARD_URL": "", "DOORWARD_BROKER": ""}
    environment = {name: value for name, value in (os.environ | said).items() if name not in said or value}
    command = [sys.executable, "-m", "hub", "init"]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=100, check=False)
    assert done.returncode == 0, done.stderr


def _make(folder: Path) -> None:
    (folder / "keys").mkdir(mode=0o700)
    key = folder / "keys" / "signing.1.key"
    key.touch(0o600)
    key.write_text(HUB_SEED.hex())
    init_hub(folder)
