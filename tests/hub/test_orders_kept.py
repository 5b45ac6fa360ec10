"""Lockdowns that a restored hub had forgotten: kept from the edges where they stand, and nothing else."""

import pytest

from contract.ask import Posture
from contract.orders import Modes, ReaderMode, Reported
from hub.fleet.models import Edge
from hub.orders import operations, queries
from hub.orders.mode_lines import modes_context
from hub.orders.mode_operations import clear_mode, set_mode
from hub.orders.places import Place
from hub.orders.report_operations import note_reported
from tests.hub.conftest import Database
from tests.hub.ordered import AHEAD, TOML, house, reported
from tests.hub.scans import AT

BY = "owner"
EAST = Place(edge="east")
DOOR = Place(edge="east", reader="door")
LOCKDOWN, SECURE, UNLOCKED = Posture.LOCKDOWN, Posture.SECURE, Posture.UNLOCKED


@pytest.fixture
def edge(database: Database) -> Edge:
    edge = house()
    operations.push("east", TOML, AT, BY)
    return edge


def ahead(edge: Posture | None = None, door: Posture | None = None, n: int = 1, **named: Posture) -> Reported:
    """Of an edge that has heard of modes which the hub has forgotten."""
    readers = [ReaderMode(reader=name, posture=posture) for name, posture in named.items()]
    if door is not None:
        readers.append(ReaderMode(reader="door", posture=door))
    return reported(n, mode_epoch=AHEAD, mode_generation=n, mode_edge=edge, mode_readers=readers)


def places() -> list[tuple[str, str]]:
    return [(order.place, order.posture) for order in queries.set_by_hand()]


def told() -> Modes:
    modes = queries.modes_for(Edge.objects.get(name="east"))
    assert modes is not None
    return modes


def test_the_lockdown_of_an_edge_is_kept_in_a_new_epoch(edge: Edge) -> None:
    begun = note_reported("east", ahead(LOCKDOWN, UNLOCKED), AT)
    assert begun is not None
    assert begun.kept == ["edge east"]
    assert places() == [("edge east", LOCKDOWN)]
    assert (told().edge, told().readers, told().generation) == (LOCKDOWN, [], 1)
    assert told().epoch > AHEAD


def test_staff_see_whence_it_comes_and_end_it(edge: Edge) -> None:
    note_reported("east", ahead(LOCKDOWN), AT)
    [line] = [line for line in modes_context()["lines"] if line.own is not None]
    assert "kept from the edge after a restore" in line.holds
    clear_mode(EAST, AT, BY)
    assert told().edge is None
    assert note_reported("east", reported(2, mode_epoch=told().epoch, mode_generation=1), AT) is None
    assert places() == []


def test_of_a_reader_it_is_kept_in_place_of_what_the_hub_remembers(edge: Edge) -> None:
    set_mode(DOOR, UNLOCKED, AT, BY)
    note_reported("east", ahead(SECURE, LOCKDOWN), AT)
    assert places() == [("reader east/door", LOCKDOWN)]
    assert told().of("door") is LOCKDOWN


def test_what_the_hub_has_in_lockdown_itself_is_not_set_twice(edge: Edge) -> None:
    set_mode(Place(site="house"), LOCKDOWN, AT, BY)
    set_mode(DOOR, LOCKDOWN, AT, BY)
    begun = note_reported("east", ahead(LOCKDOWN, LOCKDOWN), AT)
    assert begun is not None
    assert begun.kept == []
    assert places() == [("reader east/door", LOCKDOWN), ("site house", LOCKDOWN)]


def test_an_edge_that_is_not_ahead_ends_no_end_of_a_lockdown(edge: Edge) -> None:
    """It has not heard yet that the lockdown is over."""
    set_mode(EAST, LOCKDOWN, AT, BY)
    locked = told()
    clear_mode(EAST, AT, BY)
    still = reported(1, mode_epoch=locked.epoch, mode_generation=locked.generation, mode_edge=LOCKDOWN)
    assert note_reported("east", still, AT) is None
    assert places() == []


def test_a_name_that_no_reader_can_have_is_passed_over(edge: Edge) -> None:
    note_reported("east", ahead(None, **{"x" * 60: LOCKDOWN, "Door\n": LOCKDOWN, "gone": LOCKDOWN}), AT)
    assert places() == [("reader east/gone", LOCKDOWN)]
