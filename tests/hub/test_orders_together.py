"""Orders given at the same time, from several threads: each has a number of its own, and none is lost."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection

from contract.ask import Posture
from contract.orders import CommandKind
from hub.fleet.models import Edge
from hub.orders import operations, queries
from hub.orders.command_operations import give_command, take_commands
from hub.orders.mode_operations import clear_mode, set_mode
from hub.orders.models import CommandOrder, Configuration
from hub.orders.places import Place
from tests.hub.conftest import Database
from tests.hub.ordered import TOML, another, house
from tests.hub.scans import AT

_TIMES = 12


@pytest.fixture
def edge(database: Database) -> Edge:
    edge = house()
    operations.push("east", TOML, AT, "owner")
    return edge


def _together(*deeds: object) -> None:
    def do(deed: object) -> None:
        try:
            deed()  # type: ignore[operator]
        finally:
            connection.close()

    with ThreadPoolExecutor(6) as pool:
        for done in [pool.submit(do, deed) for deed in deeds]:
            done.result()


def test_each_push_has_its_generation(edge: Edge) -> None:
    texts = [TOML.replace("4.5", str(seconds)) for seconds in range(10, 10 + _TIMES)]
    _together(*(lambda text=text: operations.push("east", text, AT, "owner") for text in texts))
    made = Configuration.objects.order_by("generation")
    assert [each.generation for each in made] == list(range(1, _TIMES + 2))
    edge.refresh_from_db()
    assert edge.config_generation == _TIMES + 1
    assert queries.newest(edge).generation == _TIMES + 1


def test_each_command_is_taken_by_one_worker(edge: Edge) -> None:
    give = [lambda: give_command("east", CommandKind.IDENTIFY, None, AT, "owner")] * _TIMES
    taken: list[int] = []
    take = [lambda: taken.extend(order.number for order in take_commands(AT))] * _TIMES
    _together(*(deed for both in zip(give, take, strict=True) for deed in both))
    taken.extend(order.number for order in take_commands(AT))
    assert sorted(taken) == list(range(1, _TIMES + 1))
    assert CommandOrder.objects.count() == _TIMES


def test_what_edges_are_told_is_what_is_set(edge: Edge) -> None:
    another("west", edge.site)
    places = [
        Place(),
        Place(site="house"),
        Place(edge="east"),
        Place(edge="west"),
        Place(edge="east", reader="door"),
    ]
    _together(*(lambda place=place: set_mode(place, Posture.LOCKDOWN, AT, "owner") for place in places))
    assert {name: modes.edge for name, modes in queries.modes_of(["east", "west"]).items()} == {
        "east": Posture.LOCKDOWN,
        "west": Posture.LOCKDOWN,
    }
    _together(*(lambda place=place: clear_mode(place, AT, "owner") for place in places))
    assert [modes.edge for modes in queries.modes_of(["east", "west"]).values()] == [None, None]
    assert queries.modes_for(Edge.objects.get(name="east")).readers == []
