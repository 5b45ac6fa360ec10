"""Reports: who may see them, what they count, in whose days, as CSV too, and nobody's name in them."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from contract.ask import Policy
from contract.instants import to_us
from hub.members.models import Membership
from hub.members.term_operations import renew_membership
from hub.reports.rolling_operations import roll
from tests.hub.limited_club import LimitedClub, ingest, limited_club, own
from tests.hub.scans import checkin

pytestmark = pytest.mark.usefixtures("database")
PAGE = "/desk/reports/"


@pytest.fixture
def here() -> LimitedClub:
    """Two redemptions at a partner and one denied, just now."""
    club, at = limited_club(), timezone.now()
    policy = Policy(partner="wine-bar", site="clubhouse")
    denied = checkin(1, at_us=to_us(at), outcome="denied", reason="expired", customer=club.people[0].pk)
    ingest(own(club, at, policy=policy), own(club, at, policy=policy), denied, at=at)
    return club


def lines(client: Client, name: str, **asked: str) -> list[str]:
    answer = client.get(f"{PAGE}{name}.csv", {"range": "7", **asked})
    return b"".join(answer.streaming_content).decode("utf-8-sig").splitlines()


@pytest.mark.parametrize("rolled", [False, True])
def test_each_report_counts(here: LimitedClub, reports_only_client: Client, rolled: bool) -> None:
    if rolled:
        assert roll()
    client = reports_only_client
    assert len(lines(client, "day")) == 8
    assert lines(client, "reader")[1:] == ["clubhouse/counter,2,0", "clubhouse/door,0,1"]
    assert lines(client, "site")[1:] == ["clubhouse,2,0", "no site,0,1"]
    assert lines(client, "permission")[1:] == ["glass-of-wine,2,0", "front-door,0,1"]
    assert lines(client, "partner")[1:] == ["wine-bar,2,0"]
    assert lines(client, "plan")[1:] == ["Full,2,0", '"no plan, or one that is gone",0,1']
    assert lines(client, "reason")[1:] == ["expired,0,1"]
    assert sum(int(line.split(",")[1]) for line in lines(client, "hour")[1:]) == 2
    assert sum(int(line.split(",")[1]) for line in lines(client, "weekday", site="clubhouse")[1:]) == 2
    assert client.get(f"{PAGE}nothing.csv").status_code == 404


def test_memberships_are_told_by_plan(here: LimitedClub, reports_only_client: Client) -> None:
    now = timezone.now()
    held = Membership.objects.get(pk=here.club.membership.pk)
    Membership.objects.filter(pk=held.pk).update(ends_at=now + timedelta(days=3))
    renew_membership(held, now + timedelta(days=40), now)
    Membership.objects.filter(pk=here.shared.pk).update(ends_at=now - timedelta(days=1))
    header, row = lines(reports_only_client, "memberships")
    assert header == "plan,active,inactive,expired,begun,renewed,ended"
    assert row == "Full,1,0,1,0,1,1"


def test_the_page_draws_and_names_nobody(here: LimitedClub, reports_only_client: Client) -> None:
    page = reports_only_client.get(PAGE, {"range": "7"}).content.decode()
    assert page.count("<g><title>") == 7 + 24 + 7
    # Each in each chart, and what its colour means.
    assert page.count('<rect class="granted"') == 3 + 3
    assert "style=" not in page and "The membership is over" in page
    for name in ("Person 0", "Member with", "Company", "@"):
        assert name not in page.partition('<main id="content"')[2]


def test_who_may_not_see_figures_does_not(here: LimitedClub, front_desk_client: Client) -> None:
    assert front_desk_client.get(PAGE).status_code == 403
    assert front_desk_client.get(f"{PAGE}day.csv").status_code == 403


def test_questions_are_as_many_for_one_day_as_for_thirty(here: LimitedClub, reports_only_client: Client) -> None:
    roll()
    few = _questions(reports_only_client)
    at = timezone.now()
    ingest(*(own(here, at - timedelta(days=number)) for number in range(30)), journal=b"m" * 16, at=at)
    while roll():
        pass
    assert _questions(reports_only_client) == few


def _questions(client: Client) -> int:
    with CaptureQueriesContext(connection) as asked:
        assert client.get(PAGE).status_code == 200
    return len(asked)
