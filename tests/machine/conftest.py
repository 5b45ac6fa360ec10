"""Guests for the scenarios: made once, booted and enrolled once, then a fresh one for each from the snapshot."""

from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from functools import cache
from pathlib import Path
from threading import current_thread, main_thread

import pytest

from tests.machine import kernel, making, package, root
from tests.machine.chain import Chain
from tests.machine.guest import living
from tests.machine.initramfs import initramfs
from tests.machine.installed import Installed
from tests.machine.settled import Made, Settled, hub_at, settled
from tests.machine.tools import BUILD, need
from tests.system.web_hub import WebHub

_NEEDED = (
    *("qemu-system-x86_64", "qemu-img", "mmdebstrap", "mke2fs", "cpio", "depmod", "busybox"),
    *("make", "gcc", "mosquitto", "unshare"),
)
_LIMIT_S = 900
"""Of a scenario itself. What is made and booted for it has limits of its own."""


def pytest_configure(config: pytest.Config) -> None:
    """Progress is seen while it is made; what is made beside a scenario is told of when the next of it is."""
    capture = config.pluginmanager.getplugin("capturemanager")
    plain = making.say
    to_say: list[str] = []

    def say(text: str) -> None:
        to_say.append(f"\n  machine: {text}")
        if current_thread() is main_thread():
            with capture.global_and_fixture_disabled():
                plain("\n".join(to_say))
            to_say.clear()

    making.say = say


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Each limit of the scenarios' own is far below."""
    for item in items:
        if item.path.is_relative_to(Path(__file__).parent):
            item.add_marker(pytest.mark.timeout(_LIMIT_S, func_only=True))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Iterator[None]:
    """A failure ends with what each guest has to say that was begun and not closed, whatever it was begun for."""
    report = yield
    if report.failed:
        report.sections += [(f"the guest of {guest.qemu.folder.name}", guest.told()) for guest in living]
    return report


@pytest.fixture(scope="session", autouse=True)
def made_ahead(request: pytest.FixtureRequest) -> Iterator[Callable[[], Future[Made]]]:
    """Begun before the first scenario where one needs it: an emulated Pi, which comes first, has one processor."""
    with ThreadPoolExecutor(1) as beside:
        begun = cache(lambda: beside.submit(_made))
        if any("made" in getattr(item, "fixturenames", ()) for item in request.session.items):
            begun()
        yield begun


@pytest.fixture(scope="session")
def made(made_ahead: Callable[[], Future[Made]]) -> Made:
    """Kernel, initramfs, and a root with the package installed."""
    return made_ahead().result()


def _made() -> Made:
    need(*_NEEDED)
    with ThreadPoolExecutor() as at_once:
        base = at_once.submit(root.debian, BUILD)
        edge = at_once.submit(package.package, BUILD)
        core = kernel.kernel(BUILD)
        base.result()
    system = root.root(BUILD, core, edge.result(), package.lgpio(BUILD))
    return Made(core, initramfs(BUILD, core), system)


@pytest.fixture(scope="session")
def at_rest(made: Made) -> Settled:
    return settled(BUILD, made)


@pytest.fixture
def edge(at_rest: Settled, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installed]:
    """A fresh one that has lost its hub: nobody is behind the cable."""
    edge = at_rest.resumed(tmp_path_factory.mktemp("guest"))
    yield edge
    edge.close()


@pytest.fixture(scope="session")
def hub(at_rest: Settled, tmp_path_factory: pytest.TempPathFactory) -> Iterator[WebHub]:
    """The one that `online` was enrolled at."""
    hub = hub_at(tmp_path_factory.mktemp("hub"), at_rest.hub)
    yield hub
    hub.close()


@pytest.fixture(scope="session")
def chain(at_rest: Settled, hub: WebHub, tmp_path_factory: pytest.TempPathFactory) -> Chain:
    return Chain(at_rest, hub, tmp_path_factory.mktemp("online"))


@pytest.fixture(scope="module")
def online(chain: Chain) -> Iterator[Installed]:
    """The one that goes on beside its hub: a file's scenarios in order, each where the last one ended."""
    edge = chain.go_on()
    yield edge
    chain.rest(edge)
