"""What tests of every room share: a real broker."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.brokers import Broker
from tests.longest_first import longest_first


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    longest_first(items)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Laws are tried unwatched: the examples beside them have to reach each line, and a law takes nearly
    twice as long when it is watched."""
    for item in items:
        if item.get_closest_marker("hypothesis"):
            item.add_marker(pytest.mark.no_cover)


@pytest.fixture
def mosquitto(tmp_path: Path) -> Iterator[Broker]:
    """A real mosquitto that runs; `kill()` and `start()` as the test likes."""
    folder = tmp_path / "mosquitto"
    folder.mkdir()
    broker = Broker(folder)
    broker.start()
    yield broker
    broker.kill()
