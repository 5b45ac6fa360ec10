"""A Pi that is switched on once, with the edge's package for arm64 on its card."""

from collections.abc import Iterator

import pytest

from tests.machine.package import lgpio, package
from tests.machine.pi.board import Board
from tests.machine.pi.card import Card, card
from tests.machine.tools import BUILD, need


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Iterator[None]:
    """A failure ends with what the Pi has to say."""
    report = yield
    pi = getattr(item, "funcargs", {}).get("pi")
    if report.failed and isinstance(pi, Board):
        report.sections.append(("the Pi's console", pi.told()))
    return report


@pytest.fixture(scope="session")
def sd_card() -> Card:
    need("qemu-system-aarch64", "qemu-img", "mmdebstrap", "mke2fs", "fdtput", "cpio", "depmod")
    return card(BUILD, package(BUILD, "arm64"), lgpio(BUILD, "arm64"))


@pytest.fixture(scope="module")
def pi(sd_card: Card, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Board]:
    """Its boot is a scenario, too. It is switched off before another guest is on."""
    board = Board(sd_card, tmp_path_factory.mktemp("pi"))
    yield board
    board.close()
