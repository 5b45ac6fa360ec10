"""One Chromium for all walks of a run: each signs in for itself. And a club that has one of everything."""

from collections.abc import Iterator

import pytest
from django.contrib.auth.models import User

from tests.hub.walks.visitor import Visitor
from tests.hub.walks.whole_club import whole_club


@pytest.fixture(scope="session")
def chromium(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Visitor]:
    browser = Visitor(tmp_path_factory.mktemp("chromium"))
    yield browser
    browser.close()


@pytest.fixture(scope="module")
def manager(tmp_path_factory: pytest.TempPathFactory) -> Iterator[User]:
    """An owner of the whole club; many tests look at it, none changes it."""
    with whole_club(tmp_path_factory.mktemp("club")) as owner:
        yield owner


@pytest.fixture(scope="module")
def at_the_club(chromium: Visitor, manager: User) -> Iterator[Visitor]:
    with chromium.at_work(manager) as visitor:
        yield visitor
