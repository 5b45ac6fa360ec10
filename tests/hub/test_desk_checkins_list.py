"""The list of check-ins: its filters, pages, live part, voids and export; as many questions for 30 as for one."""

import secrets
from datetime import timedelta

import pytest
from django.db import connection
from django.forms import Select
from django.test import Client
from django.test.html import parse_html
from django.test.utils import CaptureQueriesContext
from django.utils.translation import gettext_lazy

from contract.instants import to_us
from hub.audit.models import Entry
from hub.checkins.listing import Wanted, page_of
from hub.checkins.models import CheckIn
from hub.decisions.checkin_operations import Station, check_in
from hub.desk.filter_fields import LongSelect
from hub.fleet.models import Site
from hub.members.models import Customer
from hub.members.operations import delete_customers
from tests.hub.limited_club import LimitedClub, ingest, limited_club, own
from tests.hub.scans import AT, checkin

pytestmark = pytest.mark.usefixtures("database")
LIST = "/desk/checkins/"


@pytest.fixture
def here() -> LimitedClub:
    """One redemption at an edge, two denied at its door, one at the front desk."""
    club = limited_club()
    denied = {"outcome": "denied", "reason": "expired", "customer": club.people[0].pk}
    ingest(own(club, AT), checkin(5, **denied), checkin(9, outcome="denied", reason="unknown_card"))
    site = Site.objects.get(name="clubhouse")
    check_in(club.people[1], "glass-of-wine", Station(site=site), AT + timedelta(minutes=1))
    return club


def numbers(**wanted: object) -> list[int]:
    return [each.number for each in page_of(Wanted(**wanted)).rows]


def test_each_filter_finds_its_own(here: LimitedClub) -> None:
    own_one, denied, unknown, at_desk = CheckIn.objects.order_by("number").values_list("number", flat=True)
    assert numbers() == [at_desk, unknown, denied, own_one]
    assert numbers(reader="clubhouse/door") == [unknown, denied]
    assert numbers(reader="hub/front-desk") == [at_desk]
    assert numbers(site="clubhouse") == [at_desk]
    assert numbers(permission="glass-of-wine") == numbers(outcome="granted") == [at_desk, own_one]
    assert numbers(outcome="denied", reason="expired") == numbers(reason="expired") == [denied]
    assert numbers(customer_id=here.people[0].pk) == [denied]
    assert numbers(from_at=AT + timedelta(seconds=5), until_at=AT + timedelta(seconds=9)) == [denied]
    assert numbers(partner="nobody") == []


def test_who_is_deleted_is_found_by_their_number(here: LimitedClub, colleague_client: Client) -> None:
    person = here.people[0].pk
    before = numbers(customer_id=person)
    delete_customers([Customer.objects.get(pk=person)])
    assert numbers(customer_id=person) == before != []
    asked = {"customer": str(person)}
    assert f"Customer {person}, who is deleted" in colleague_client.get(LIST, asked).content.decode()
    file = b"".join(colleague_client.get("/desk/checkins.csv", asked).streaming_content).decode()
    assert file.splitlines()[1].endswith(f",{person},,no")


def test_pages_follow_each_other_also_where_instants_are_the_same() -> None:
    limited_club()
    ingest(*(checkin(1, id=secrets.token_bytes(16), at_us=to_us(AT)) for _ in range(7)))
    after, seen = "", []
    for _ in range(3):
        found = page_of(Wanted(), after, most=3)
        seen += [each.number for each in found.rows]
        after = found.older
    assert seen == sorted(seen, reverse=True) and len(seen) == 7 and not after
    assert len(page_of(Wanted(), "no.place").rows) == 7


def test_the_list_tells_who_what_where_and_why(here: LimitedClub, colleague_client: Client) -> None:
    page = colleague_client.get(LIST).content.decode()
    for text in ("Person 1", "front desk", "clubhouse/door", "nobody known", "Why?", "Void", "used up"):
        assert text in page
    filtered = colleague_client.get(LIST, {"outcome": "denied"}).content.decode()
    assert "front desk</td>" not in filtered and "clubhouse/door</td>" in filtered


@pytest.mark.parametrize(
    "asked",
    [
        {"after": "99999999999999999999999.1"},
        {"until_day": "9999-12-31"},
        {"from_day": "0001-01-01"},
        {"customer": "99999999999999999999"},
    ],
)
def test_what_cannot_be_asked_is_passed_over(
    here: LimitedClub, colleague_client: Client, asked: dict[str, str]
) -> None:
    assert "front desk</td>" in colleague_client.get(LIST, asked).content.decode()


def test_the_first_page_is_asked_again_and_answers_where_something_came(
    here: LimitedClub, front_desk_client: Client
) -> None:
    newest = CheckIn.objects.order_by("-number").values_list("number", flat=True)[0]
    part = front_desk_client.get(LIST, {"seen": newest - 1}, HTTP_HX_REQUEST="true")
    assert b"<html" not in part.content and f"seen={newest}" in part.content.decode()
    assert front_desk_client.get(LIST, {"seen": newest}, HTTP_HX_REQUEST="true").status_code == 204


def test_staff_void_with_a_reason_and_not_without(here: LimitedClub, colleague_client: Client) -> None:
    number = CheckIn.objects.order_by("number")[0].number
    refused = colleague_client.post(f"{LIST}{number}/void/", {"reason": " "})
    assert refused.status_code == 422 and "Say why" in refused.content.decode()
    assert colleague_client.post(f"{LIST}{number}/void/", {"reason": "scanned twice"}).status_code == 302
    assert CheckIn.objects.get(number=number).void_reason == "scanned twice"
    assert "Voided" in colleague_client.get(LIST).content.decode()


def test_who_may_not_void_or_export_does_not(here: LimitedClub, front_desk_client: Client) -> None:
    number = CheckIn.objects.order_by("number")[0].number
    assert front_desk_client.post(f"{LIST}{number}/void/", {"reason": "no"}).status_code == 403
    assert front_desk_client.get("/desk/checkins.csv").status_code == 403
    assert CheckIn.objects.get(number=number).voided_at is None


def test_the_export_has_what_the_filter_finds(here: LimitedClub, colleague_client: Client) -> None:
    answer = colleague_client.get("/desk/checkins.csv", {"outcome": "denied"})
    lines = b"".join(answer.streaming_content).decode("utf-8-sig").splitlines()
    assert len(lines) == 3 and lines[0].startswith("number,at,time_zone,place")
    assert "unknown_card" in lines[1] and "expired" in lines[2] and "Person 0" in lines[2]
    entry = Entry.objects.get(action="exported")
    assert (entry.actor, entry.thing, entry.after) == ("Colleague", "check-ins.csv", {"rows": 2})


def test_questions_are_as_many_for_one_row_as_for_thirty(here: LimitedClub, colleague_client: Client) -> None:
    few = _questions(colleague_client)
    club_site = Site.objects.get(name="clubhouse")
    for number in range(30):
        check_in(here.people[number % 3], "front-door", Station(site=club_site), AT + timedelta(hours=number))
    assert _questions(colleague_client) == few


def _questions(client: Client) -> int:
    with CaptureQueriesContext(connection) as asked:
        assert client.get(LIST).status_code == 200
    return len(asked)


def test_the_choices_are_written_as_a_select_has_them() -> None:
    pairs = [
        ("", "all"),
        ("a&b/door", 'a&b/"door"'),
        ("hub/front-desk", gettext_lazy("Front desk")),
        ("hub/scan-page", gettext_lazy("A phone (scan page)")),
    ]
    for chosen in ("", "a&b/door", "gone"):
        said = [each(choices=pairs).render("reader", chosen, {"id": "id_reader"}) for each in (LongSelect, Select)]
        assert len({str(parse_html(each)) for each in said}) == 1, said
