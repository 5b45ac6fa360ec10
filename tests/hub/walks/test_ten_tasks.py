"""The ten commonest tasks of docs/desk.md in a row, at a hub that `doorward-hub serve` runs, with real pages,
worker and mosquitto, and a real edge with a door, at which each change arrives."""

import sys
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from pathlib import Path

import pytest
from django.utils import timezone

from demo.processes import Process, free_port, run_to_end, wait_until_listening
from demo.scanner import Scanner
from hub import example_club
from hub.access.roles import Role
from hub.members import codes, operations
from hub.members.models import Card, Company, Customer, Plan
from tests.brokers import Broker
from tests.hub.colleagues import a_user
from tests.hub.conftest import Database
from tests.hub.walks.visitor import WIDE, Visitor

NAME = "Nora Newcomer"
DOOR = """\
site = "clubhouse"
[hardware]
pin_factory = "mock"
[[readers]]
name = "door"
kind = "door"
permission = "front-door"
device = "{folder}/door.tty"
rescan_seconds = 0
relay_pin = 17
"""


class Door:
    """A real edge with one door."""

    def __init__(self, folder: Path, hub: dict[str, str], stack: ExitStack) -> None:
        self._scanner = Scanner(folder / "door.tty")
        stack.callback(self._scanner.close)
        state = str(folder / "edge")
        enrol = [sys.executable, "-m", "tests.system.enrol", example_club.EDGE, state]
        run_to_end(enrol, hub, folder / "enrol.log")
        (folder / "edge.toml").write_text(DOOR.format(folder=folder))
        command = [sys.executable, "-m", "edge", "run", "--state", state, "--config", str(folder / "edge.toml")]
        self._process = Process("edge", command, {}, folder)
        stack.callback(self._process.stop)
        self._process.wait_for(lambda event: event.get("event") == "replica", "whole replica", 90)

    def says(self, code: str) -> str:
        seen = self._process.event_count()
        self._scanner.scan(code.encode())
        return str(
            self._process.wait_for(lambda event: event.get("event") == "scan", "scan", after=seen)["reason"]
        )

    def comes_to_say(self, code: str, reason: str) -> None:
        """Once what was changed at the desk has arrived."""
        for _ in range(600):
            if self.says(code) == reason:
                return
        raise AssertionError(f"the door never said {reason}")


@pytest.fixture
def served(sqlite_database: Database, mosquitto: Broker, tmp_path: Path) -> Iterator[tuple[str, Door]]:
    """The hub's address, and the door of the example club."""
    example_club.seed(timezone.now())
    for plan in Plan.objects.filter(name__in=("Full", "Door only")):
        plan.billed_every = 1
        operations.save_plan(plan)
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    broker = {"DOORWARD_BROKER": f"mqtt://127.0.0.1:{mosquitto.port}", "DOORWARD_URL": address}
    hub = sqlite_database.environment | broker
    serve = [sys.executable, "-m", "hub", "serve", "--bind", f"127.0.0.1:{port}", "--workers", "1"]
    with ExitStack() as stack:
        process = Process("serve", serve, hub, tmp_path)
        stack.callback(process.stop)
        wait_until_listening(port, process, 90)
        yield address, Door(tmp_path, hub, stack)


def test_all_ten_in_a_row(served: tuple[str, Door], chromium: Visitor) -> None:
    address, door = served
    chromium.errors.clear()
    chromium.wears(WIDE)
    chromium.sign_in(address, a_user("colleague", Role.STAFF))
    takes_in(chromium)
    finds(chromium)
    assigns(chromium)
    code = gives_a_card(chromium)
    door.comes_to_say(code, "granted")
    checks_in(chromium)
    does(chromium, "Renew", "Renewed.")
    does(chromium, "Freeze", "The freeze is set.")
    door.comes_to_say(code, "suspended")
    does(chromium, "Resume", "Resumed.")
    does(chromium, "Change plan", "The plan is changed.")
    door.comes_to_say(code, "granted")
    belongs_to_a_company(chromium)
    does(chromium, "Cancel now", "Cancelled: it is over.")
    door.comes_to_say(code, "expired")
    arrives(chromium)
    assert chromium.complaints() == []
    chromium.go("about:blank")


def takes_in(visitor: Visitor) -> None:
    visitor.open("/desk/customers/")
    visitor.click("New customer")
    visitor.write("dialog [name=name]", NAME)
    visitor.click("Save", "dialog")
    visitor.until("document.querySelector('h1').textContent === " + repr(NAME))


def finds(visitor: Visitor) -> None:
    visitor.open("/desk/")
    visitor.key("/")
    visitor.write("#search-text", "newcom")
    visitor.sees(NAME)
    visitor.key("ArrowDown")
    visitor.key("Enter")
    visitor.until(f"location.pathname === '{profile()}'")


def assigns(visitor: Visitor) -> None:
    visitor.click("Assign")
    visitor.until("!!document.querySelector('dialog #id_plan')")
    visitor.look(f"document.querySelector('#id_plan').value = '{Plan.objects.get(name='Full').pk}'")
    visitor.click("Assign", "dialog")
    visitor.sees("Assigned: Full.")


def gives_a_card(visitor: Visitor) -> str:
    visitor.click("Issue")
    visitor.sees("A card is issued.")
    return codes.decrypt(Card.objects.get(customer__name=NAME))


def checks_in(visitor: Visitor) -> None:
    visitor.open(profile())
    visitor.click("Check in", "main")
    visitor.sees("May: Front door")
    visitor.click("Check in ⏎", "#checkin")
    visitor.sees("Checked in")


def does(visitor: Visitor, action: str, done: str) -> None:
    """Of what the menu of the membership offers, with what the dialog proposes."""
    visitor.open(profile())
    visitor.click("Change")
    visitor.click(action, ".does[open]")
    visitor.until("document.querySelector('dialog').open")
    if action == "Change plan":
        plan = Plan.objects.get(name="Door only").pk
        visitor.look(f"document.querySelector('dialog [name=plan]').value = '{plan}'")
    visitor.click(action, "dialog .buttons")
    visitor.sees(done)


def belongs_to_a_company(visitor: Visitor) -> None:
    visitor.open(profile())
    visitor.click("Add", "[aria-labelledby=companies]")
    company = Company.objects.get().name
    visitor.write("dialog #q", company)
    visitor.click("Search", "dialog")
    visitor.click("Add", "dialog .rows")
    visitor.sees(f"{NAME} belongs to {company}")
    visitor.open(profile())
    visitor.sees(f"through {company}")
    visitor.click("Take out", "[aria-labelledby=companies]")
    visitor.until(f"!document.body.innerText.includes('through {company}')")


def arrives(visitor: Visitor) -> None:
    """An edge says each minute how far its copy is."""
    visitor.open(profile())
    for _patience in range(3):
        with suppress(AssertionError):
            return visitor.sees("At 1 of 1 edge")
    raise AssertionError("the hub never knew that the edge has it")


def profile() -> str:
    return f"/desk/customers/{Customer.objects.get(name=NAME).pk}/"
