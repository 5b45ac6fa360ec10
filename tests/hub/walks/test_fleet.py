"""An admin at the desk looks after the fleet without a terminal, in a real Chromium: wide, narrow and dark."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from contract.ask import Posture
from contract.messages import ReaderPresence
from contract.orders import Answered, Refused
from contract.trust import ClockState
from hub.enrolment.models import EnrolmentCode
from hub.feed.models import Feed
from hub.fleet.models import Edge
from hub.fleet.operations import note_presence
from hub.orders import operations, queries
from hub.orders.command_operations import note_answered
from hub.orders.mode_operations import set_mode
from hub.orders.models import CommandOrder, Configuration
from hub.orders.places import Place
from hub.orders.report_operations import note_reported
from hub.watch.operations import note_telemetry, note_worker
from tests.hub.ordered import OTHER, TOML, another, house, reported, standing
from tests.hub.presences import well
from tests.hub.telemetries import scans, telemetry
from tests.hub.walks.visitor import NARROW, WIDE, Visitor


@pytest.fixture
def fleet(database: object) -> list[Edge]:
    """One that is well, one in trouble, one that is gone, one that never came, one revoked."""
    now = timezone.now()
    note_worker("worker", now, True, {}, now)
    east = house()
    west, north, south, old = (another(name, east.site) for name in ("west", "north", "south", "old"))
    feed = Feed.objects.get(pk=east.feed_id)
    ports = [ReaderPresence(name="door", open=True), ReaderPresence(name="bar", open=True)]
    note_presence("east", well(feed, readers=ports), now)
    note_telemetry(
        "east", telemetry(latency_ms=scans(up_to_5=98, up_to_500=2), counters={"scan.granted": 41}), now
    )
    broken = [ReaderPresence(name="door", open=True), ReaderPresence(name="bar", open=False)]
    note_presence("west", well(feed, readers=broken, clock=ClockState.UNKNOWN), now)
    note_presence("north", well(feed), now - timedelta(hours=3))
    note_presence("north", well(feed, 1, online=False), now - timedelta(hours=2))
    Edge.objects.filter(pk=south.pk).update(signing_key=None)
    Edge.objects.filter(pk=old.pk).update(revoked_at=now)
    return [east, west, north, south, old]


@pytest.fixture
def visitor(chromium: Visitor, fleet: list[Edge], admin_user: User) -> Iterator[Visitor]:
    with chromium.at_work(admin_user) as visitor:
        yield visitor


def test_an_edge_is_made_and_enrolled(visitor: Visitor, fleet: list[Edge]) -> None:
    visitor.open("/desk/fleet/")
    visitor.keep("fleet_now")
    visitor.click("New edge")
    visitor.write("dialog [name=name]", "annex")
    visitor.click("Save", "dialog")
    visitor.sees("Added: annex.")
    visitor.click("Enrol it")
    visitor.click("Make the code")
    visitor.sees("Waiting for the Pi")
    visitor.until("!!document.querySelector('.qr svg')")
    visitor.keep("fleet_code")
    edge = Edge.objects.get(name="annex")
    EnrolmentCode.objects.update(used_by=b"u" * 32)
    Edge.objects.filter(pk=edge.pk).update(signing_key=b"a" * 32, enrolments=1)
    visitor.sees("Enrolled")
    visitor.keep("fleet_enrolled")
    visitor.click("How annex is now")
    visitor.click("Revoke")
    visitor.click("Revoke now", "dialog")
    visitor.sees("annex is revoked")


def test_a_configuration_is_corrected_pushed_compared_and_rolled_back(visitor: Visitor, fleet: list[Edge]) -> None:
    east = fleet[0]
    first = operations.push("east", TOML, timezone.now(), "owner").configuration
    note_reported("east", standing(1, first), timezone.now())
    visitor.open(f"/desk/fleet/edges/{east.pk}/configuration/")
    text = "document.querySelector('textarea').value"
    visitor.look(f"{text} = {text}.replace('relay_pin = 17', 'relay_pin = 99')")
    visitor.click("Push")
    visitor.sees("Not pushed, nothing changed.")
    chosen = "t.value.slice(t.selectionStart, t.selectionEnd)"
    visitor.until(f"(t => {chosen} === 'relay_pin = 99')(document.querySelector('textarea'))")
    visitor.keep("configuration_wrong")
    visitor.look(f"{text} = {text}.replace('relay_pin = 99', 'relay_pin = 18')")
    visitor.click("Push")
    visitor.sees("Pushed: generation 2.")
    visitor.sees("was not heard of by the edge yet")
    visitor.keep("configuration_waits")
    second = queries.newest(east)
    failed = Refused(
        epoch=second.epoch, generation=2, step="self_test", field="readers[0].relay_pin", why="in use"
    )
    note_reported("east", standing(2, first, refused=failed), timezone.now())
    visitor.sees("Generation 2 was refused: readers[0].relay_pin: in use")
    visitor.open(f"/desk/fleet/edges/{east.pk}/configuration/compare/")
    visitor.until("document.querySelectorAll('tr.changed').length === 1")
    visitor.keep("configuration_compared")
    visitor.wears(NARROW)
    visitor.fits()
    visitor.keep("configuration_compared_narrow")
    visitor.wears(WIDE)
    visitor.open(f"/desk/fleet/edges/{east.pk}/configuration/")
    visitor.click("Roll back to generation 1")
    visitor.sees("Rolled back: generation 3")


def test_several_get_one_and_each_ones_outcome_comes_by_itself(visitor: Visitor, fleet: list[Edge]) -> None:
    visitor.open("/desk/fleet/push/")
    for name in ("east", "west", "north"):
        visitor.look(f"document.querySelector('[value={name}]').click()")
    visitor.write("textarea", TOML)
    visitor.keep("push")
    visitor.click("Push", "form")
    visitor.sees("0 applied, 0 refused, 3 waiting")
    made = {each.edge.name: each for each in Configuration.objects.all()}
    note_reported("east", standing(1, made["east"]), timezone.now())
    visitor.sees("1 applied, 0 refused, 2 waiting")
    why = Refused(
        epoch=made["west"].epoch, generation=1, step="self_test", field="readers[1].device", why="not there"
    )
    note_reported("west", reported(1, refused=why), timezone.now())
    visitor.sees("1 applied, 1 refused, 1 waiting")
    visitor.sees("readers[1].device: not there")
    visitor.keep("pushed")


def test_a_lockdown_is_set_seen_everywhere_and_lifted(visitor: Visitor, fleet: list[Edge]) -> None:
    operations.push("east", TOML, timezone.now(), "owner")
    visitor.open("/desk/lockdown/")
    visitor.keep("lockdown")
    visitor.click("Lock down", "tbody tr:first-child")
    visitor.sees("Lock down everything?")
    visitor.keep("lockdown_asked")
    visitor.click("Lock down", "dialog")
    visitor.sees("Lockdown set, and not heard everywhere: everything")
    visitor.keep("lockdown_unheard")
    for name in ("east", "west", "north"):
        edge = Edge.objects.get(name=name)
        heard = {"mode_epoch": edge.epoch, "mode_generation": edge.mode_generation}
        note_reported(name, reported(1, **heard, mode_edge=Posture.LOCKDOWN), timezone.now())
    visitor.sees("In lockdown: everything")
    visitor.open("/desk/")
    visitor.sees("In lockdown: everything")
    visitor.keep("lockdown_home")
    visitor.wears(NARROW)
    visitor.fits()
    visitor.keep("lockdown_home_narrow")
    visitor.wears(WIDE)
    visitor.click("Lift it")
    visitor.click("End it", "dialog")
    visitor.sees("Ended: nothing is set for everything itself.")
    assert queries.set_by_hand() == []


def test_a_door_is_opened_once_and_its_answer_comes_by_itself(visitor: Visitor, fleet: list[Edge]) -> None:
    east = fleet[0]
    operations.push("east", TOML, timezone.now(), "owner")
    visitor.open(f"/desk/fleet/edges/{east.pk}/")
    visitor.keep("edge")
    visitor.click("Unlock once")
    visitor.sees("Unlock once door: on its way")
    order = CommandOrder.objects.get()
    note_answered("east", Answered(epoch=order.epoch, number=order.number, at_us=0), timezone.now())
    visitor.sees("the door was opened once")
    visitor.keep("edge_opened")


@pytest.mark.parametrize(("width", "dark"), [(WIDE, False), (NARROW, False), (NARROW, True), (WIDE, True)])
def test_the_pages_fit(visitor: Visitor, fleet: list[Edge], width: int, dark: bool) -> None:
    east, west = fleet[:2]
    operations.push("east", TOML, timezone.now(), "owner")
    operations.push("east", OTHER, timezone.now(), "owner")
    set_mode(Place(edge="east", reader="bar"), Posture.LOCKDOWN, timezone.now(), "owner")
    visitor.wears(width, dark, height=1800)
    for name, path in (
        ("fleet", "/desk/fleet/"),
        ("edge", f"/desk/fleet/edges/{east.pk}/"),
        ("edge_in_trouble", f"/desk/fleet/edges/{west.pk}/"),
        ("edge_configuration", f"/desk/fleet/edges/{east.pk}/configuration/"),
        ("edge_enrol", f"/desk/fleet/edges/{west.pk}/enrol/"),
        ("edge_readers", f"/desk/fleet/edges/{west.pk}/readers/"),
        ("reader_new", f"/desk/fleet/edges/{west.pk}/readers/new/"),
        ("push", "/desk/fleet/push/"),
        ("lockdown", "/desk/lockdown/"),
        ("sites", "/desk/sites/"),
        ("site", f"/desk/sites/{east.site_id}/"),
        ("feeds", "/desk/feeds/"),
        ("feed", f"/desk/feeds/{east.feed_id}/"),
    ):
        visitor.open(path)
        visitor.fits()
        visitor.keep(f"{name}_{width}{'_dark' if dark else ''}")
