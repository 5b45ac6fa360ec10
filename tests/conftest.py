"""What tests of every room share: a real broker."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.hub.broker import Mosquitto


@pytest.fixture
def mosquitto(tmp_path: Path) -> Iterator[Mosquitto]:
    """A real mosquitto that runs; `kill()` and `start()` as the test likes."""
    folder = tmp_path / "mosquitto"
    folder.mkdir()
    broker = Mosquitto(folder)
    broker.start()
    yield broker
    broker.kill()
