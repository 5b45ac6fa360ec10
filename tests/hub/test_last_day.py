"""An end is excluded; people read the last day on which something holds, everywhere the same."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from django.test import Client
from django.utils import timezone

from hub.cards.passes.facts import shown_of
from hub.fleet.models import Site
from hub.members import operations
from hub.members.models import Card, Membership, Plan
from hub.templatetags.faces import last_day, last_day_text
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
