"""What has to be on this machine before a guest can be made, and where what is made is kept."""

import os
import shutil
from typing import Final

import pytest

from tests.machine.package import CHECKOUT

BUILD: Final = CHECKOUT / "build" / "machine"


def need(*programs: str) -> None:
    """Missing, they are a failure in CI, and a word elsewhere."""
    places = f"{os.environ['PATH']}:/usr/sbin:/sbin"
    missing = [name for name in programs if shutil.which(name, path=places) is None]
    if os.geteuid() != 0:
        missing.append("root's rights")
    if missing:
        told = f"no {', '.join(missing)} here: `make machine` gets it"
        (pytest.fail if os.environ.get("CI") else pytest.skip)(told)
