"""Staff's pages of orders: configuration, lockdown and what is done once."""

import html
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from urllib.parse import urlencode

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from contract.orders import Answered, Refused
from hub.fleet.models import Edge, Reader, Site
from hub.orders import operations, queries
from hub.orders.command_operations import note_answered
from hub.orders.models import CommandOrder, Configuration
from hub.orders.report_operations import note_reported
from hub.watch.operations import note_worker
from tests.hub.conftest import Database
from tests.hub.followed import assert_exact
from tests.hub.ordered import OTHER, TOML, house, reported, standing
from tests.hub.staff_pages import address, inline, post

AMBER, GREEN, RED = (f'class="light {colour} "' for colour in ("amber", "green", "red"))


@pytest.fixture
def edge(sqlite_database: Database) -> Edge:
    return house()


@pytest.fixture
def staff(edge: Edge) -> Iterator[Client]:
    client = Client(SERVER_NAME="localhost")
    client.force_login(User.objects.create_superuser("owner"))
    yield client
    assert_exact()


def page(client: Client, url: str) -> str:
    return html.unescape(client.get(url, follow=True).content.decode())


def configuration_url(edge: Edge) -> str:
    return reverse("desk:edge_configuration", args=[edge.pk])


def edge_url(edge: Edge) -> str:
    return reverse("desk:edge", args=[edge.pk])


def settings_url(edge: Edge) -> str:
    """In the back office."""
    return address(Edge, "change", edge.pk)


def looked_at(edge: Edge) -> int:
    """What a page that is opened now carries."""
    newest = queries.newest(edge)
    return 0 if newest is None else newest.pk


def push(staff: Client, edge: Edge, text: str = TOML) -> Configuration:
    post(staff, configuration_url(edge), text=text, over=looked_at(edge))
    return queries.newest(edge)


def set_url(posture: str, **place: str) -> str:
    return f"{reverse('desk:set_mode')}?{urlencode({'posture': posture, **place})}"


def shown(staff: Client, **place: str) -> str:
    """What a page that is opened now says of what stands there."""
    found = re.search(r'name="shown" value="(\d+)"', page(staff, set_url("clear", **place)))
    assert found is not None
    return found[1]


def end(staff: Client, **place: str) -> None:
    """As somebody who has just looked at it."""
    post(staff, reverse("desk:set_mode"), posture="clear", shown=shown(staff, **place), **place)


def hear(edge: Edge, n: int) -> None:
    """The edge hears all that is set by hand."""
    edge.refresh_from_db()
    modes = queries.modes_for(edge)
    assert modes is not None
    heard = {"mode_epoch": modes.epoch, "mode_generation": modes.generation}
    note_reported(
        "east", reported(n, **heard, mode_edge=modes.edge, mode_readers=modes.readers), datetime.now(UTC)
    )


# Configuration


def test_a_configuration_from_the_first_push_to_the_way_back(staff: Client, edge: Edge) -> None:
    url = configuration_url(edge)
    assert "No configuration was pushed" in page(staff, url)
    first = push(staff, edge)
    assert (first.by, first.text.strip()) == ("owner", TOML.strip())
    shown = page(staff, url)
    assert "was not heard of by the edge yet" in shown
    assert AMBER in shown
    assert "Roll back" not in shown
    note_reported("east", standing(1, first), datetime.now(UTC))
    assert GREEN in page(staff, url)
    second = push(staff, edge, OTHER)
    why = Refused(epoch=second.epoch, generation=2, step="self_test", field="readers[0].device", why="gone")
    note_reported("east", standing(2, first, refused=why), datetime.now(UTC))
    for shown in (page(staff, url), page(staff, edge_url(edge))):
        assert RED in shown
        assert "eneration 2 was refused: readers[0].device: gone" in shown
        assert "Now generation 1 stands" in shown
    post(staff, url, rollback="yes", over=second.pk)
    newest = queries.newest(edge)
    assert (newest.generation, newest.document) == (3, first.document)


def test_what_is_refused_stays_in_its_field(staff: Client, edge: Edge) -> None:
    wrong = TOML.replace('"front-door"', '"front-dor"')
    response = staff.post(configuration_url(edge), {"text": wrong})
    shown = html.unescape(response.content.decode())
    assert "did you mean “front-door”?" in shown
    assert 'permission = "front-dor"' in shown
    assert not Configuration.objects.exists()
    push(staff, edge)
    push(staff, edge)
    assert "exactly this already" in page(staff, configuration_url(edge))


def test_a_page_that_somebody_was_faster_than_changes_nothing(staff: Client, edge: Edge) -> None:
    push(staff, edge)
    shown = page(staff, configuration_url(edge))
    assert f'name="over" value="{looked_at(edge)}"' in shown
    stale = looked_at(edge)
    newest = operations.push("east", OTHER, datetime.now(UTC), "colleague").configuration
    for fields in ({"text": TOML}, {"rollback": "yes"}):
        answer = staff.post(configuration_url(edge), {**fields, "over": stale}).content.decode()
        assert "generation 2 was made meanwhile, by colleague" in html.unescape(answer)
        assert f'name="over" value="{newest.pk}"' in answer
    assert queries.newest(edge) == newest


def test_readers_of_a_pushed_configuration_are_changed_there(staff: Client, edge: Edge) -> None:
    push(staff, edge)
    door = Reader.objects.get(name="door")
    shown = page(staff, address(Reader, "change", door.pk))
    assert configuration_url(edge) in shown
    assert 'name="_save"' not in shown
    assert staff.post(address(Reader, "change", door.pk), {"name": "gate"}).status_code == 403
    assert staff.post(address(Reader, "delete", door.pk), {"post": "yes"}).status_code == 403
    assert 'name="readers-0-name"' not in page(staff, settings_url(edge))
    assert ">east</option>" not in page(staff, address(Reader, "add"))


def test_an_edge_that_moves_hears_of_it(staff: Client, edge: Edge) -> None:
    push(staff, edge)
    lake = Site.objects.create(name="lake", time_zone="UTC")
    post(staff, settings_url(edge), site=lake.pk, feed=edge.feed_id, **inline("readers"))
    newest = queries.newest(edge)
    assert (newest.generation, newest.document["site"]) == (2, "lake")


# Lockdown


@pytest.mark.parametrize(
    ("place", "name"),
    [
        ({}, "everything"),
        ({"site": "house"}, "site house"),
        ({"edge": "east"}, "edge east"),
        ({"edge": "east", "reader": "door"}, "east/door"),
    ],
)
def test_a_lockdown_is_asked_once_more_shown_everywhere_and_ended(
    staff: Client, edge: Edge, place: dict[str, str], name: str
) -> None:
    push(staff, edge)
    asked = page(staff, set_url("lockdown", **place))
    assert f"Lock down {name}?" in asked
    assert queries.set_by_hand() == []
    post(staff, reverse("desk:set_mode"), posture="lockdown", **place)
    assert f"Lockdown set, and not heard everywhere: {name}" in page(staff, reverse("admin:index"))
    assert "east has not heard it (never heard of): its readers go on as before." in page(
        staff, reverse("desk:modes")
    )
    hear(edge, 1)
    for url in (reverse("admin:index"), reverse("desk:modes"), edge_url(edge), "/desk/", settings_url(edge)):
        assert f"In lockdown: {name}" in page(staff, url)
    edge.refresh_from_db()
    assert queries.modes_for(edge).of("door") == "lockdown"
    end(staff, **place)
    assert "Still in lockdown, for the end of it was not heard there: east" in page(staff, edge_url(edge))
    assert "east is still in lockdown" in page(staff, reverse("desk:modes"))
    hear(edge, 2)
    assert "lockdown-banner" not in page(staff, reverse("admin:index"))
    edge.refresh_from_db()
    assert queries.modes_for(edge).of("door") is None


def test_nearer_ones_do_not_hide_that_all_is_locked(staff: Client, edge: Edge) -> None:
    push(staff, edge)
    post(staff, reverse("desk:set_mode"), posture="unlocked", edge="east", reader="door")
    post(staff, reverse("desk:set_mode"), posture="lockdown")
    assert "in lockdown, as everything is" in page(staff, edge_url(edge))
    assert page(staff, reverse("desk:modes")).count('<tr class="indent-') == page(
        staff, reverse("desk:modes")
    ).count(" locked")


def test_what_was_not_shown_is_neither_ended_nor_replaced(staff: Client, edge: Edge) -> None:
    push(staff, edge)
    place, url = {"edge": "east", "reader": "door"}, reverse("desk:set_mode")
    open_now = {"posture": "unlocked", "shown": shown(staff, **place), **place}
    post(staff, url, **open_now)
    end_now = {"posture": "clear", "shown": shown(staff, **place), **place}
    post(staff, url, posture="lockdown", **place)
    for stale in (end_now, open_now, {"posture": "clear", **place}, {"posture": "secure", "shown": "x", **place}):
        said = html.unescape(staff.post(url, stale, follow=True).content.decode())
        assert "Nothing changed: what is set there is not what you were shown any more" in said
        assert [order.posture for order in queries.set_by_hand()] == ["lockdown"]
    end(staff, **place)
    assert queries.set_by_hand() == []


def test_what_is_set_for_a_reader_that_is_gone_can_be_ended(staff: Client, edge: Edge) -> None:
    push(staff, edge)
    post(staff, reverse("desk:set_mode"), posture="lockdown", edge="east", reader="bar")
    push(staff, edge, TOML.replace('name = "bar"', 'name = "tap"'))
    assert "no longer there" in page(staff, reverse("desk:modes"))
    end(staff, edge="east", reader="bar")
    assert queries.set_by_hand() == []


def test_back_to_where_the_button_was_and_nowhere_else(staff: Client, edge: Edge) -> None:
    there = staff.post(reverse("desk:set_mode"), {"posture": "lockdown", "back": edge_url(edge)})
    assert there["Location"] == edge_url(edge)
    fields = {"posture": "clear", "shown": shown(staff), "back": "https://example.com/"}
    elsewhere = staff.post(reverse("desk:set_mode"), fields)
    assert elsewhere["Location"] == reverse("desk:modes")
    assert queries.set_by_hand() == []
    assert staff.get(set_url("open")).status_code == 404


# What is done once


def test_an_order_is_given_and_its_answer_shown(staff: Client, edge: Edge) -> None:
    push(staff, edge)
    url = reverse("desk:edge_command", args=[edge.pk])
    alone = staff.post(url, {"kind": "identify"}, follow=True).content.decode()
    assert "nothing reaches east: no worker runs" in alone
    note_worker("worker", datetime.now(UTC), True, {}, datetime.now(UTC))
    asked = staff.post(url, {"kind": "unlock_once", "reader": "door"}, follow=True).content.decode()
    assert "Asked: its answer shows below." in asked
    assert 'hx-trigger="every 1s"' in asked
    order = CommandOrder.objects.get()
    assert (order.kind, order.reader, order.by) == ("unlock_once", "door", "owner")
    assert "Unlock once door: on its way" in page(staff, edge_url(edge))
    note_answered("east", Answered(epoch=order.epoch, number=1, at_us=0, why="clock_unknown"), datetime.now(UTC))
    assert "Unlock once door: not done, the edge's clock is unknown" in page(staff, edge_url(edge))
    refused = staff.post(url, {"kind": "unlock_once", "reader": "bar"}, follow=True).content.decode()
    assert "only doors open" in refused
    assert staff.post(url, {"kind": "reboot"}).status_code == 404
    assert staff.get(url).status_code == 405
    Edge.objects.update(revoked_at=datetime.now(UTC))
    shown = page(staff, edge_url(edge))
    assert "Its machine goes on deciding" in shown
    assert ">Identify</button>" not in shown
