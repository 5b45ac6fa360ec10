"""One Chromium for all walks of a run: each signs in for itself."""

from collections.abc import Iterator

import pytest

from tests.hub.walks.visitor import Visitor


@pytest.fixture(scope="session")
def chromium(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Visitor]:
    browser = Visitor(tmp_path_factory.mktemp("chromium"))
    yield browser
    browser.close()
