"""The commonest work of a day, in a real browser: looking up, assigning, freezing, cancelling, linking."""

import struct
import tempfile
import zlib
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.contrib.auth.models import User
from django.urls import reverse
from django.utils import timezone

from contract.limits import CountsBy, Limit, Window
from hub.members import operations
from hub.members.models import Company, Customer, CustomerPhoto, Grant, Link, Membership, Permission, Plan
from hub.members.profile_operations import add_customer_note
from tests.hub.people import DAY, a_card
from tests.hub.walks.visitor import NARROW, WIDE, Visitor

WEEK_S = 7 * 86_400


@pytest.fixture
def visitor(chromium: Visitor, colleague: User) -> Iterator[Visitor]:
    with chromium.at_work(colleague) as visitor:
        yield visitor


@pytest.fixture
def ann() -> Customer:
    """A customer of a small club, in which there is a company, too."""
    door = operations.save_permission(Permission(slug="front-door", name="Front door"))
    wine = operations.save_permission(Permission(slug="wine", name="Glass of wine"))
    gold = operations.save_plan(Plan(name="Gold", billed_every=1))
    operations.save_grant(Grant(plan=gold, permission=door), ())
    operations.save_grant(Grant(plan=gold, permission=wine), [Limit(2, WEEK_S)])
    team = operations.save_plan(Plan(name="Team", billed_every=12))
    operations.save_grant(Grant(plan=team, permission=door), ())
    shared = Limit(40, None, Window.MONTH, CountsBy.COMPANY)
    operations.save_grant(Grant(plan=team, permission=wine), [shared])
    fields = {"email": "ann@club.example", "phone": "+49 170 1234567"}
    ann = operations.save_customer(Customer(name="Ann Müller", **fields))
    club = operations.save_company(Company(name="Harbour Office"))
    now = timezone.now()
    operations.save_membership(Membership(plan=team, company=club, starts_at=now - 40 * DAY))
    old = Membership(plan=gold, customer=ann, starts_at=now - 90 * DAY, ends_at=now - 30 * DAY)
    operations.save_membership(old)
    operations.add_customers(Customer(name=name) for name in ("Annika Berg", "Bert Anders", "Carla Hannover"))
    return ann


def test_from_the_search_to_a_membership_frozen_resumed_and_cancelled(
    visitor: Visitor, ann: Customer, database: object
) -> None:
    visitor.open(reverse("desk:home"))
    visitor.keep("home")
    visitor.look("document.body.focus()")
    visitor.key("/")
    visitor.write("#search-text", "mull")
    visitor.sees("Ann Müller")
    visitor.keep("search")
    visitor.key("ArrowDown")
    visitor.key("Enter")
    profile = reverse("desk:customer", args=[ann.pk])
    visitor.until(f"location.pathname === '{profile}'")
    visitor.sees("No membership grants anything now.")
    visitor.click("Assign")
    visitor.sees("Assign a membership to Ann")
    plan = Plan.objects.get(name="Gold").pk
    visitor.look(f"document.querySelector('#id_plan').value = '{plan}'")
    visitor.keep("assign")
    visitor.click("Assign", "dialog")
    visitor.sees("Assigned: Gold.")
    visitor.keep("profile_active")
    visitor.click("Change")
    visitor.keep("profile_menu")
    visitor.click("Freeze")
    visitor.sees("While it is frozen, Ann Müller cannot use Gold.")
    visitor.keep("freeze")
    visitor.click("Freeze", "dialog .buttons")
    visitor.sees("The freeze is set.")
    visitor.sees("Frozen")
    visitor.keep("profile_frozen")
    visitor.click("Change")
    visitor.click("Resume")
    visitor.click("Resume", "dialog .buttons")
    visitor.sees("Resumed.")
    visitor.click("Change")
    visitor.click("Cancel at its end")
    visitor.sees("and no longer.")
    visitor.click("Cancel at its end", "dialog .buttons")
    visitor.sees("Active, cancelled for its end")
    held = Membership.objects.get(customer=ann, plan=plan, ends_at__gt=timezone.now())
    assert held.at_end == "cancelled"


def test_a_scanned_card_opens_its_holder_and_stands_in_no_address(
    visitor: Visitor, ann: Customer, database: object
) -> None:
    code = a_card(ann)
    visitor.open(reverse("desk:home"))
    visitor.write("#search-text", code.lower())
    visitor.key("Enter")
    visitor.sees("The card that was scanned is theirs.")
    assert code.lower() not in visitor.look("location.href + performance.getEntries().map(e => e.name).join()")


def test_a_company_takes_people_in_and_lets_them_go(visitor: Visitor, ann: Customer, database: object) -> None:
    club = Company.objects.get()
    visitor.open(reverse("desk:company", args=[club.pk]))
    visitor.sees("40 per calendar month for the company")
    visitor.click("Add people")
    visitor.write("dialog #q", "ann mü")
    visitor.click("Search", "dialog")
    visitor.click("Add", "dialog .rows")
    visitor.sees("Ann Müller belongs to Harbour Office")
    visitor.keep("company")
    assert Link.objects.get().customer == ann
    visitor.open(reverse("desk:customer", args=[ann.pk]))
    visitor.sees("through Harbour Office")
    visitor.click("Take out")
    visitor.sees("what was inherited has ended at once")
    assert not Link.objects.exists()


def a_png(side: int) -> bytes:
    rows = b"".join(b"\0" + bytes((200, 120 + row * 80 // side, 90)) * side for row in range(side))

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = chunk(b"IHDR", struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + header + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


def test_a_photo_is_chosen_and_shown(visitor: Visitor, ann: Customer, database: object) -> None:
    visitor.open(reverse("desk:customer", args=[ann.pk]))
    with tempfile.NamedTemporaryFile(suffix=".png") as file:
        Path(file.name).write_bytes(a_png(700))
        visitor.choose_file("#photo-file", file.name)
        visitor.click("Set photo")
        visitor.sees("The photo is set.")
    visitor.until("document.querySelector('img.photo').naturalWidth === 512")
    assert CustomerPhoto.objects.count() == 1


@pytest.mark.parametrize(("width", "dark"), [(WIDE, False), (WIDE, True), (NARROW, False), (NARROW, True)])
def test_profiles_fit_wide_and_narrow_in_light_and_dark(  # noqa: PLR0917
    visitor: Visitor, ann: Customer, colleague: User, database: object, width: int, dark: bool
) -> None:
    club = Company.objects.get()
    operations.save_link(Link(customer=ann, company=club))
    now = timezone.now()
    gold = Plan.objects.get(name="Gold")
    operations.save_membership(Membership(plan=gold, customer=ann, starts_at=now - DAY, ends_at=now + 29 * DAY))
    a_card(ann)
    add_customer_note(ann, "Comes with her dog.", colleague, now)
    visitor.wears(width, dark, 1400)
    look = f"{width}_{'dark' if dark else 'light'}"
    for name, address in (
        ("customer", reverse("desk:customer", args=[ann.pk])),
        ("company", reverse("desk:company", args=[club.pk])),
        ("customers", reverse("desk:customers")),
    ):
        visitor.open(address)
        visitor.fits()
        visitor.keep(f"{name}_{look}")
