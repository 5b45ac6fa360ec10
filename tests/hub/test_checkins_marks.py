"""Marks on the list of check-ins, and voiding from it: asked why, told in the history, for who has the right."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import Permission as Right
from django.contrib.auth.models import User
from django.test import Client

from contract.limits import Limit
from hub.checkins import undoing
from hub.checkins.marks import names_of
from hub.checkins.models import CheckIn
from hub.checkins.staff_operations import void_checkins
from hub.fleet.models import Site
from tests.hub.conftest import Database, run_hub
from tests.hub.limited_club import (
    WEEK_SECONDS,
    LimitedClub,
    ingest,
    limited_club,
    own,
    row_of,
    use_rows,
    void,
)
from tests.hub.scans import AT, checkin
from tests.hub.staff_pages import address, history, post

LIST = "/admin/checkins/checkin/"


@pytest.fixture
def here(sqlite_database: Database) -> LimitedClub:
    return limited_club(Limit(1, WEEK_SECONDS))


@pytest.fixture
def owner(here: LimitedClub) -> Client:
    return client_of(User.objects.create_superuser("owner"))


def client_of(user: User) -> Client:
    client = Client(SERVER_NAME="localhost")
    client.force_login(user)
    return client


def page(client: Client, url: str) -> str:
    return client.get(url).content.decode()


def test_each_mark_is_shown_and_found(owner: Client, here: LimitedClub) -> None:
    over, undone = own(here, AT + timedelta(days=1)), own(here, AT + timedelta(days=9))
    spilt = own(here, AT + timedelta(days=20))
    ahead = own(here, AT + timedelta(days=400))
    ingest(own(here, AT), over, undone, void(undone), spilt, checkin(4, inside_already=True), ahead)
    void_checkins([row_of(spilt)], "undone at the reader", User.objects.get(username="owner"), AT)
    for mark, text, seen in (
        ("over_limit", "over the limit", over),
        ("undone", "undone", undone),
        ("voided", "voided", spilt),
        ("inside_already", "inside already", None),
        ("clock_ahead", "clock ahead", ahead),
    ):
        found = page(owner, f"{LIST}?mark={mark}")
        assert found.count(f">{text}</span>") == 1
        assert found.count('name="_selected_action"') == 1
        if seen is not None:
            assert f"{row_of(seen).at:%Y-%m-%d %H:%M:%S}" in found
    assert "<s>✓ granted</s>" in page(owner, LIST)


def undone_by_staff(here: LimitedClub) -> tuple[CheckIn, CheckIn]:
    """A glass, and the scan of the staff's card that undid it."""
    glass, at = own(here, AT), AT + timedelta(minutes=2)
    card = checkin(120, reader="counter", permission="undo", mode="identify", customer=here.people[0].pk)
    ingest(glass, card, void(glass, at))
    return row_of(glass), row_of(card)


def test_an_undo_and_what_it_undid_name_each_other(owner: Client, here: LimitedClub) -> None:
    glass, card = undone_by_staff(here)
    assert [names_of(card, undoing.undone_by([card])[card.number]), names_of(glass)] == [["undo"], ["undone"]]
    listed = page(owner, LIST)
    assert (listed.count(">undo</span>"), listed.count(">undone</span>")) == (1, 1)
    assert f'>undo</span> of <a href="{address(CheckIn, "change", glass.pk)}"' in listed
    shown = page(owner, address(CheckIn, "change", glass.pk))
    assert "undone at the reader counter at 2026-03-01 18:32:00 UTC" in shown
    assert f"check-in {card.pk} of Person 0" in shown
    shown = page(owner, address(CheckIn, "change", card.pk))
    assert f'href="{address(CheckIn, "change", glass.pk)}"' in shown


def test_an_undo_is_known_by_its_reader_and_instant(here: LimitedClub) -> None:
    glass, card = undone_by_staff(here)
    elsewhere = checkin(120, reader="door", permission="undo", mode="identify")
    later = checkin(121, reader="counter", permission="undo", mode="identify")
    ingest(elsewhere, later, first=4)
    assert undoing.undone_by(CheckIn.objects.all()) == {card.number: glass}
    assert undoing.undoing(glass) == card
    assert undoing.undoing(card) is None


def test_instants_are_the_sites(owner: Client, here: LimitedClub) -> None:
    Site.objects.update(time_zone="Asia/Kathmandu")
    ingest(own(here, AT))
    assert "2026-03-02 00:15:00 +0545" in page(owner, LIST)


def test_voiding_on_the_list_asks_why(owner: Client, here: LimitedClub) -> None:
    glasses = [own(here, AT), own(here, AT + timedelta(days=1))]
    ingest(*glasses, checkin(3, outcome="denied", reason="unknown_card"))
    rows = list(CheckIn.objects.order_by("number"))
    chosen = {"action": "void", "_selected_action": [row.pk for row in rows]}
    asked = owner.post(LIST, chosen).content.decode()
    assert "Why?" in asked
    assert asked.count("<li>") >= 3
    assert "Say why" in owner.post(LIST, chosen | {"reason": " "}).content.decode()
    assert "1 to 200" in owner.post(LIST, chosen | {"reason": "bell \x07"}).content.decode()
    assert not CheckIn.objects.exclude(voided_at=None).exists()
    told = owner.post(LIST, chosen | {"reason": "spilt"}, follow=True).content.decode()
    assert "Voided: 2 check-ins." in told
    assert "Passed over: 1" in told
    assert use_rows() == {}
    for glass in glasses:
        row = row_of(glass)
        assert (row.void_reason, row.voided_by) == ("spilt", User.objects.get(username="owner"))
        assert history(row) == ["Voided: spilt"]
    assert history(rows[2]) == []


def test_voiding_on_a_checkins_own_page(owner: Client, here: LimitedClub) -> None:
    glass = own(here, AT)
    ingest(glass)
    row = row_of(glass)
    change, voiding = address(CheckIn, "change", row.pk), address(CheckIn, "void_this", row.pk)
    assert f'href="{voiding}"' in page(owner, change)
    assert "Why?" in page(owner, voiding)
    post(owner, voiding, reason="scanned twice")
    shown = page(owner, change)
    assert "by owner: scanned twice" in shown
    assert f'href="{voiding}"' not in shown
    assert owner.get(address(CheckIn, "void_this", 987_654)).status_code == 404


def test_only_who_has_the_right_voids(here: LimitedClub) -> None:
    glass = own(here, AT)
    ingest(glass)
    row = row_of(glass)
    user = User.objects.create_user("clerk", is_staff=True)
    user.user_permissions.add(Right.objects.get(codename="view_checkin"))
    chosen = {"action": "void", "_selected_action": [row.pk], "reason": "spilt"}
    clerk = client_of(user)
    voiding = address(CheckIn, "void_this", row.pk)
    assert clerk.post(voiding, {"reason": "spilt"}).status_code == 403
    clerk.post(LIST, chosen)
    assert row_of(glass).voided_at is None
    assert voiding not in page(clerk, address(CheckIn, "change", row.pk))
    user.user_permissions.add(Right.objects.get(codename="void_checkin"))
    clerk = client_of(User.objects.get(username="clerk"))
    post(clerk, LIST, **chosen)
    assert row_of(glass).void_reason == "spilt"


def test_on_the_command_line_too(here: LimitedClub, sqlite_database: Database) -> None:
    undone, over = own(here, AT - timedelta(days=9)), own(here, AT + timedelta(days=1))
    ingest(undone, void(undone), own(here, AT), over)
    lines = run_hub("checkins", **sqlite_database.environment).stdout.splitlines()
    assert [line.endswith("undone") for line in lines[1:]] == [True, False, False]
    assert [line.endswith("over the limit") for line in lines[1:]] == [False, False, True]
