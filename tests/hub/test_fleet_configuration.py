"""Configurations at the desk: where one is wrong, two side by side, one for several; the banner of lockdowns."""

import html
from datetime import UTC, datetime

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from contract.ask import Posture
from contract.orders import Refused
from hub.audit.models import Entry
from hub.fleet.models import Edge, Site
from hub.fleet.paging import PAGE_EDGES
from hub.orders import operations, queries
from hub.orders.mode_operations import set_mode
from hub.orders.models import Configuration
from hub.orders.outcomes import outcomes
from hub.orders.places import Place
from hub.orders.report_operations import note_reported
from hub.orders.side_by_side import Pair, side_by_side
from hub.orders.toml_lines import excerpt, line_of
from tests.hub.conftest import Database
from tests.hub.ordered import OTHER, TOML, another, house, reported, standing

pytestmark = pytest.mark.any_database


@pytest.fixture
def edge(database: Database) -> Edge:
    return house()


@pytest.fixture
def client(edge: Edge, admin_user_client: Client) -> Client:
    return admin_user_client


def now() -> datetime:
    return datetime.now(UTC)


def shown(client: Client, url: str) -> str:
    return html.unescape(client.get(url).content.decode())


# Where it is wrong


@pytest.mark.parametrize(
    ("field", "why", "said"),
    [
        ('readers[1] ("bar").partner', "", 'partner = "wine-bar"'),
        ("readers[0].relay_pin", "", "relay_pin = 17"),
        ('readers[1] ("bar").clock', "", "[[readers]]"),
        ("hardware.pin_factory", "", 'pin_factory = "mock"'),
        ("hardware", "", "[hardware]"),
        ("the text", "the text is no TOML: Invalid value (at line 4, column 15)", 'pin_factory = "mock"'),
        ("edge", "", None),
        ("broker.host", "", None),
        ("readers[7].name", "", None),
    ],
)
def test_an_error_is_shown_at_its_line(field: str, why: str, said: str | None) -> None:
    number = line_of(TOML, field, why)
    assert said == (None if number is None else TOML.splitlines()[number - 1])


def test_the_line_stands_with_those_around_it() -> None:
    lines = excerpt("a\nb\nc\nd\ne\nf", 2)
    assert [(each.number, each.text, each.is_wrong) for each in lines][1] == (2, "b", True)
    assert [each.number for each in lines] == [1, 2, 3, 4]
    assert excerpt("a", None) == []


def test_the_page_shows_the_line_and_keeps_what_was_typed(client: Client, edge: Edge) -> None:
    wrong = TOML.replace("relay_pin = 17", "relay_pin = 99")
    answer = client.post(reverse("desk:edge_configuration", args=[edge.pk]), {"text": wrong})
    said = html.unescape(answer.content.decode())
    assert answer.status_code == 422
    number = wrong.splitlines().index("relay_pin = 99") + 1
    assert f'data-line="{number}"' in said
    assert f"▶ {number}</span> relay_pin = 99" in said
    assert "relay_pin = 99" in said.partition("<textarea")[2]
    assert not Configuration.objects.exists()


# Side by side


def test_what_differs_stands_beside_each_other() -> None:
    assert side_by_side("a\nb\nc", "a\nx\nc\nd") == [
        Pair("same", 1, "a", 1, "a"),
        Pair("changed", 2, "b", 2, "x"),
        Pair("same", 3, "c", 3, "c"),
        Pair("added", None, None, 4, "d"),
    ]
    assert [each.kind for each in side_by_side("a\nb", "b")] == ["removed", "same"]
    assert [each.kind for each in side_by_side("a\nb", "c")] == ["changed", "removed"]


def test_wanted_reported_and_those_before_are_compared(client: Client, edge: Edge) -> None:
    url = reverse("desk:compare_configurations", args=[edge.pk])
    first = operations.push("east", TOML, now(), "owner").configuration
    note_reported("east", standing(1, first), now())
    assert "They say the same" in shown(client, url)
    second = operations.push("east", OTHER, now(), "owner").configuration
    said = shown(client, url)
    assert "reported: generation 1" in said and "wanted: generation 2" in said
    assert '<tr class="changed">' in said
    assert "pulse_seconds = 4.5" in said and "pulse_seconds = 6" in said
    assert '<tr class="changed">' in shown(client, f"{url}?old={first.pk}&new={second.pk}")
    elsewhere = operations.push(another("west", edge.site).name, TOML, now(), "owner").configuration
    assert client.get(f"{url}?old={elsewhere.pk}").status_code == 404


# To several


def test_several_get_it_and_what_became_of_each_is_shown(client: Client, edge: Edge) -> None:
    for name in ("north", "south", "west"):
        another(name, edge.site)
    names = ["east", "north", "south", "west"]
    answer = client.post("/desk/fleet/push/", {"edges": names, "text": TOML})
    assert answer.status_code == 302
    made = {each.edge.name: each for each in Configuration.objects.all()}
    assert {name: each.document["edge"] for name, each in made.items()} == dict(zip(names, names, strict=True))
    assert Entry.objects.filter(action="configuration pushed").count() == 4
    note_reported("east", standing(1, made["east"]), now())
    failed = Refused(
        epoch=made["north"].epoch, generation=1, step="self_test", field="readers[0].device", why="gone"
    )
    note_reported("north", reported(1, refused=failed), now())
    operations.push("south", OTHER, now(), "owner")
    words = {
        each.configuration.edge.name: each.word for each in outcomes([each.pk for each in made.values()], now())
    }
    assert words == {"east": "applied", "north": "refused", "south": "replaced", "west": "waiting"}
    page = shown(client, answer["Location"])
    assert "1 applied, 1 refused, 1 waiting" in page
    assert "readers[0].device: gone" in page
    inside = client.get(answer["Location"], HTTP_HX_REQUEST="true").content.decode()
    assert inside.startswith('<section id="pushed"') and "every 2s" in inside


def test_all_get_it_or_none(client: Client, edge: Edge) -> None:
    another("west", edge.site)
    text = TOML.replace("[hardware]", 'feed = "other"\n[hardware]')
    for edges, said in (
        ([], "Choose at least one edge"),
        (["east", "nowhere"], "nowhere: there is no edge 'nowhere'"),
    ):
        answer = client.post("/desk/fleet/push/", {"edges": edges, "text": TOML})
        assert answer.status_code == 422
        assert said in html.unescape(answer.content.decode())
    refused = client.post("/desk/fleet/push/", {"edges": ["east", "west"], "text": text})
    said = html.unescape(refused.content.decode())
    assert "west: feed is 'other', at the hub it is" in said
    assert said.count(" checked") == 2
    assert not Configuration.objects.exists()


@pytest.mark.both_databases
def test_many_outcomes_ask_no_more_of_the_database(client: Client, edge: Edge) -> None:
    def questions(names: list[str]) -> int:
        numbers = [operations.push(name, TOML, now(), "owner").configuration.pk for name in names]
        url = "/desk/fleet/pushed/?" + "&".join(f"of={each}" for each in numbers)
        client.get(url)
        with CaptureQueriesContext(connection) as asked:
            client.get(url)
        return len(asked)

    few = questions(["east"])
    assert questions([another(f"e{number}", edge.site).name for number in range(8)]) == few


# The banner


def test_a_lockdown_stands_above_every_page_with_who_since_when_and_its_end(
    edge: Edge, colleague_client: Client, front_desk_client: Client, outsider_client: Client
) -> None:
    assert 'class="lockdown' not in shown(colleague_client, "/desk/")
    set_mode(Place(edge="east"), Posture.LOCKDOWN, now(), "Ann")
    for url in ("/desk/", "/desk/customers/", "/desk/fleet/"):
        said = shown(colleague_client, url)
        assert "Lockdown set, and not heard everywhere: edge east" in said
        assert "by Ann" in said and "since 20" in said
        assert f"{reverse('desk:set_mode')}?posture=clear&edge=east" in said
    assert "edge east" in shown(front_desk_client, "/desk/")
    assert "Lift it" not in shown(front_desk_client, "/desk/")
    assert 'class="lockdown' not in shown(outsider_client, "/desk/")
    assert not shown(outsider_client, "/desk/lockdown/banner/").strip()
    part = colleague_client.get("/desk/lockdown/banner/")
    mark = part.content.decode().partition("shown=")[2][:8]
    assert colleague_client.get(f"/desk/lockdown/banner/?shown={mark}").status_code == 204
    fields = {"posture": "clear", "edge": "east", "shown": str(queries.set_by_hand()[0].pk)}
    colleague_client.post(reverse("desk:set_mode"), fields)
    assert queries.set_by_hand() == []
    assert not shown(colleague_client, f"/desk/lockdown/banner/?shown={mark}").strip()


def test_many_edges_are_shown_by_the_page_and_what_is_set_on_each(client: Client, edge: Edge) -> None:
    operations.push("east", TOML, now(), "owner")
    lake = Site.objects.create(name="lake", time_zone="UTC")
    several = [Edge(name=f"e{number:03}", site=lake, feed=edge.feed) for number in range(PAGE_EDGES + 10)]
    Edge.objects.bulk_create(several)
    for place in (Place(edge="e055"), Place(edge="e002"), Place(edge="east", reader="bar")):
        set_mode(place, Posture.SECURE, now(), "owner")
    first, second = (shown(client, f"{reverse('desk:modes')}?page={number}") for number in (1, 2))
    assert ("e002 <" in first, "e058 <" in first, "e055 <" in first, "Page 1 of 2" in first) == (1, 0, 1, 1)
    assert ("e002 <" in second, "e058 <" in second, "east/bar <" in second, ">Back</a>" in second) == (1, 1, 1, 1)
    found = shown(client, f"{reverse('desk:modes')}?q=east&page=999999")
    assert ("no longer there" in found, "e003 <" in found, ">door <" in found) == (0, 0, 1)
