"""What tests of every room share: a real broker, how laws are tried, and in which order files are."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from tests.brokers import Broker
from tests.longest_first import longest_first

# A slow machine is no failure.
settings.register_profile("doorward", deadline=None, print_blob=True, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("doorward")


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Last: laws are known as such once Hypothesis has marked them."""
    if hasattr(config, "workerinput"):  # one of several processes that share the files
        longest_first(items)
    _unwatched_laws(items)


def _unwatched_laws(items: list[pytest.Item]) -> None:
    """The examples beside a law have to reach each line: a law takes nearly twice as long when it is watched."""
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
