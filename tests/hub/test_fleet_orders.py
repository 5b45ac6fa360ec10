"""What is ordered of an edge that is there, and that it does not take: trouble on the fleet's page."""

from datetime import datetime, timedelta

import msgspec
import pytest

from contract.ask import Posture
from contract.orders import Refused
from hub.feed.models import Feed
from hub.fleet.models import Edge
from hub.fleet.operations import note_presence
from hub.fleet.standing import Light
from hub.orders import operations
from hub.orders.mode_operations import clear_mode, set_mode
from hub.orders.models import EdgeModes
from hub.orders.places import Place
from hub.orders.report_operations import note_reported
from hub.watch.figures import EdgeShown
from hub.watch.operations import note_worker
from hub.watch.queries import fleet_shown
from tests.hub.conftest import Database
from tests.hub.ordered import OTHER, TOML, house, reported, standing
from tests.hub.presences import well
from tests.hub.scans import AT

WAIT = timedelta(minutes=2)


@pytest.fixture
def edge(sqlite_database: Database) -> Edge:
    edge = house()
    come(AT)
    return edge


def come(at: datetime, **changed: object) -> None:
    note_presence("east", well(Feed.objects.get(), **changed), at)


def shown(at: datetime) -> EdgeShown:
    note_worker("worker", at, True, {}, at)
    [edge] = fleet_shown(at).edges
    return edge


def troubles(at: datetime) -> list[str]:
    return [trouble.text for trouble in shown(at).troubles]


def test_a_lockdown_that_is_not_heard(edge: Edge) -> None:
    set_mode(Place(), Posture.LOCKDOWN, AT, "owner")
    assert troubles(AT + WAIT - timedelta(seconds=1)) == []
    assert troubles(AT + WAIT) == ["it has not heard the lockdown since 2026-03-01 19:30:00 CET"]
    clear_mode(Place(), AT + WAIT, "owner")
    come(AT + WAIT)
    assert troubles(AT + WAIT) == []
    assert "heard what is set and ended by hand since" in troubles(AT + WAIT + WAIT)[0]
    EdgeModes.objects.update(ordered_at=None)
    assert "since 2026-03-01 19:30:00 CET" in troubles(AT + WAIT)[0]


def test_what_stood_and_cannot_be_applied_any_more_is_red_or_amber_with_why(edge: Edge) -> None:
    made = operations.push("east", TOML, AT, "owner").configuration
    note_reported("east", standing(1, made), AT)
    assert shown(AT).light == Light.GREEN
    field, why = 'readers[0] ("door").relay_pin', "GPIO 17 is taken"
    refused = Refused(epoch=made.epoch, generation=1, step="apply", field=field, why=why)
    note_reported("east", reported(2, refused=refused), AT)
    assert (shown(AT).light, shown(AT).configuration) == (Light.AMBER, "generation 1 refused")
    [trouble] = shown(AT).troubles
    assert trouble.text == f"it refused the configuration 1: {field}: {why} (it was applied)"
    assert "goes by none of the hub's now" in trouble.remedy
    note_reported("east", standing(3, made), AT)
    assert shown(AT).light == Light.GREEN


def test_of_a_refused_one_the_one_before_stands(edge: Edge) -> None:
    made = operations.push("east", TOML, AT, "owner").configuration
    newer = operations.push("east", OTHER, AT, "owner").configuration
    refused = Refused(epoch=made.epoch, generation=newer.generation, step="self_test", why="it is not there")
    note_reported("east", msgspec.structs.replace(standing(1, made), refused=refused), AT)
    [trouble] = shown(AT).troubles
    assert trouble.remedy.startswith("The one before stands")


def test_one_that_has_only_come_is_given_its_time(edge: Edge) -> None:
    set_mode(Place(), Posture.LOCKDOWN, AT, "owner")
    come(AT, online=False)
    came_at = AT + timedelta(seconds=100)
    come(came_at)
    assert troubles(AT + WAIT) == []
    assert troubles(came_at + WAIT) == ["it has not heard the lockdown since 2026-03-01 19:31:40 CET"]


def test_a_configuration_that_is_not_taken(edge: Edge) -> None:
    made = operations.push("east", TOML, AT, "owner").configuration
    assert troubles(AT + WAIT - timedelta(seconds=1)) == []
    assert troubles(AT + WAIT) == ["it has not taken the configuration 1 since 2026-03-01 19:30:00 CET"]
    note_reported("east", standing(1, made), AT)
    assert troubles(AT + WAIT) == []
