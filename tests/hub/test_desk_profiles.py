"""Profiles of customers and companies: what they show, to whom, in how many questions, what is done there."""

import io
import re

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from PIL import Image

from contract.limits import CountsBy, Limit, Window
from hub.audit.models import Entry
from hub.checkins.models import CheckIn
from hub.desk.notes import SHOWN
from hub.fleet.models import Site
from hub.members import codes, operations
from hub.members.models import Card, Company, Customer, CustomerNote, Link, Membership, Plan
from hub.members.profile_operations import add_company_note, add_customer_note
from hub.members.versions import version_of
from tests.hub.partner_phones import a_phone_of
from tests.hub.people import DAY, a_card, a_customer, a_plan
from tests.hub.scanned_club import DISCOUNT, opened, press, pressable, scanned_club

pytestmark = [pytest.mark.usefixtures("database"), pytest.mark.any_database]


def at(route: str, *numbers: object) -> str:
    return reverse(f"desk:{route}", args=numbers)


def seen(client: Client, address: str) -> str:
    response = client.get(address)
    assert response.status_code == 200, (address, response.status_code)
    return response.content.decode()


def posted(client: Client, address: str, status: int = 302, **fields: object) -> str:
    response = client.post(address, fields)
    assert response.status_code == status, response.content.decode()
    return response.content.decode()


def held(plan: Plan, **fields: object) -> Membership:
    now = timezone.now()
    return operations.save_membership(Membership(plan=plan, **{"starts_at": now - 3 * DAY} | fields))


def test_a_profile_shows_memberships_own_and_inherited_and_those_that_are_over(colleague_client: Client) -> None:
    ann, club = a_customer("Ann"), operations.save_company(Company(name="Club"))
    operations.save_link(Link(customer=ann, company=club))
    gold, silver = a_plan("door", Limit(3, 86_400)), a_plan("gate")
    now = timezone.now()
    held(gold, customer=ann)
    held(silver, company=club)
    held(silver, customer=ann, ends_at=now - DAY)
    operations.save_customer(Customer(name="Bob"))
    shown = seen(colleague_client, at("customer", ann.pk))
    for text in ("Active", "through Club", "1 that is over", "Expired", "3 left", "It has no end."):
        assert text in shown, text
    assert "No membership grants" not in shown
    bob = seen(colleague_client, at("customer", Customer.objects.get(name="Bob").pk))
    assert "No membership" in bob and "Nothing: no plan of theirs grants anything." in bob


def test_times_are_those_of_the_first_site(colleague_client: Client) -> None:
    Site.objects.create(name="house", time_zone="Asia/Tokyo")
    ann = a_customer()
    assert "Times are those of Asia/Tokyo." in seen(colleague_client, at("customer", ann.pk))


def test_who_changes_nothing_sees_no_way_to(front_desk_client: Client, reports_only_client: Client) -> None:
    ann = a_customer("Ann")
    membership = held(a_plan(), customer=ann)
    shown = seen(front_desk_client, at("customer", ann.pk))
    for route in ("edit_customer", "delete_customer", "assign_to_customer", "issue_card", "add_company"):
        assert at(route, ann.pk) not in shown, route
    assert at("act", membership.pk, "freeze") not in shown and "History" not in shown
    assert at("add_customer_note", ann.pk) in shown
    posted(front_desk_client, at("act", membership.pk, "revoke"), 403, shown=version_of(membership))
    assert Membership.objects.get().revoked_at is None
    assert reports_only_client.get(at("customer", ann.pk)).status_code == 403


def test_a_customer_is_made_edited_and_deleted(colleague_client: Client) -> None:
    assert "This field is required" in posted(colleague_client, at("new_customer"), 422, name="")
    posted(colleague_client, at("new_customer"), name="Ann", email="ann@club.example")
    ann = Customer.objects.get()
    address = at("edit_customer", ann.pk)
    version = re.search('name="shown" value="([^"]+)"', seen(colleague_client, address))
    assert version is not None
    posted(colleague_client, address, name="Anna", external_id="A-1", shown=version[1])
    again = posted(colleague_client, address, 409, name="Annika", shown=version[1])
    assert "Somebody has changed this meanwhile" in again and 'value="Annika"' in again
    ann.refresh_from_db()
    assert (ann.name, ann.email, ann.external_id) == ("Anna", "", "A-1")
    assert "another name" in posted(colleague_client, at("delete_customer", ann.pk), 422, typed="Bob")
    posted(colleague_client, at("delete_customer", ann.pk), typed="anna")
    assert not Customer.objects.exists()


def test_two_customers_cannot_have_one_external_id(colleague_client: Client) -> None:
    for name in ("Ann", "Bob"):
        operations.save_customer(Customer(name=name, external_id=name))
    bob = Customer.objects.get(name="Bob")
    refused = posted(
        colleague_client, at("edit_customer", bob.pk), 422, name="Bob", external_id="Ann", shown=version_of(bob)
    )
    assert "already exists" in refused


def test_cards_are_issued_taken_over_shown_and_revoked(colleague_client: Client) -> None:
    ann = a_customer("Ann")
    posted(colleague_client, at("issue_card", ann.pk))
    card = Card.objects.get()
    shown = seen(colleague_client, at("card", card.pk))
    assert codes.typed_text(codes.decrypt(card)) in shown and "<svg" in shown
    assert codes.decrypt(card) not in seen(colleague_client, at("customer", ann.pk))
    posted(colleague_client, at("import_card", ann.pk), code="4006381333931")
    posted(colleague_client, at("revoke_card", card.pk), shown="nothing")
    assert Card.objects.get(pk=card.pk).revoked_at is None
    posted(colleague_client, at("revoke_card", card.pk), shown=version_of(card))
    assert Card.objects.get(pk=card.pk).revoked_at is not None


def test_a_photo_is_set_shown_and_removed(colleague_client: Client, reports_only_client: Client) -> None:
    ann, given = a_customer("Ann"), io.BytesIO()
    Image.new("RGB", (800, 600), "red").save(given, "PNG")
    given.seek(0)
    given.name = "ann.png"
    posted(colleague_client, at("set_photo", ann.pk), photo=given)
    address = at("photo", ann.pk, ann.photo.digest)
    assert address in seen(colleague_client, at("customer", ann.pk))
    response = colleague_client.get(address)
    assert response["Content-Type"] == "image/jpeg" and "immutable" in response["Cache-Control"]
    assert reports_only_client.get(address).status_code == 403
    assert colleague_client.get(at("photo", ann.pk, "other")).status_code == 404
    broken = io.BytesIO(b"nothing")
    broken.name = "ann.png"
    response = colleague_client.post(at("set_photo", ann.pk), {"photo": broken}, follow=True)
    assert "cannot be read as a picture" in response.content.decode() and address in response.content.decode()
    posted(colleague_client, at("set_photo", ann.pk), remove="1")
    assert "photo none" in seen(colleague_client, at("customer", ann.pk))


def test_notes_are_added_and_deleted_by_who_wrote_them(
    colleague_client: Client, front_desk_client: Client, colleague: User
) -> None:
    ann = a_customer("Ann")
    posted(front_desk_client, at("add_customer_note", ann.pk), text="Forgot <her> card")
    note = CustomerNote.objects.get()
    assert "Forgot &lt;her&gt; card" in seen(colleague_client, at("customer", ann.pk))
    posted(colleague_client, at("delete_customer_note", note.pk))
    assert CustomerNote.objects.exists()
    posted(front_desk_client, at("delete_customer_note", note.pk))
    assert not CustomerNote.objects.exists()
    club = operations.save_company(Company(name="Club"))
    posted(colleague_client, at("add_company_note", club.pk), text="Pays late")
    assert "Pays late" in seen(colleague_client, at("company", club.pk))


def test_older_notes_are_a_step_away(colleague_client: Client, colleague: User) -> None:
    ann, club, now = a_customer("Ann"), operations.save_company(Company(name="Club")), timezone.now()
    for number in range(SHOWN + 2):
        add_customer_note(ann, f"Note {number:02}", colleague, now)
        add_company_note(club, f"Note {number:02}", colleague, now)
    for address in (at("customer", ann.pk), at("company", club.pk)):
        newest = seen(colleague_client, address)
        assert "Note 21" in newest and "Note 02" in newest and "Note 01" not in newest
        older = re.search(r'href="\?(notes_before=\d+)#notes"', newest)
        assert older is not None
        oldest = seen(colleague_client, f"{address}?{older[1]}")
        assert "Note 01" in oldest and "Note 00" in oldest and "Note 02" not in oldest
        assert 'href="?notes_before' not in oldest and 'href="?#notes"' in oldest
        assert "Note 21" in seen(colleague_client, f"{address}?notes_before=99999999999999999999")


@pytest.mark.both_databases
def test_people_are_linked_by_search_and_taken_out(colleague_client: Client) -> None:
    ann, club = a_customer("Ann"), operations.save_company(Company(name="Club"))
    held(a_plan(), company=club)
    assert "Ann" in posted(colleague_client, at("add_person", club.pk), 200, q="an")
    posted(colleague_client, at("add_person", club.pk), customer=ann.pk)
    posted(colleague_client, at("add_company", ann.pk), company=club.pk)
    link = Link.objects.get()
    assert "through Club" in seen(colleague_client, at("customer", ann.pk))
    assert "Ann" in seen(colleague_client, at("company", club.pk))
    response = colleague_client.post(at("unlink", link.pk), {"from_company": "1"})
    assert response["Location"] == at("company", club.pk)
    assert "through Club" not in seen(colleague_client, at("customer", ann.pk))


def test_a_company_shows_what_its_pools_have_left(colleague_client: Client) -> None:
    club = operations.save_company(Company(name="Club"))
    held(a_plan("wine", Limit(10, None, Window.MONTH, CountsBy.COMPANY)), company=club)
    shown = seen(colleague_client, at("company", club.pk))
    assert "10 per calendar month for the company" in shown
    assert re.search(r'data-name="Left">10\b', shown)


def test_a_company_is_made_and_deleted_and_its_people_stay(colleague_client: Client) -> None:
    posted(colleague_client, at("new_company"), name="Club")
    club, ann = Company.objects.get(), a_customer("Ann")
    operations.save_link(Link(customer=ann, company=club))
    posted(colleague_client, at("edit_company", club.pk), name="Klub", shown=version_of(club))
    posted(colleague_client, at("delete_company", club.pk), typed="Klub")
    assert not Company.objects.exists() and Customer.objects.exists()
    assert Entry.objects.filter(thing_kind="company").count() == 3


def test_a_profile_says_at_which_partner_a_card_was_used(colleague_client: Client) -> None:
    club = scanned_club()
    phone = a_phone_of(club.bar)
    press(phone, pressable(opened(phone, club.code))[DISCOUNT])
    shown = seen(colleague_client, at("customer", club.anna.pk))
    assert re.search(r'data-name="Where">Bar <span class="soft">a phone \(scan page\)</span>', shown)


@pytest.mark.both_databases
def test_questions_are_as_many_for_one_row_as_for_thirty(colleague_client: Client) -> None:
    ann, plan = a_customer("Ann"), a_plan("wine", Limit(3, 86_400))

    def more(number: int) -> None:
        club = operations.save_company(Company(name=f"Club {number}"))
        operations.save_link(Link(customer=ann, company=club))
        operations.save_link(Link(customer=a_customer(f"Bob {number}"), company=Company.objects.earliest("pk")))
        for holder in ({"customer": ann}, {"company": club}, {"company": Company.objects.earliest("pk")}):
            held(plan, **holder)
        a_card(ann)
        posted(colleague_client, at("add_customer_note", ann.pk), text=f"Note {number}")
        posted(colleague_client, at("add_company_note", club.pk), text=f"Note {number}")

    def asked() -> list[int]:
        counts = []
        for address in (
            at("customer", ann.pk),
            at("company", Company.objects.earliest("pk").pk),
            at("customers"),
            at("companies"),
        ):
            with CaptureQueriesContext(connection) as queries:
                seen(colleague_client, address)
            counts.append(len(queries))
        return counts

    more(0)
    for_one = asked()
    for number in range(1, 9):
        more(number)
    assert asked() == for_one
    assert not CheckIn.objects.exists()
