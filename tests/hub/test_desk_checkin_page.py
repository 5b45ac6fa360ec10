"""The front desk's page: scanned or typed, shown, checked in, denied, undone; by whom, and what it remembers."""

import re

import pytest
from django.contrib.auth.models import User
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from contract.limits import Limit
from hub.checkins.models import CheckIn
from hub.fleet.models import Site
from hub.members import operations as members
from hub.members.models import Customer
from tests.hub.limited_club import GLASS, limited_club
from tests.hub.people import a_card

pytestmark = [pytest.mark.usefixtures("database"), pytest.mark.any_database]
FOR = {"permission": GLASS, "site": "clubhouse"}
LOOK, DO = "/desk/checkin/look/", "/desk/checkin/do/"


@pytest.fixture
def ann() -> Customer:
    return limited_club(Limit(1, 7 * 86_400)).club.customer


def hidden(response: HttpResponse) -> dict[str, str]:
    return dict(re.findall(r'name="(customer|code|id)" value="(\w*)"', response.content.decode()))


def look(client: Client, text: str, **more: str) -> HttpResponse:
    return client.post(LOOK, {"q": text, **FOR, **more}, HTTP_HX_REQUEST="true")


def test_scanned_shown_checked_in_and_denied_the_second_time(
    ann: Customer, front_desk_client: Client, front_desk: User
) -> None:
    code = a_card(ann)
    shown = look(front_desk_client, code)
    for text in (ann.name, "May: glass-of-wine", "1 left", "Active"):
        assert text in shown.content.decode()
    done = front_desk_client.post(DO, {**hidden(shown), **FOR}, HTTP_HX_REQUEST="true")
    assert "Checked in" in done.content.decode() and "0 left" in done.content.decode()
    row = CheckIn.objects.get()
    assert (row.checked_in_by, row.site, row.customer_id) == (front_desk, "clubhouse", ann.pk)
    again = look(front_desk_client, code)
    assert "Used up" in again.content.decode() and "Again on " in again.content.decode()
    denied = front_desk_client.post(DO, {**hidden(again), **FOR}, HTTP_HX_REQUEST="true")
    assert "Used up" in denied.content.decode()
    assert list(CheckIn.objects.order_by("number").values_list("outcome", flat=True)) == ["granted", "denied"]


def test_a_name_that_several_have_is_chosen_from(ann: Customer, front_desk_client: Client) -> None:
    found = look(front_desk_client, "Person")
    assert "Who is it?" in found.content.decode() and "Person 2" in found.content.decode()
    one = look(front_desk_client, "full plan")
    assert hidden(one)["customer"] == str(ann.pk) and not hidden(one)["code"]
    chosen = look(front_desk_client, "", customer=str(ann.pk))
    assert ann.name in chosen.content.decode()
    assert "nobody of this name" in look(front_desk_client, "zzzz").content.decode()


@pytest.mark.both_databases
def test_the_same_button_pressed_twice_is_one_check_in(ann: Customer, front_desk_client: Client) -> None:
    asked = {**hidden(look(front_desk_client, "full plan")), **FOR}
    for _ in range(2):
        assert "Checked in" in front_desk_client.post(DO, asked).content.decode()
    assert CheckIn.objects.count() == 1


def test_undone_at_once_it_counts_no_more(ann: Customer, front_desk_client: Client) -> None:
    front_desk_client.post(DO, {**hidden(look(front_desk_client, "full plan")), **FOR})
    row = CheckIn.objects.get()
    undone = front_desk_client.post(f"/desk/checkin/{row.number}/undo/")
    assert "it counts no more" in undone.content.decode()
    twice = front_desk_client.post(f"/desk/checkin/{row.number}/undo/")
    assert "There is nothing to undo" in twice.content.decode()
    assert "1 left" in look(front_desk_client, "full plan").content.decode()


def test_another_ones_check_in_is_undone_by_who_may_void_alone(
    ann: Customer, front_desk_client: Client, colleague_client: Client
) -> None:
    colleague_client.post(DO, {**hidden(look(colleague_client, "full plan")), **FOR})
    row = CheckIn.objects.get()
    refused = front_desk_client.post(f"/desk/checkin/{row.number}/undo/").content.decode()
    assert "Somebody else made it" in refused
    row.refresh_from_db()
    assert row.voided_at is None
    CheckIn.objects.update(checked_in_by=None)
    undone = colleague_client.post(f"/desk/checkin/{row.number}/undo/").content.decode()
    assert "it counts no more" in undone


def test_a_card_that_is_revoked_is_told_of(ann: Customer, front_desk_client: Client) -> None:
    code = a_card(ann)
    members.revoke_cards(ann.cards.all(), timezone.now())
    assert "The card is revoked" in look(front_desk_client, code).content.decode()


def test_it_remembers_what_for_and_where(ann: Customer, front_desk_client: Client) -> None:
    Site.objects.create(name="annex")
    look(front_desk_client, "full plan", permission="front-door", site="annex")
    page = front_desk_client.get("/desk/checkin/").content.decode()
    assert '<option value="front-door" selected>' in page and '<option value="annex" selected>' in page
    assert front_desk_client.cookies["checkin"]["httponly"]


@pytest.mark.parametrize("gone", ["permission", "site"])
def test_what_is_gone_is_not_taken_for_the_first_there_is(
    ann: Customer, front_desk_client: Client, gone: str
) -> None:
    asked = hidden(look(front_desk_client, "full plan"))
    for response in (
        front_desk_client.post(DO, {**asked, **FOR, gone: "no-such"}, HTTP_HX_REQUEST="true"),
        look(front_desk_client, "full plan", **{gone: "no-such"}),
    ):
        assert "is not there any more" in response.content.decode() and not response.cookies
    assert not CheckIn.objects.exists()
    front_desk_client.cookies["checkin"] = "no-such/nowhere"
    assert front_desk_client.get("/desk/checkin/").status_code == 200


def test_without_a_permission_nothing_is_asked(front_desk_client: Client, database: object) -> None:
    members.save_customer(Customer(name="Somebody"))
    shown = look(front_desk_client, "Somebody")
    assert "There is no permission yet" in shown.content.decode()
    front_desk_client.post(DO, hidden(shown))
    assert not CheckIn.objects.exists()


def test_who_may_not_check_in_does_nothing(
    ann: Customer, outsider_client: Client, nobody_client: Client, reports_only_client: Client
) -> None:
    for client in (outsider_client, nobody_client, reports_only_client):
        response = client.post(DO, {"customer": ann.pk, **FOR})
        assert response.status_code in (302, 403)
    assert not CheckIn.objects.exists()
