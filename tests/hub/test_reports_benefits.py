"""Reports of benefits: first times stay exact whatever comes late or is voided, and a partner sees its own."""

from datetime import datetime, timedelta

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from contract.ask import Policy
from contract.instants import to_us
from contract.limits import Limit
from contract.messages import CheckIn as Message
from hub.checkins.models import TouchedHour
from hub.checkins.staff_operations import void_checkins
from hub.decisions.checkin_operations import Station, check_in
from hub.members.models import Permission
from hub.partners.models import Partner
from hub.reports import benefits
from hub.reports.queries import Span
from hub.reports.rolling_operations import roll
from tests.hub.limited_club import (
    ARRIVED,
    GLASS,
    JOURNAL,
    OTHER_JOURNAL,
    WEEK_SECONDS,
    LimitedClub,
    ingest,
    limited_club,
    own,
    row_of,
    void,
)
from tests.hub.scans import AT, checkin

pytestmark = pytest.mark.usefixtures("database")
DAY = timedelta(days=1)
PAGE = "/desk/reports/benefits/"


def firsts(*instants: datetime) -> list[int]:
    """First times in the hour of each; the same as it is stored, as it is read before."""
    read = [_first(each) for each in instants]
    while roll():
        pass
    assert not TouchedHour.objects.exists()
    assert [_first(each) for each in instants] == read
    return read


def _first(at: datetime) -> int:
    hour = at.replace(minute=0)
    return benefits.counted_of(Span(hour, hour + timedelta(hours=1))).all.first


def test_whoever_comes_late_is_first_and_who_was_is_no_more(colleague: User) -> None:
    here, days = limited_club(), [AT + number * DAY for number in range(4)]
    ingest(own(here, days[2]), own(here, days[3]))
    assert firsts(*days) == [0, 0, 1, 0]
    offline = [own(here, days[0]), own(here, days[1])]
    ingest(*offline, journal=OTHER_JOURNAL)
    assert firsts(*days) == [1, 0, 0, 0]
    void_checkins([row_of(offline[0])], "by mistake", colleague, ARRIVED)
    assert firsts(*days) == [0, 1, 0, 0]
    ingest(void(offline[1]), journal=OTHER_JOURNAL, first=3)
    assert firsts(*days) == [0, 0, 1, 0]


def test_what_is_not_limited_is_used_too_where_a_partner_offers_it(colleague: User) -> None:
    """And what is no benefit is in no figure."""
    here, later = limited_club(), AT + DAY
    Permission.objects.create(slug="ride", name="Ride", is_benefit=True)
    ride = {"permission": "ride", "counted": False, "remaining": None}
    second = own(here, later, **ride)
    ingest(second, own(here, later, permission="front-door", counted=False), journal=OTHER_JOURNAL)
    assert firsts(AT, later) == [0, 1]
    ingest(own(here, AT, **ride), own(here, AT, mode="identify", **ride), journal=JOURNAL)
    assert firsts(AT, later) == [1, 0]
    counted = benefits.counted_of(Span(AT - DAY, later + DAY))
    assert counted.by("permission") == {("ride",): (2, 0, 1, 0, 0, 0)}


def test_people_and_benefits_are_first_each_by_themselves() -> None:
    here, at = limited_club(), AT
    other = {"customer": here.people[0].pk}
    ingest(own(here, at), own(here, at + DAY, **other), own(here, at + 2 * DAY, permission="beer"))
    assert firsts(at, at + DAY, at + 2 * DAY) == [1, 1, 1]


def glass(here: LimitedClub, at: datetime, partner: str | None, partner_said: bool = False) -> Message:
    return own(here, at, policy=Policy(partner=partner, partner_said=partner_said))


@pytest.fixture
def here() -> LimitedClub:
    """Glasses at two partners, today: at the winery one, at the bar two, of which one is over the limit and one
    only said to be there, and one that was refused, one that was voided; those were said, too."""
    club, at = limited_club(Limit(2, WEEK_SECONDS)), timezone.now() - timedelta(minutes=2)
    for slug in ("winery", "bar"):
        Partner.objects.create(slug=slug, name=slug.capitalize())
    mistaken = glass(club, at, "bar", partner_said=True)
    refused = checkin(
        at_us=to_us(at),
        outcome="denied",
        reason="limit_reached",
        permission=GLASS,
        customer=club.club.customer.pk,
        policy=Policy(partner="bar", partner_said=True),
    )
    rows = [glass(club, at + timedelta(seconds=number), "bar", number == 1) for number in (1, 2)]
    ingest(glass(club, at, "winery"), *rows, refused, mistaken, void(mistaken), at=timezone.now())
    return club


def lines(client: Client, name: str, **asked: str) -> list[str]:
    answer = client.get(f"{PAGE}{name}.csv", {"range": "7", **asked})
    return b"".join(answer.streaming_content).decode("utf-8-sig").splitlines()


@pytest.mark.parametrize("rolled", [False, True])
def test_each_report_counts(here: LimitedClub, reports_only_client: Client, rolled: bool) -> None:
    if rolled:
        assert roll()
    client = reports_only_client
    assert lines(client, "partner") == [
        "Partner,used,first,repeat,refused,over_limit,voided,only_said",
        "Bar,2,0,2,1,1,1,1",
        "Winery,1,1,0,0,0,0,0",
    ]
    assert lines(client, "partner-benefit")[1:] == [f"Bar,{GLASS},2,0,2,1,1,1,1", f"Winery,{GLASS},1,1,0,0,0,0,0"]
    assert lines(client, "benefit")[1:] == [f"{GLASS},3,1,2,1,1,1,1"]
    assert lines(client, "plan")[1:] == ["Full,3,1,2,0,1,1,1", '"no plan, or one that is gone",0,0,0,1,0,0,0']
    assert lines(client, "reason") == ["Benefit,Reason,refused", f"{GLASS},limit_reached,1"]
    assert len(lines(client, "day")) == 8
    assert sum(int(line.split(",")[1]) for line in lines(client, "hour", partner="bar")[1:]) == 2
    assert lines(client, "benefit", permission="front-door")[1:] == []
    assert client.get(f"{PAGE}site.csv").status_code == 404


def test_a_partner_is_told_its_own(here: LimitedClub) -> None:
    span = Span(timezone.now() - DAY, timezone.now() + DAY, partner="winery")
    tables = benefits.tables_of(benefits.counted_of(span), timezone.get_current_timezone())
    assert not any("Bar" in str(row.labels) for table in tables for row in table.rows)
    assert {sum(row.count.total for row in table.rows) for table in tables if table.name != "reason"} == {1}
    assert "partner" not in {table.name for table in tables}


def test_the_page_draws_says_reasons_in_words_and_names_nobody(
    here: LimitedClub, reports_only_client: Client
) -> None:
    page = reports_only_client.get(PAGE, {"range": "7"}).content.decode()
    assert page.count("<g><title>") == 7 + 24 + 7
    assert "Used up" in page and "style=" not in page
    for name in ("Person 0", "Member with", "Company", "@"):
        assert name not in page.partition('<main id="content"')[2]
    of_bar = reports_only_client.get(PAGE, {"partner": "bar"}).content.decode()
    assert "Winery" not in of_bar.partition('class="card sheet report-sum"')[2]


def test_what_is_used_at_the_hub_is_counted(here: LimitedClub, reports_only_client: Client) -> None:
    partner = Partner.objects.get(slug="winery")
    check_in(here.people[0], GLASS, Station(partner=partner), timezone.now())
    assert lines(reports_only_client, "partner")[2] == "Winery,2,2,0,0,0,0,0"


def test_questions_are_as_many_for_one_day_as_for_thirty(here: LimitedClub, reports_only_client: Client) -> None:
    roll()
    few = _questions(reports_only_client)
    at = timezone.now()
    ingest(*(own(here, at - number * DAY) for number in range(30)), journal=b"m" * 16, at=at)
    while roll():
        pass
    assert _questions(reports_only_client) == few


def _questions(client: Client) -> int:
    with CaptureQueriesContext(connection) as asked:
        assert client.get(PAGE).status_code == 200
    return len(asked)
