"""The edge that is installed in a guest, with all that is plugged into its machine."""

import json
import time
from collections.abc import Collection, Mapping
from contextlib import suppress
from typing import Any, Final, Self

from contract.messages import CheckIn, decode
from tests.machine.cards import Cards
from tests.machine.clock import GuestClock
from tests.machine.guest import Guest, GuestError
from tests.machine.keyboard import Keyboard
from tests.machine.limits import EVENT_S, SERVES_S, STOP_S
from tests.machine.pins import Pins
from tests.machine.serial_scanner import SerialScanner
from tests.machine.wiring import CLOSED, Wire

UNIT: Final = "doorward-edge"
READERS: Final = ("door", "counter")
FOLLOW: Final = f"""
import subprocess, threading
heard = []
def _follow():
    command = ["journalctl", "--unit={UNIT}", "--boot", "--follow", "--output=cat", "--lines=all"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, errors="replace") as journal:
        for line in journal.stdout:
            heard.append(line)
threading.Thread(target=_follow, daemon=True).start()
"""
_CHECKINS: Final = """
import contextlib, sqlite3
with contextlib.closing(sqlite3.connect("file:/var/lib/doorward/journal.db?mode=ro", uri=True)) as journal:
    answer = [body.hex() for (body,) in journal.execute("SELECT body FROM checkin ORDER BY sequence")]
"""
_SCANS_MAX: Final = 3
Event = dict[str, Any]


class Installed:
    """`cards`: codes by what they are for. Nothing was heard yet."""

    def __init__(self, guest: Guest, cards: Mapping[str, str]) -> None:
        self.guest: Final = guest
        self.cards: Final = Cards(cards)
        self.pins: Final = Pins(guest)
        self.keyboard: Final = Keyboard(guest)
        self.uart: Final = SerialScanner(guest.qemu.uart)
        self.clock: Final = GuestClock(guest)
        self._heard: list[Event] = []
        self._passed: list[Event] = []
        """Over, since the boot or `forget`: what a failure tells as well."""
        self._lines = 0

    def begin(self) -> None:
        """After each boot: what was said since then will be heard."""
        self.guest.python(FOLLOW)
        self.pins.begin()
        self.keyboard.forget()
        self._heard, self._passed, self._lines = [], [], 0

    def go_on(self) -> None:
        """After a snapshot: what was said before it is not heard again."""
        self.pins.begin()
        self.forget()

    def forget(self) -> None:
        """What was said and moved until now is not looked at any more."""
        self._hear()
        self._heard, self._passed = [], []
        self.pins.forget()

    def next(self, name: str, limit_s: float = EVENT_S, **fields: Any) -> Event:
        """The first event of that name, with these fields, that was not had yet; those before it are passed over.

        GuestError: none came, what came instead, and what was passed over before.
        """
        end = time.monotonic() + limit_s
        while (event := self._taken(name, fields)) is None:
            if time.monotonic() > end:
                raise GuestError(f"waited {limit_s} s for {name} {fields}; {self._told()}")
            time.sleep(0.05)
            self._hear()
        return event

    def heard(self, name: str) -> list[Event]:
        """Those of that name that were not had yet; they stay."""
        self._hear()
        return [event for event in self._heard if event["event"] == name]

    def scan(self, slug: str) -> Event:
        """A card is held before the door's scanner; what the edge says of it."""
        return self.scans(self.cards[slug])

    def scans(self, code: str) -> Event:
        """And once more where the edge says that keys were lost, as a member would: a guest that has much to do
        loses some."""
        for _ in range(_SCANS_MAX):
            lost = len(self.heard("dropped"))
            self.keyboard.types(code)
            with suppress(GuestError):  # `next` tells what came instead
                self.guest.until(
                    "the scan", lambda lost=lost: self.heard("scan") or self._lost_more(lost), EVENT_S
                )
            if self.heard("scan") or not self._lost_more(lost):
                break
        return self.next("scan", reader="door")

    def sell(self, slug: str) -> Event:
        """The same at the counter."""
        self.uart.sends(self.cards[slug])
        return self.next("scan", reader="counter")

    def shut_the_door(self) -> None:
        """Its contact is closed, as it is from each boot on."""
        self.pins.pull(Wire.CONTACT, CLOSED)

    def checkin(self, scan: Event) -> CheckIn:
        """What its journal on the disk has of a scan: at the latest soon after the door has opened."""
        return self.guest.until(
            "the check-in", lambda: next((each for each in self.checkins() if each.id.hex() == scan["id"]), None)
        )

    def checkins(self) -> list[CheckIn]:
        """All that its journal on the disk has, the oldest first."""
        return [decode(bytes.fromhex(body), CheckIn) for body in self.guest.python(_CHECKINS)]

    def start(self) -> None:
        """Its unit, again, or for the first time; returns once it serves."""
        self._hear()
        self._pass_over(len(self._heard))
        self.guest.do("systemctl", "restart", UNIT, limit_s=STOP_S + SERVES_S)
        self.serves()

    def serves(self, readers: Collection[str] = READERS) -> None:
        """Waits until it has started and these have their scanners, which may be there later than it says it has
        started; what it said until then is passed over. Of what it said before it began, nothing may be left.
        """
        self.guest.until("the edge to serve", lambda: self._taken_all(readers), SERVES_S)

    def process(self) -> int:
        """The unit's main process, 0: none."""
        return int(self.guest.do("systemctl", "show", "--property=MainPID", "--value", UNIT))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, _kind: object, error: BaseException | None, _where: object) -> None:
        """Closed; a failure ends with what the guest has to say."""
        if error is not None:
            error.add_note(self.guest.told())
        self.close()

    def close(self) -> None:
        self.uart.close()
        self.guest.close()

    def _lost_more(self, than: int) -> bool:
        return len(self.heard("dropped")) > than

    def _taken_all(self, readers: Collection[str]) -> bool:
        self._hear()
        opened = {event["reader"] for event in self._heard if event["event"] == "reader_open"}
        if not opened.issuperset(readers) or not any(event["event"] == "started" for event in self._heard):
            return False
        self._pass_over(len(self._heard))
        return True

    def _taken(self, name: str, fields: Mapping[str, Any]) -> Event | None:
        for index, event in enumerate(self._heard):
            if event["event"] == name and fields.items() <= event.items():
                self._pass_over(index + 1)
                return event
        return None

    def _pass_over(self, count: int) -> None:
        self._passed += self._heard[:count]
        del self._heard[:count]

    def _told(self) -> str:
        heard, passed = ("\n".join(map(str, events)) or "nothing" for events in (self._heard, self._passed))
        return f"heard:\n{heard}\nhad or passed over before:\n{passed}"

    def _hear(self) -> None:
        lines = self.guest.python(f"answer = heard[{self._lines}:]")
        self._lines += len(lines)
        self._heard += [json.loads(line) for line in lines if line.startswith("{")]
