"""Staff's pages where codes rotate: feeds, cards, and readers that ask for them."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from django.contrib.auth.models import Permission as Right
from django.contrib.auth.models import User
from django.test import Client

from contract.card import read_scan
from contract.rotating import matching_step
from hub.feed.models import Feed
from hub.feed.operations import EVERYONE
from hub.fleet.models import Edge, Reader
from hub.members import codes, queries
from hub.members.models import Card
from hub.members.rotating_operations import drop_secrets, stop_rotating
from tests.hub.conftest import Database
from tests.hub.followed import assert_exact
from tests.hub.staff_pages import address, history, inline


@pytest.fixture
def staff(sqlite_example: Database) -> Iterator[Client]:
    client = Client(SERVER_NAME="localhost")
    client.force_login(User.objects.create_superuser("owner"))
    yield client
    assert_exact()


def page(client: Client, url: str) -> str:
    return client.get(url).content.decode()


def switch(client: Client, action: str) -> None:
    client.post(address(Feed, "changelist"), {"action": action, "_selected_action": [Feed.objects.get().pk]})


def test_a_reader_whose_feed_has_no_secrets_is_told(staff: Client) -> None:
    switch(staff, "carry_secrets")
    lounge, door = Reader.objects.get(name="lounge"), Reader.objects.get(name="door")
    fields = {"kind": "door", "mode": "redeem", "clock": "unknown", "direction": "in", "passback": "off"}
    fields |= {"posture": "secure", "confirm_seconds": "1.0", "edge": door.edge_id, "enabled": "on"}

    def told(reader: Reader, codes: str) -> bool:
        own = {"name": reader.name, "permission": reader.permission_id, "codes": codes}
        shown = staff.post(address(Reader, "change", reader.pk), fields | own, follow=True).content.decode()
        warned = f"“clubhouse/{reader.name}” asks for rotating codes" in shown
        assert warned == (f"href='{address(Feed, 'changelist')}' class='underline'" in shown)
        return warned

    assert not told(lounge, "rotating")
    response = staff.post(
        address(Feed, "changelist"),
        {"action": "drop_secrets", "_selected_action": [Feed.objects.get().pk]},
        follow=True,
    )
    assert "rotating codes are asked for: clubhouse/lounge." in response.content.decode()
    assert "checks rotating codes when three things are set" in response.content.decode()
    assert told(lounge, "rotating_strictly")
    assert not told(door, "static")
    edge = door.edge
    readers = inline("readers", initial=0)
    shown = staff.post(
        address(Edge, "change", edge.pk), {"site": edge.site_id, "feed": edge.feed_id} | readers, follow=True
    ).content.decode()
    assert "“clubhouse/lounge” asks for rotating codes" in shown


def test_a_rotating_cards_page_shows_the_code_of_now(staff: Client, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("DEBUG")
    card = Card.objects.get(rotating_salt__isnull=False)
    before = datetime.now(UTC)
    response = staff.get(address(Card, "change", card.pk))
    shown = response.content.decode()
    steps = (before, datetime.now(UTC))
    text = next(text for at in steps if f">{(text := queries.rotating_text_now(card, at))}</code>" in shown)
    scan = read_scan(text.encode())
    assert scan.text == codes.decrypt(card)
    assert matching_step(codes.secret_of(card) or b"", scan.digits or "", before) is not None
    assert "no-store" in response["Cache-Control"]
    assert text not in caplog.text
    other = Card.objects.filter(rotating_salt=None).first()
    assert "Code of now" not in page(staff, address(Card, "change", other.pk))


def test_staff_let_codes_rotate(staff: Client) -> None:
    stop_rotating(Card.objects.all())
    ours = list(Card.objects.filter(revoked_at=None).order_by("pk")[:2])
    chosen = {"action": "make_rotating", "_selected_action": [card.pk for card in ours]}
    assert (
        "Cards whose codes rotate now: 2."
        in staff.post(address(Card, "changelist"), chosen, follow=True).content.decode()
    )
    assert history(ours[0]) == ["Codes rotate."]
    switch(staff, "carry_secrets")
    assert Feed.objects.get().rotating
    staff.post(address(Card, "changelist"), chosen | {"action": "stop_rotating"})
    assert not Card.objects.filter(rotating_salt__isnull=False).exists()
    switch(staff, "drop_secrets")
    assert not Feed.objects.get().rotating
    every = {"action": "make_rotating", "_selected_action": [card.pk for card in Card.objects.all()]}
    said = staff.post(address(Card, "changelist"), every, follow=True).content.decode()
    assert "Nothing was changed: codes taken over from other cards cannot rotate" in said
    assert not Card.objects.filter(rotating_salt__isnull=False).exists()


def test_who_may_only_look_at_feeds_switches_nothing(staff: Client) -> None:
    drop_secrets(EVERYONE)
    clerk = User.objects.create_user("clerk", is_staff=True)
    clerk.user_permissions.add(Right.objects.get(codename="view_feed"))
    client = Client(SERVER_NAME="localhost")
    client.force_login(clerk)
    switch(client, "carry_secrets")
    assert not Feed.objects.get().rotating
