"""Lockdowns that a restored hub had forgotten: kept from the edges where they stand, and nothing else."""

import pytest

from contract.ask import Posture
from contract.messages import READERS_MAX
from contract.orders import Modes, ReaderMode, Reported
from hub.fleet.models import Edge
from hub.orders import operations, queries
from hub.orders.banner import banner
from hub.orders.hearing import not_heard, reached
from hub.orders.mode_lines import modes_context
from hub.orders.mode_operations import clear_mode, set_mode
from hub.orders.places import Place
from hub.orders.report_operations import note_reported
from hub.orders.revoke_operations import revoke_edges
from tests.hub.conftest import Database
from tests.hub.ordered import AHEAD, TOML, another, house, reported
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


def test_of_readers_that_are_made_up_a_hundred_are_kept_and_one_that_is_known(edge: Edge) -> None:
    too_many = []
    for turn in range(3):
        made_up = {f"r{turn}-{number}": LOCKDOWN for number in range(READERS_MAX - turn)}
        begun = note_reported("east", further(turn + 1, {**made_up, "door": LOCKDOWN} if turn else made_up), AT)
        assert begun is not None
        too_many.append(begun.too_many)
    assert too_many == [0, READERS_MAX - 1, READERS_MAX - 2]
    assert len(places()) == READERS_MAX + 1
    assert told().of("door") is LOCKDOWN
    assert len(told().readers) == READERS_MAX


def test_with_the_edge_goes_what_was_kept_from_it_and_nothing_else(edge: Edge) -> None:
    set_mode(DOOR, LOCKDOWN, AT, BY)
    note_reported("east", ahead(LOCKDOWN, bar=LOCKDOWN), AT)
    assert len(places()) == 3
    revoke_edges([edge], AT)
    assert places() == [("reader east/door", LOCKDOWN)]
    assert (told().edge, told().of("door"), told().of("bar")) == (None, LOCKDOWN, None)
    with pytest.raises(Edge.DoesNotExist):
        revoke_edges([another("west", edge.site), Edge(pk=0)], AT)
    assert Edge.objects.get(name="west").revoked_at is None


def test_above_staffs_pages_a_few_are_named_the_widest_first(edge: Edge) -> None:
    west = another("west", edge.site)
    note_reported("east", ahead(None, **{f"r{number:02}": LOCKDOWN for number in range(READERS_MAX)}), AT)
    for place in (Place(edge="west"), Place(site="house")):
        set_mode(place, LOCKDOWN, AT, BY)
    assert shown(2)["unheard"] == "site house, edge west, 100 more"
    assert shown(200)["unheard"] == "site house, edge west"
    assert shown(200)["standing"] == "east/r00, east/r01, east/r02, east/r03, east/r04, 95 more"
    modes = queries.modes_for(Edge.objects.get(pk=west.pk))
    assert modes is not None
    heard = {"mode_epoch": modes.epoch, "mode_generation": modes.generation, "mode_edge": modes.edge}
    note_reported("west", reported(1, **heard), AT)
    assert shown(1)["unheard"] == "site house, 101 more"
    assert shown(200)["unheard"] == "site house"
    assert shown(200)["deaf"] == "east (never heard of)"
    Edge.objects.filter(name="east").update(revoked_at=AT)
    assert (shown(2)["standing"], shown(200)["deaf"]) == ("site house, edge west, 100 more", "")
    assert shown(200)["unheard"] == "east/r00, east/r01, east/r02, east/r03, east/r04, 95 more"
    Edge.objects.update(revoked_at=AT)
    assert (shown(2)["standing"], shown(2)["unheard"]) == ("", "site house, edge west, 100 more")


def further(n: int, readers: dict[str, Posture]) -> Reported:
    """Of an edge that says it has heard of what comes next."""
    modes = [ReaderMode(reader=name, posture=posture) for name, posture in readers.items()]
    return reported(n, mode_epoch=Edge.objects.get(name="east").epoch + 1, mode_generation=1, mode_readers=modes)


def shown(looked_at: int) -> dict[str, str]:
    late = not_heard(AT)
    orders, more = queries.lockdowns([each.edge.pk for each in late], looked_at)
    return banner(orders, more, late, reached())
