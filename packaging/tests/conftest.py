"""The packages, a hub with its web and worker, and a machine of each Debian that is served."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from machine import CHECKOUT, Machine

from tests.system.web_hub import WebHub

SUITES = ("bookworm", "trixie")
FIRST, NEXT = "0.1.0", "0.1.1"


def built(version: str, *options: str) -> Path:
    """A package of this checkout that says it is of that version."""
    command = [sys.executable, "packaging/build_package.py", "--version", version, *options]
    # Not the last commit's date: in a checkout that is worked in there may be another at any time.
    environment = {**os.environ, "SOURCE_DATE_EPOCH": "1790000000"}
    said = subprocess.run(command, cwd=CHECKOUT, env=environment, check=True, stdout=subprocess.PIPE, text=True)
    return Path(said.stdout.strip())


@pytest.fixture(scope="session")
def package() -> Path:
    return built(FIRST)


@pytest.fixture(scope="session")
def next_package() -> Path:
    return built(NEXT)


@pytest.fixture(scope="session")
def package_for_a_pi() -> Path:
    return built(FIRST, "--architecture", "arm64")


@pytest.fixture(scope="module", params=SUITES)
def machine(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Machine]:
    machine = Machine(request.param, tmp_path_factory.mktemp("machine"))
    yield machine
    machine.close()


@pytest.fixture(scope="module")
def hub(machine: Machine, tmp_path_factory: pytest.TempPathFactory) -> Iterator[WebHub]:
    """One for each machine: they are enrolled under one name."""
    hub = WebHub(tmp_path_factory.mktemp("hub"))
    yield hub
    hub.close()
