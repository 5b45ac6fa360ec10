"""Modes and commands at the hub: what several come to, who is told, what an edge answers."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from contract.ask import Posture
from contract.messages import READERS_MAX, decode, encode
from contract.orders import Answered, CommandKind, Modes, ReaderMode
from hub.fleet.models import Edge, Site
from hub.fleet.named import UnknownEdge
from hub.fleet.operations import save_site
from hub.members import operations as members
from hub.members.models import Permission
from hub.orders import operations, queries
from hub.orders.command_operations import NoSuchCommand, give_command, note_answered, take_commands
from hub.orders.mode_operations import NoSuchMode, UnknownPlace, clear_mode, renew_all_modes, set_mode
from hub.orders.models import CommandOrder, ModeOrder
from hub.orders.places import ByHand, NoPlace, Place
from hub.orders.report_operations import note_reported
from tests.hub.conftest import Database
from tests.hub.ordered import AHEAD, TOML, another, house, reported
from tests.hub.scans import AT

BY = "owner"
DOOR = Place(edge="east", reader="door")
BAR = Place(edge="east", reader="bar")
EAST = Place(edge="east")
HOUSE = Place(site="house")
EVERYTHING = Place()
LOCKDOWN, SECURE, UNLOCKED, FREE = Posture.LOCKDOWN, Posture.SECURE, Posture.UNLOCKED, Posture.FREE


@pytest.fixture
def edge(database: Database) -> Edge:
    edge = house()
    operations.push("east", TOML, AT, BY)
    return edge


def set_(place: Place, posture: Posture) -> None:
    set_mode(place, posture, AT, BY)


def modes(edge: Edge) -> Modes:
    edge.refresh_from_db()
    told = queries.modes_for(edge)
    assert told is not None
    return told


@pytest.mark.parametrize(
    ("postures", "edge", "door"),
    [
        ({EVERYTHING: LOCKDOWN}, LOCKDOWN, LOCKDOWN),
        ({EVERYTHING: LOCKDOWN, DOOR: UNLOCKED, EAST: FREE}, LOCKDOWN, LOCKDOWN),
        ({HOUSE: LOCKDOWN, EAST: UNLOCKED}, LOCKDOWN, LOCKDOWN),
        ({EAST: UNLOCKED, HOUSE: SECURE}, UNLOCKED, UNLOCKED),
        ({HOUSE: UNLOCKED, EVERYTHING: SECURE}, UNLOCKED, UNLOCKED),
        ({EAST: UNLOCKED, DOOR: SECURE}, UNLOCKED, SECURE),
        ({DOOR: LOCKDOWN, EAST: UNLOCKED}, UNLOCKED, LOCKDOWN),
        ({Place(edge="west"): LOCKDOWN, Place(site="lake"): LOCKDOWN}, None, None),
    ],
)
def test_what_several_come_to(postures: dict[Place, Posture], edge: Posture | None, door: Posture | None) -> None:
    told = ByHand.of((place.word, posture) for place, posture in postures.items()).merged("east", "house", set())
    readers = [ReaderMode(reader=name, posture=posture) for name, posture in told.readers.items()]
    said = Modes(epoch=1, generation=1, edge=told.edge, readers=readers)
    assert (told.edge, said.of("door")) == (edge, door)


def test_the_other_side_of_a_door_holds_nothing_open(edge: Edge) -> None:
    members.save_permission(Permission(slug="leave", name="Leave"))
    out = 'name = "out"\nkind = "door"\npermission = "leave"\ndevice = "/dev/ttyACM2"\ndoor = "door"\n'
    operations.push("east", f"{TOML}\n[[readers]]\n{out}", AT, BY)
    place = Place(edge="east", reader="out")
    for posture in (UNLOCKED, FREE):
        with pytest.raises(NoSuchMode, match="set east/door to hold it open"):
            set_(place, posture)
    for posture in (LOCKDOWN, SECURE):
        set_(place, posture)
        assert modes(edge).of("out") is posture
    set_(DOOR, UNLOCKED)


def test_a_lockdown_of_everything_and_its_end(edge: Edge) -> None:
    west = another("west", edge.site)
    assert queries.modes_for(edge) is None
    set_(EVERYTHING, LOCKDOWN)
    set_(DOOR, UNLOCKED)
    assert (modes(edge).generation, modes(edge).edge, modes(edge).of("door")) == (2, LOCKDOWN, LOCKDOWN)
    assert (modes(west).generation, modes(west).edge) == (1, LOCKDOWN)
    [left] = clear_mode(EVERYTHING, AT, BY)
    assert left.place == "reader east/door"
    assert (modes(edge).generation, modes(edge).edge, modes(edge).of("door")) == (3, None, UNLOCKED)


def test_the_same_again_is_no_news(edge: Edge) -> None:
    set_(EAST, LOCKDOWN)
    set_mode(EAST, LOCKDOWN, AT + timedelta(hours=1), "another")
    [order] = queries.set_by_hand()
    assert (order.since, order.by, modes(edge).generation) == (AT, BY, 1)
    set_(EAST, SECURE)
    assert [each.ended_by for each in ModeOrder.objects.order_by("id")] == [BY, ""]
    assert modes(edge).edge is SECURE


@pytest.mark.parametrize(
    ("place", "posture", "error", "words"),
    [
        (BAR, UNLOCKED, NoSuchMode, "only doors stand open"),
        (Place(edge="east", reader="dor"), LOCKDOWN, UnknownPlace, "did you mean door?"),
        (Place(site="hose"), LOCKDOWN, UnknownPlace, "did you mean house?"),
        (Place(edge="nowhere-at-all"), LOCKDOWN, UnknownEdge, "no edge 'nowhere-at-all'"),
    ],
)
def test_what_cannot_be_set_changes_nothing(
    edge: Edge, place: Place, posture: Posture, error: type[Exception], words: str
) -> None:
    with pytest.raises(error, match=words):
        set_(place, posture)
    assert queries.set_by_hand() == []
    assert queries.modes_for(edge) is None


@pytest.mark.parametrize("place", [{"reader": "door"}, {"site": "house", "edge": "east"}])
def test_what_is_no_place(place: dict[str, str]) -> None:
    with pytest.raises(NoPlace, match="say"):
        Place(**place)


def test_what_is_set_for_readers_that_are_gone_leaves_room_for_a_lockdown(edge: Edge) -> None:
    gone = [Place(edge="east", reader=f"d{number}") for number in range(READERS_MAX + 20)]
    for place in gone:
        ModeOrder.objects.create(place=place.word, edge=edge, reader=place.reader, posture=SECURE, since=AT, by=BY)
    ModeOrder.objects.filter(place="reader east/d99").update(posture=LOCKDOWN)
    set_(DOOR, LOCKDOWN)
    set_(BAR, SECURE)
    set_(EVERYTHING, LOCKDOWN)
    told = decode(encode(modes(edge)), Modes)
    assert (told.edge, len(told.readers)) == (LOCKDOWN, READERS_MAX)
    assert {"door", "bar", "d99"} < {each.reader for each in told.readers}


def test_a_lockdown_of_many_edges_takes_few_statements(edge: Edge) -> None:
    def taken() -> int:
        with CaptureQueriesContext(connection) as captured:
            set_(EVERYTHING, LOCKDOWN)
        clear_mode(EVERYTHING, AT, BY)
        return len(captured)

    one = taken()
    Edge.objects.bulk_create([Edge(name=f"e{number}", site=edge.site, feed=edge.feed) for number in range(200)])
    assert taken() == one


def test_ending_what_is_not_says_what_is(edge: Edge) -> None:
    with pytest.raises(NoSuchMode, match="no mode is set at all"):
        clear_mode(DOOR, AT, BY)
    set_(HOUSE, LOCKDOWN)
    with pytest.raises(NoSuchMode, match="site house is lockdown"):
        clear_mode(DOOR, AT, BY)
    assert modes(edge).edge is LOCKDOWN


def test_who_comes_or_moves_is_told(edge: Edge) -> None:
    set_(HOUSE, LOCKDOWN)
    west = another("west", edge.site)
    assert renew_all_modes(AT)
    assert not renew_all_modes(AT)
    assert modes(west).edge is LOCKDOWN
    west.site = save_site(Site(name="lake", time_zone="UTC"))
    operations.save_edge(west, AT, BY)
    assert (modes(west).edge, modes(west).generation) == (None, 2)


def test_a_reader_that_is_gone_can_still_be_let_go(edge: Edge) -> None:
    set_(BAR, LOCKDOWN)
    operations.push("east", TOML.replace('name = "bar"', 'name = "tap"'), AT, BY)
    assert modes(edge).of("bar") is LOCKDOWN
    assert clear_mode(BAR, AT, BY) == []
    assert modes(edge).of("bar") is None


# Commands


def give(kind: CommandKind = CommandKind.UNLOCK_ONCE, reader: str | None = "door") -> CommandOrder:
    return give_command("east", kind, reader, AT, BY)


def test_a_command_is_taken_once_and_answered_once(edge: Edge) -> None:
    first, second = give(), give(CommandKind.IDENTIFY, None)
    assert (first.number, second.number, first.expires_at) == (1, 2, AT + timedelta(seconds=10))
    assert [each.number for each in take_commands(AT)] == [1, 2]
    assert take_commands(AT) == []
    answered = Answered(epoch=first.epoch, number=1, at_us=0, why="lockdown")
    taken = note_answered("east", answered, AT)
    assert taken is not None
    assert taken.why == "lockdown"
    assert note_answered("east", answered, AT) is None
    for wrong in (Answered(epoch=first.epoch, number=1, at_us=0), Answered(epoch=1, number=2, at_us=0)):
        with pytest.raises(NoSuchCommand):
            note_answered("east", wrong, AT)
    with pytest.raises(NoSuchCommand):
        note_answered("west", Answered(epoch=first.epoch, number=2, at_us=0), AT)


def test_one_that_is_late_is_not_sent(edge: Edge) -> None:
    give()
    assert take_commands(AT + timedelta(seconds=10)) == []


def test_one_of_an_epoch_that_is_over_is_not_sent(edge: Edge) -> None:
    give()
    note_reported("east", reported(1, command_epoch=AHEAD, command=1), AT)
    assert take_commands(AT) == []
    assert give().epoch > AHEAD
    assert [each.number for each in take_commands(AT)] == [1]


@pytest.mark.parametrize(
    ("kind", "reader", "words"),
    [
        (CommandKind.UNLOCK_ONCE, None, "which door"),
        (CommandKind.UNLOCK_ONCE, "bar", "only doors open"),
        (CommandKind.RESYNC, "door", "whole edge"),
        (CommandKind.IDENTIFY, "baar", "did you mean bar"),
    ],
)
def test_what_no_edge_could_do(edge: Edge, kind: CommandKind, reader: str | None, words: str) -> None:
    with pytest.raises((NoSuchCommand, UnknownPlace), match=words):
        give(kind, reader)
    edge.refresh_from_db()
    assert edge.command_number == 0
