"""The guest that all others begin as: enrolled as docs/install.md says, configured by its hub, filled and still.

It is kept as a snapshot, a disk, and the hub's data of that moment. What goes on from it offline may do so any
number of times. Beside a hub it may do so once: an edge that is older than its hub knows it has lost what it said.
"""

import hashlib
import inspect
import json
import time
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tests.machine import making
from tests.machine.guest import Guest
from tests.machine.installed import FOLLOW, Installed
from tests.machine.limits import HUB_S, SERVES_S
from tests.machine.package import CHECKOUT, digest_of
from tests.machine.qemu import Qemu, Start
from tests.machine.wiring import CONFIGURATION
from tests.system.web_hub import EDGE, WebHub

HUB_URL: Final = "http://hub.example:8000"
BROKER_URL: Final = "mqtt://broker.example:1883"
_KEPT_S: Final = 12 * 3600
"""Made anew as often: what the club's members may do has changed meanwhile."""
_OWN: Final = ("qemu.py", "wiring.py")


@dataclass(frozen=True, slots=True)
class Made:
    """What every guest needs."""

    kernel: Path
    initramfs: Path
    root: Path


@dataclass(frozen=True, slots=True)
class Settled:
    """`hub`: its data. `cards`: codes by what they are for."""

    made: Made
    disk: Path
    snapshot: Path
    hub: Path
    cards: Mapping[str, str]

    def resumed(self, folder: Path) -> Installed:
        """It goes on, with nobody behind its cable."""
        return resumed(self._start(snapshot=self.snapshot), folder, self.cards)

    def booted(self, folder: Path, clock: str | None = None, cable: bool = True) -> Installed:
        """Switched on, as after a power cut; `clock`: of its RTC, UTC, as in 1970-01-01T00:00:00. `cable`: whether
        it is plugged in, with nobody behind it."""
        return booted(self._start(clock=clock), folder, self.cards, cable)

    def _start(self, snapshot: Path | None = None, clock: str | None = None) -> Start:
        return Start(self.disk, self.made.kernel, self.made.initramfs, snapshot=snapshot, clock=clock)


def resumed(start: Start, folder: Path, cards: Mapping[str, str]) -> Installed:
    """What goes on from a snapshot that was taken of an edge; what it said before is not heard again."""
    return _begun(start, folder, cards, Installed.go_on)


def booted(start: Start, folder: Path, cards: Mapping[str, str], cable: bool = True) -> Installed:
    """What is switched on. Returns when it can be asked, which the edge may not have begun by then."""
    began_s = time.monotonic()
    edge = _begun(start, folder, cards, Installed.begin, cable)
    making.say(f"booted: {time.monotonic() - began_s:.0f} s")
    return edge


def _begun(
    start: Start, folder: Path, cards: Mapping[str, str], begin: Callable[[Installed], None], cable: bool = True
) -> Installed:
    with ExitStack() as unless_begun:
        qemu = Qemu(start, folder)
        unless_begun.callback(qemu.close)
        qemu.connect(cable)
        guest = Guest(qemu)
        unless_begun.callback(guest.close)
        edge = Installed(guest, cards)
        unless_begun.push(edge)
        begin(edge)
        unless_begun.pop_all()
    return edge


def forwards_to(hub: WebHub) -> tuple[tuple[int, int], ...]:
    return (8000, hub.web_port), (1883, hub.port)


def hub_at(folder: Path, data: Path | None = None) -> WebHub:
    """One that guests find by HUB_URL; with these data, or a new one with its club."""
    return WebHub(folder, HUB_URL, BROKER_URL, data)


def settled(build: Path, made: Made) -> Settled:
    place = build / f"settled-{_key(made)}"
    making.kept_by(place, lambda folder: _settle(folder, made))
    cards = json.loads((place / "cards.json").read_text())
    return Settled(made, place / "guest" / "disk.qcow2", place / "snapshot", place / "hub" / "hub", cards)


def _key(made: Made) -> str:
    how = [inspect.getsource(each) for each in (_settle, _enrol)]
    own = digest_of(*(CHECKOUT / "tests" / "machine" / name for name in _OWN), CHECKOUT / "contract")
    made_of = f"{made.root}{made.kernel}{own}{how}{FOLLOW}{time.time() // _KEPT_S}"
    return hashlib.sha256(made_of.encode()).hexdigest()[:12]


def _settle(folder: Path, made: Made) -> None:
    (folder / "hub").mkdir()
    hub = hub_at(folder / "hub")
    try:
        cards = {str(card["slug"]): str(card["code"]) for card in hub.seeded["cards"]}
        (folder / "cards.json").write_text(json.dumps({**cards, "tireless": hub.code}))
        start = Start(made.root, made.kernel, made.initramfs, forwards=forwards_to(hub))
        with booted(start, folder / "guest", cards) as edge:
            _enrol(edge, hub)
            edge.guest.do("sync")
            edge.uart.close()
            edge.guest.qemu.save(folder / "snapshot")
    finally:
        hub.close()


def _enrol(edge: Installed, hub: WebHub) -> None:
    """As docs/install.md and docs/running.md have it."""
    edge.clock.set_to_now()
    edge.clock.keep()
    edge.guest.until("the machine", lambda: _has_settled(edge), SERVES_S)
    enrol = ("doorward-edge", "enroll", "--hub", HUB_URL, "--name", EDGE)
    edge.guest.do(*enrol, typed=f"{hub.code_to_enrol()}\n", limit_s=HUB_S)
    edge.next("connected", limit_s=HUB_S)
    hub.hub("config", "push", EDGE, str(hub.write("edge.toml", CONFIGURATION)), "--wait", str(HUB_S))
    edge.next("replica", limit_s=HUB_S)
    edge.next("configuration", limit_s=HUB_S, trying=False)


def _has_settled(edge: Installed) -> bool:
    """Nothing is left to be started."""
    return not edge.guest.attempt("systemctl", "list-jobs", "--no-legend")[1].strip()
