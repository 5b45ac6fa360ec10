"""The worked example of docs/configuration.md: the hub's pages take it in that order, and say what its edge.toml
says; and every block of edge.toml in the documents is one that an edge takes."""

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from django.contrib.auth.models import User
from django.contrib.messages import get_messages
from django.test import Client

from contract.ask import Policy
from contract.configuration import Configuration, Reader, parse_configuration
from contract.reasons import Reason
from hub.feed.models import Feed
from hub.fleet.edge_toml import edge_toml
from hub.fleet.models import Edge, Schedule, Site
from hub.fleet.models import Reader as HubReader
from hub.fleet.rows import policy_of
from hub.members import codes, operations, queries
from hub.members.models import Card, Customer, Grant, Membership, Permission, Plan
from hub.partners.models import Partner
from tests.hub.conftest import Database
from tests.hub.followed import assert_exact, decision
from tests.hub.staff_pages import address, inline, post

DOCS = Path(__file__).parents[2] / "docs"
MONDAY_NOON = datetime(2026, 6, 1, 12, tzinfo=ZoneInfo("Europe/Berlin"))
MACHINE = {"device", "baud", "relay_pin", "granted_lamp_pin", "denied_lamp_pin", "buzzer_pin", "pulse_seconds"}


def documented(name: str) -> list[str]:
    """Each edge.toml of a document: a block of its own, or written by a shell."""
    text = (DOCS / name).read_text()
    blocks: list[str] = re.findall(r"```toml\n(.*?)```", text, re.DOTALL)
    return blocks + re.findall(r"^cat > edge.toml <<EOF[^\n]*\n(.*?)^EOF$", text, re.DOTALL | re.MULTILINE)


@pytest.mark.parametrize("name", ["configuration.md", "running.md"])
def test_an_edge_takes_the_documents_configuration(name: str) -> None:
    blocks = documented(name)
    assert blocks
    for block in blocks:
        parse_configuration(block)


def test_every_word_is_explained() -> None:
    text = (DOCS / "configuration.md").read_text()
    words = [*Configuration.__struct_fields__, *Reader.__struct_fields__]
    tables = "\n".join(line for line in text.splitlines() if line.startswith("|")) + "`[[readers]]`"
    assert [word for word in words if f"`{word}`" not in tables.replace("[", "").replace("]", "")] == []


@pytest.fixture
def staff(sqlite_database: Database) -> Iterator[Client]:
    client = Client(SERVER_NAME="localhost")
    client.force_login(User.objects.create_superuser("owner"))
    yield client
    assert_exact()


def permission(slug: str) -> Permission:
    return Permission.objects.get(slug=slug)


def place(staff: Client) -> None:
    christmas = inline("holidays", {"day": 25, "month": 12, "windows": "closed", "name": "Christmas"})
    site = {"name": "house", "time_zone": "Europe/Berlin", "week_starts_on": 0, "day_starts_at": "00:00"}
    post(staff, address(Site, "add"), **site, **christmas)
    week = dict.fromkeys(("monday", "tuesday", "wednesday", "thursday", "friday"), "8-18")
    hours = {"name": "Opening hours", "slug": "opening-hours", "observes_holidays": "on"}
    post(staff, address(Schedule, "add"), **hours, **week, **inline("exceptions"))


def benefits(staff: Client) -> None:
    post(staff, address(Partner, "add"), name="Wine bar", slug="wine-bar", active="on")
    for slug in ("front-door", "lounge", "undo"):
        post(staff, address(Permission, "add"), name=slug.title(), slug=slug)
    wine = {"name": "Glass of wine", "slug": "glass-of-wine", "approved_partners_only": "on"}
    post(staff, address(Permission, "add"), **wine, approved=[Partner.objects.get().pk])

    def free(slug: str) -> dict[str, object]:
        return {"permission": permission(slug).pk, "limits": "", "offline": "allow"}

    glass = {"permission": permission("glass-of-wine").pk, "limits": "1 per calendar week", "confirm": "on"}
    glass |= {"offline": "at_most", "offline_uses": 1, "schedule": Schedule.objects.get().pk}
    plan = {"description": "", "billed_in": "months"}
    full = inline("grants", free("front-door"), free("lounge"), glass)
    post(staff, address(Plan, "add"), **plan, name="Full", **full)
    post(staff, address(Plan, "add"), **plan, name="Staff", **inline("grants", free("front-door"), free("undo")))


def fleet(staff: Client) -> None:
    site, feed = Site.objects.get(), Feed.objects.get()
    post(staff, address(Edge, "add"), name="house", site=site.pk, feed=feed.pk, **inline("readers"))
    usual = {
        "edge": Edge.objects.get().pk,
        "mode": "redeem",
        "enabled": "on",
        "attended": "on",
        "clock": "unknown",
    }
    usual |= {"direction": "in", "passback": "off", "posture": "secure", "confirm_seconds": 1.0, "codes": "static"}
    asked = {"door": "front-door", "bar": "glass-of-wine", "lounge": "lounge"}
    own = {
        "door": {"kind": "door", "unlocked_schedule": Schedule.objects.get().pk},
        "bar": {"kind": "counter", "partner": Partner.objects.get().pk, "undo_permission": permission("undo").pk},
        "lounge": {"kind": "door", "codes": "rotating"},
    }
    for name, fields in own.items():
        reader = usual | fields | {"name": name, "permission": permission(asked[name]).pk}
        response = staff.post(address(HubReader, "add"), reader)
        warned = [str(each) for each in get_messages(response.wsgi_request) if "rotating codes" in str(each)]
        assert bool(warned) == (name == "lounge")


def a_card_of(plan: str) -> Card:
    customer = operations.save_customer(Customer(name=f"Member of {plan}"))
    started_at = MONDAY_NOON - timedelta(days=60)
    operations.save_membership(
        Membership(plan=Plan.objects.get(name=plan), customer=customer, starts_at=started_at)
    )
    return operations.issue_card(customer)


def test_the_pages_take_the_worked_example(staff: Client) -> None:
    place(staff)
    benefits(staff)
    fleet(staff)
    card, staff_card = a_card_of("Full"), a_card_of("Staff")
    chosen = {"_selected_action": [Feed.objects.get().pk]}
    staff.post(address(Feed, "changelist"), chosen | {"action": "carry_secrets"})
    staff.post(address(Card, "changelist"), {"action": "make_rotating", "_selected_action": [card.pk]})
    card.refresh_from_db()
    assert queries.rotating_text_now(card, MONDAY_NOON) is not None
    assert Grant.objects.count() == 5
    bar = HubReader.objects.get(name="bar")
    at_the_bar = decision(codes.decrypt(card), "glass-of-wine", MONDAY_NOON, policy_of(bar))
    assert at_the_bar.reason in (Reason.GRANTED, Reason.CONFIRMATION_NEEDED)
    assert decision(codes.decrypt(staff_card), "undo", MONDAY_NOON, policy_of(bar)).granted
    elsewhere = decision(codes.decrypt(card), "glass-of-wine", MONDAY_NOON, Policy(site="house"))
    assert elsewhere.reason is Reason.PARTNER_NOT_APPROVED
    [block] = documented("configuration.md")
    edge = Edge.objects.get()
    assert said_of_readers(edge_toml(edge, edge.readers.all()), block) == said_of_readers(block, block)


def said_of_readers(text: str, machine: str) -> set[tuple[str, object]]:
    """What a text says of readers, but for what belongs to the machine; that is taken from `machine`."""
    head, _, _ = machine.partition("[[readers]]")
    pin = iter(range(20, 28))
    sections = [
        f'{section}\ndevice = "/dev/{number}"' + (f"\nrelay_pin = {next(pin)}" if '"door"' in section else "")
        for number, section in enumerate(without_machine(text).split("[[readers]]")[1:])
    ]
    read = parse_configuration(head + "".join(f"[[readers]]{section}\n" for section in sections))
    return {
        (f"{reader.name}.{word}", getattr(reader, word))
        for reader in read.readers
        for word in set(Reader.__struct_fields__) - MACHINE
    }


def without_machine(text: str) -> str:
    return "\n".join(line for line in text.splitlines() if line.split(" ")[0] not in MACHINE)
