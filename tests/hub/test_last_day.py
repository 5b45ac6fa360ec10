"""An end is excluded; people read the last day on which something holds, everywhere the same."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.test import Client
from django.utils import timezone

from hub.cards.passes.facts import shown_of
from hub.desk.membership_forms import EndField, EndWidget
from hub.fleet.models import Site
from hub.members import operations
from hub.members.models import Card, Membership, Plan
from hub.templatetags.faces import day_text, last_day, last_day_text
from tests.hub.card_page import phone_of
from tests.hub.people import DAY, a_customer

BERLIN = ZoneInfo("Europe/Berlin")
END = datetime(2098, 12, 1, tzinfo=BERLIN)


@pytest.mark.parametrize(
    ("end", "said"),
    [
        (END, "30 Nov 2098"),
        (datetime(2026, 3, 30, tzinfo=BERLIN), "29 Mar 2026"),
        (datetime(2026, 12, 1, 18, 30, tzinfo=BERLIN), "1 Dec 2026, 18:30"),
        (datetime(2026, 12, 1, tzinfo=UTC), "1 Dec 2026, 01:00"),
    ],
)
def test_a_midnight_is_the_end_of_the_day_before(end: datetime, said: str) -> None:
    with timezone.override(BERLIN):
        assert last_day_text(end) == said
        assert f">{said}</time>" in last_day(end) and last_day(None) == "-"


@pytest.mark.parametrize(
    ("zone", "last", "until"),
    [
        ("Africa/Cairo", "2026-04-23", datetime(2026, 4, 23, 22, tzinfo=UTC)),
        ("Atlantic/Azores", "2026-03-28", datetime(2026, 3, 29, 1, tzinfo=UTC)),
        ("Atlantic/Azores", "2026-10-24", datetime(2026, 10, 25, 0, tzinfo=UTC)),
        ("Europe/Berlin", "2026-03-28", datetime(2026, 3, 28, 23, tzinfo=UTC)),
    ],
)
def test_a_day_that_has_no_midnight_or_two_ends_like_any_other(zone: str, last: str, until: datetime) -> None:
    with timezone.override(ZoneInfo(zone)):
        assert EndField().clean([last, ""]).astimezone(UTC) == until
        day = datetime.fromisoformat(last)
        assert EndWidget().decompress(until) == [day.date(), None]
        assert last_day_text(until) == f"{day.day} {day:%b} 2026"
        assert day_text(until) == f"{day.day + 1} {day:%b} 2026"
        # An hour on, clocks may stand at midnight once more.
        assert ":" in last_day_text(until + timedelta(hours=1))


def test_every_face_says_the_same(colleague_client: Client, database: object) -> None:
    Site.objects.create(name="club", time_zone="Europe/Berlin")
    ann, gold = a_customer("Ann"), operations.save_plan(Plan(name="Gold"))
    held = Membership(plan=gold, customer=ann, starts_at=timezone.now() - DAY, ends_at=END)
    operations.save_membership(held)
    card = operations.make_card(Card(customer=ann))
    assert shown_of(card, timezone.now()).facts.until == "30 Nov 2098"
    for page in (colleague_client.get(f"/desk/customers/{ann.pk}/"), phone_of(ann).get("/card/")):
        said = page.content.decode()
        assert "30 Nov 2098" in said and "1 Dec 2098<" not in said
