"""The nights on which Berlin's clocks change: hours that are there twice and hours that are not there at all.

A window begins at the earlier and ends at the later of two like local times, and a time that does not exist means
the end of the gap (contract/hours.py).
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from tests.machine.chain import Chain
from tests.machine.installed import UNIT, Installed
from tests.machine.limits import HUB_S, STOP_S
from tests.machine.wiring import CONFIGURATION, Wire
from tests.system.web_hub import EDGE, WebHub

SMALL_HOURS = """
from django.utils import timezone
from hub.fleet import operations as fleet
from hub.fleet.models import Schedule
from hub.members import codes, operations
from hub.members.models import Customer, Grant, Membership, Permission, Plan
hours = fleet.save_schedule(Schedule(slug="small-hours", name="Small hours", sunday="02:30-03:30"))
plan = operations.save_plan(Plan(name="Small hours"))
operations.save_grant(Grant(plan=plan, permission=Permission.objects.get(slug="front-door"), schedule=hours), ())
customer = operations.save_customer(Customer(name="Member of the small hours"))
operations.save_membership(Membership(plan=plan, customer=customer, starts_at=timezone.now()))
print(codes.decrypt(operations.issue_card(customer)))
"""
FOLLOWED = CONFIGURATION.replace(
    'name = "door"', 'name = "door"\nunlocked_schedule = "small-hours"\nrescan_seconds = 0'
)
SKIPPED = datetime(2027, 3, 28, tzinfo=UTC)
"""At 1:00 UTC it is 3:00."""
REPEATED = datetime(2027, 10, 31, tzinfo=UTC)
"""At 1:00 UTC it is 2:00 again."""
EARLY = timedelta(minutes=4)
"""Within this the edge starts. A clock that is then set further than five minutes is not believed."""
WHEN_OPEN = {
    SKIPPED: {"0:59": False, "1:01": True, "1:29": True, "1:31": False},
    REPEATED: {"0:29": False, "0:31": True, "1:15": True, "2:29": True, "2:31": False},
}


@pytest.fixture(scope="module")
def code(chain: Chain, hub: WebHub) -> Iterator[str]:
    """Of a member who may come in small hours, in which the door stands open; the edge has heard of both."""
    member = hub.hub("shell", "-c", SMALL_HOURS).split()[-1]
    for text in (FOLLOWED, CONFIGURATION):
        edge = chain.go_on()
        hub.hub("config", "push", EDGE, str(hub.write("pushed.toml", text)), "--wait", str(HUB_S))
        chain.rest(edge)
        if text is FOLLOWED:
            yield member


@pytest.fixture
def edge(chain: Chain, code: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installed]:
    edge = chain.aside(tmp_path_factory.mktemp("guest"))
    yield edge
    edge.close()


@pytest.mark.parametrize("night", WHEN_OPEN, ids=["skipped", "repeated"])
def test_a_member_of_small_hours_comes_in_while_they_last(edge: Installed, code: str, night: datetime) -> None:
    came_in = {}
    for time in WHEN_OPEN[night]:
        hour, minute = map(int, time.split(":"))
        edge.clock.set(night + timedelta(hours=hour, minutes=minute))
        scan = edge.scans(code)
        came_in[time] = scan["outcome"] == "granted"
        assert scan["reason"] in ("granted", "outside_hours")
    assert came_in == WHEN_OPEN[night]


def test_a_door_that_is_held_open_is_so_to_the_end_of_the_second_hour(edge: Installed) -> None:
    """In one piece, by a clock that is believed."""
    end = REPEATED + timedelta(hours=2, minutes=30)
    edge.guest.do("systemctl", "stop", UNIT, limit_s=STOP_S)
    edge.clock.set(end - EARLY)
    edge.clock.is_told(end - EARLY)
    edge.clock.set(end - EARLY)
    edge.clock.keep()
    edge.forget()
    edge.guest.do("systemctl", "start", "--no-block", UNIT)
    assert edge.next("posture", to="unlocked", limit_s=EARLY.total_seconds() - 5)["why"] == "hours"
    edge.clock.set(end - timedelta(seconds=3))
    locked = edge.next("posture", to="secure")
    assert datetime.fromisoformat(str(locked["at"])) >= end
    assert [level for _, level in edge.pins.moves(Wire.RELAY)] == [1, 0]
