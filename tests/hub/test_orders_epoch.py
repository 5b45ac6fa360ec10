"""The epoch of orders that begins with each enrolment: delivered, above all before it, and said in once the edge
has told what stands there."""

from datetime import timedelta

import pytest

from contract.ask import Posture
from contract.orders import CommandKind
from hub.enrolment.operations import enrol, make_code_for
from hub.fleet.identity_operations import enrol_edge
from hub.fleet.models import Edge
from hub.orders import operations, queries
from hub.orders.command_operations import give_command, take_commands
from hub.orders.hearing import hearings, not_heard
from hub.orders.mode_lines import modes_context
from hub.orders.mode_operations import clear_mode, set_mode
from hub.orders.places import Place
from hub.orders.queries import Standing
from hub.orders.report_operations import BegunAnew, note_reported
from tests.enrolled import EDGE_KEY
from tests.hub.conftest import Database
from tests.hub.enrolling import Pi
from tests.hub.ordered import OTHER, TOML, house, reported
from tests.hub.scans import AT

BY = "owner"
EAST = Place(edge="east")
LATER = AT + timedelta(minutes=5)
LOCKDOWN, UNLOCKED = Posture.LOCKDOWN, Posture.UNLOCKED


@pytest.fixture
def edge(database: Database) -> Edge:
    """Enrolled, with orders that stand there."""
    edge = house()
    enrol_edge(edge.pk, EDGE_KEY.verifying.public, AT)
    operations.push("east", TOML, AT, BY)
    set_mode(EAST, UNLOCKED, AT, BY)
    return east()


def east() -> Edge:
    return Edge.objects.get(name="east")


def enrol_again() -> Edge:
    return enrol_edge(east().pk, EDGE_KEY.verifying.public, LATER)


def first_report(**said: object) -> BegunAnew | None:
    return note_reported("east", reported(1, 300, **said), LATER)


def said() -> tuple[set[str], set[str]]:
    return set(queries.desired_of(["east"])), set(queries.modes_of(["east"]))


def test_each_enrolment_begins_one_above_all_before(edge: Edge) -> None:
    assert edge.epoch == int(AT.timestamp() * 1_000)
    assert enrol_again().epoch == int(LATER.timestamp() * 1_000)
    ahead = east().epoch + 10**6
    Edge.objects.update(epoch=ahead)
    assert enrol_again().epoch == ahead + 1


def test_it_is_delivered_and_the_same_request_gets_the_same(edge: Edge) -> None:
    pi = Pi("east")
    pending = pi.ask(make_code_for("east", AT).text)
    begun = pi.take(enrol(pending.request, LATER), pending).orders_epoch
    assert begun == east().epoch > edge.epoch
    assert first_report(command_epoch=begun + 1, command=1) is not None
    assert east().epoch > begun
    assert pi.take(enrol(pending.request, LATER), pending).orders_epoch == begun


def test_nothing_is_said_in_it_before_the_edge_has_told_what_stands_there(edge: Edge) -> None:
    assert said() == ({"east"}, {"east"})
    enrol_again()
    assert said() == (set(), set())
    assert first_report() is not None
    assert said() == ({"east"}, {"east"})
    now, modes, newest = east(), queries.modes_of(["east"])["east"], queries.newest(east())
    assert newest is not None
    assert (newest.epoch, newest.generation) == (now.epoch, now.config_generation)
    assert (modes.epoch, modes.generation, modes.edge) == (now.epoch, 1, UNLOCKED)
    assert note_reported("east", reported(2, 301), LATER) is None
    assert (east().mode_generation, east().config_generation) == (1, now.config_generation)


def test_workers_look_what_there_is_to_say_then(database: Database) -> None:
    enrol_edge(house().pk, EDGE_KEY.verifying.public, AT)
    operations.push("east", TOML, AT, BY)
    enrol_again()
    before = queries.changes()
    first_report()
    assert queries.changes() > before


def test_a_lockdown_that_stands_there_and_the_hub_had_forgotten_is_kept(edge: Edge) -> None:
    clear_mode(EAST, AT, BY)
    enrol_again()
    begun = first_report(mode_epoch=edge.epoch, mode_generation=9, mode_edge=LOCKDOWN)
    assert begun is not None
    assert begun.kept == ["edge east"]
    assert queries.modes_of(["east"])["east"].edge is LOCKDOWN


def test_other_postures_that_stand_there_end(database: Database) -> None:
    enrol_edge(house().pk, EDGE_KEY.verifying.public, LATER)
    assert said() == (set(), set())
    assert first_report() is None
    assert note_reported("east", reported(2, mode_epoch=5, mode_generation=9, mode_edge=UNLOCKED), LATER)
    modes = queries.modes_of(["east"])["east"]
    assert (modes.epoch, modes.edge) == (east().epoch, None)


def test_what_is_ordered_meanwhile_is_said_in_it_and_the_rest_follows(edge: Edge) -> None:
    enrol_again()
    set_mode(EAST, LOCKDOWN, LATER, BY)
    give_command("east", CommandKind.IDENTIFY, None, LATER, BY)
    assert said() == (set(), {"east"})
    [command] = take_commands(LATER)
    assert command.epoch == queries.modes_of(["east"])["east"].epoch == east().epoch
    assert first_report() is None
    assert said() == ({"east"}, {"east"})
    assert queries.modes_of(["east"])["east"].generation == 1


def test_a_configuration_that_is_pushed_meanwhile_is_the_one(edge: Edge) -> None:
    enrol_again()
    pushed = operations.push("east", OTHER, LATER, BY).configuration
    assert pushed.epoch == east().epoch
    first_report()
    assert queries.newest(east()) == pushed


def test_commands_of_before_are_not_sent(edge: Edge) -> None:
    give_command("east", CommandKind.IDENTIFY, None, LATER, BY)
    enrol_again()
    assert take_commands(LATER) == []


def test_pages_say_that_it_has_not_heard(edge: Edge) -> None:
    heard = {"mode_epoch": edge.epoch, "mode_generation": edge.mode_generation, "mode_edge": UNLOCKED}
    note_reported("east", reported(1, **heard), AT)
    assert not_heard(AT) == []
    enrol_again()
    assert [each.heard for each in hearings(LATER)] == [False]
    assert [str(each.edge) for each in not_heard(LATER)] == ["east"]
    wanted = queries.all_newest()[edge.pk]
    assert queries.how_it_stands(wanted, None) is queries.state_of(east()).state is Standing.WAITING
    Edge.objects.update(revoked_at=LATER)
    assert any("revoked" in line.unheard for line in modes_context()["lines"])
