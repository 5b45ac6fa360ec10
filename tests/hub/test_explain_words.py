"""Explanations in the words of who reads them: what does not fit, and when it opens next."""

from datetime import UTC, datetime

import pytest
from django.contrib.auth.models import User
from django.test import Client

from contract.ask import Codes, Mode, Passback
from contract.hours import Schedule as MeantSchedule
from contract.hours import Site as MeantSite
from contract.hours import WeeklyWindow, Window
from contract.limits import Limit
from contract.messages import CheckIn
from contract.trust import ClockState
from hub.decisions import opening
from hub.decisions.explaining import Explanation, as_json
from hub.decisions.ladder import Mark
from hub.fleet import operations as fleet
from hub.fleet.models import Holiday, Reader, Schedule
from hub.members import operations as members
from hub.members.models import Permission
from hub.partners import operations as partners
from hub.partners.models import Partner
from tests.hub.conftest import Database
from tests.hub.explained import WEEK_S, WINE, Scene, last, row_of, scene


@pytest.fixture
def scan(sqlite_database: Database) -> Scene:
    return scene()


def reader(scan: Scene, **changed: object) -> Reader:
    found = Reader.objects.get(edge=scan.club.edge, name="counter")
    for name, value in changed.items():
        setattr(found, name, value)
    return fleet.save_reader(found)


def denied(told: Explanation) -> str:
    [rung] = [rung for rung in told.ladder if rung.mark is Mark.DECIDED]
    return rung.text


def page_of(scan: CheckIn) -> str:
    client = Client(headers={"host": "127.0.0.1"})
    client.force_login(User.objects.get_or_create(username="admin", is_staff=True, is_superuser=True)[0])
    return client.get(f"/admin/checkins/checkin/{row_of(scan).number}/why/").content.decode()


# What does not fit


def test_what_fits_is_not_spoken_of(scan: Scene) -> None:
    scan.scan()
    assert last().mismatches == []


def test_names_that_the_hub_has_not_are_said(scan: Scene) -> None:
    scan.policy |= {"site": "nowhere", "partner": "bar-tre", "lockdown_permission": "pass"}
    scan.permission = "glass-of-whine"
    said = scan.scan()
    told = last()
    assert told.mismatches[:4] == [
        "The hub has no site nowhere, so UTC and no holidays held: correct site in edge.toml.",
        "There is no permission glass-of-whine at this hub: correct edge.toml.",
        "The hub has no partner bar-tre: correct partner in edge.toml.",
        "There is no permission pass at this hub, for lockdowns: correct edge.toml.",
    ]
    assert told.change == "There is no permission glass-of-whine at this hub: correct edge.toml."
    assert told.mismatches[0] in page_of(said)
    assert as_json(told)["mismatches"] == told.mismatches


def test_a_reader_that_is_set_otherwise_is_compared(scan: Scene) -> None:
    bars = [partners.save_partner(Partner(slug=slug, name=name)) for slug, name in (("bar-uno", "Bar Uno"),)]
    partners.save_partner(Partner(slug="bar-tre", name="Bar Tre"))
    reader(scan, partner=bars[0], clock=ClockState.SYNCED.value, area="hall")
    scan.policy |= {"partner": "bar-tre", "enabled": False, "passback": Passback.SOFT, "area": "sauna"}
    scan.mode = Mode.IDENTIFY
    scan.scan()
    assert last().mismatches == [
        "edge.toml said mode identify, the hub's reader says redeem.",
        "edge.toml said enabled false, the hub's reader says true.",
        "edge.toml said partner bar-tre, the hub's reader says bar-uno.",
        "edge.toml said clock unknown, the hub's reader says synced.",
        "edge.toml said area sauna, the hub's reader says hall.",
        "edge.toml said passback soft, the hub's reader says off.",
    ]
    scan.policy = {}
    scan.scan()
    assert last().mismatches[:3] == [
        "edge.toml said mode identify, the hub's reader says redeem.",
        "edge.toml said no site, the hub's edge stands at clubhouse.",
        "edge.toml said no partner, the hub's reader says bar-uno.",
    ]


def test_a_reader_that_the_hub_has_not_is_said(scan: Scene) -> None:
    scan.scan(reader="back-door")
    assert last().mismatches == [
        "The hub has no reader clubhouse/back-door: add it, or correct its name in edge.toml."
    ]


def test_an_undo_is_not_compared_as_if_it_were_a_redemption(scan: Scene) -> None:
    undo = members.save_permission(Permission(slug="undo", name="Undo"))
    reader(scan, undo_permission=undo, area="hall", passback=Passback.SOFT.value)
    scan.permission, scan.mode = "undo", Mode.IDENTIFY
    scan.scan()
    assert last().mismatches == []


# Remedies


def test_rotating_codes_need_a_clock(scan: Scene) -> None:
    scan.policy["codes"] = Codes.ROTATING_STRICTLY
    scan.circumstances["clock"] = ClockState.UNKNOWN
    scan.scan()
    assert last().change == "Rotating codes need a clock, and the edge's was unknown: give the edge network time."
    assert denied(last()) == "The clock is not good enough for this reader: unknown"


def test_a_partner_that_was_only_said_is_told_so(scan: Scene) -> None:
    bar = partners.save_partner(Partner(slug="bar-uno", name="Bar Uno"))
    wine = Permission.objects.get(slug=WINE)
    wine.approved_partners_only = True
    members.save_permission(wine, [bar])
    scan.policy |= {"partner": "bar-uno", "partner_said": True}
    scan.scan()
    told = last()
    assert denied(told) == "Nobody knows that it was at Bar Uno: whoever scanned only said so"
    assert told.change.startswith("Open Bar Uno's link on that phone, or sign in; or let whoever scans say")
    assert any("partner Bar Uno, as was only said" in fact.text for fact in told.facts)


def test_an_approved_partner_that_is_inactive_is_named(scan: Scene) -> None:
    bar = partners.save_partner(Partner(slug="bar-uno", name="Bar Uno", active=False))
    wine = Permission.objects.get(slug=WINE)
    wine.approved_partners_only = True
    members.save_permission(wine, [bar])
    scan.policy["partner"] = "bar-uno"
    scan.scan()
    told = last()
    assert told.change == "Bar Uno is approved but inactive: set it active again. No other is approved."
    assert denied(told) == "Bar Uno is approved but inactive"
    scan.policy["partner"] = "bar-tre"
    scan.scan()
    assert last().change.startswith("The hub has no partner bar-tre: correct partner in edge.toml.")
    assert denied(last()) == "bar-tre is no partner of this hub"
    del scan.policy["partner"]
    scan.scan()
    assert denied(last()) == "The reader names no partner"


def holidays(scan: Scene, *days: int) -> None:
    """In March."""
    site = scan.club.edge.site
    fleet.replace_holidays(site, [Holiday(site=site, day=day, month=3, name="Founding day") for day in days])


def on_holiday(scan: Scene, **weekly: str) -> None:
    holidays(scan, 1)
    hours = Schedule(slug="opening", name="Opening hours", observes_holidays=True, **weekly)
    scan.grant(WINE, [Limit(1, WEEK_S)], schedule=fleet.save_schedule(hours))


def test_a_holiday_is_named_and_when_it_opens_next(scan: Scene) -> None:
    on_holiday(scan, sunday="08:00-24:00", tuesday="08:00-18:00")
    said = scan.scan()
    told = last()
    assert told.change == (
        "The hours on that day (Sun 1 Mar 2026, Europe/Berlin) are closed, by the schedule “Opening hours”,"
        " since it was a holiday at clubhouse (Founding day)."
        " It opens next on Tue 3 Mar 2026, 08:00:00 (Europe/Berlin), 07:00:00 UTC."
    )
    assert denied(told) == "Outside the hours: closed on 1 March, a holiday at clubhouse (Founding day)"
    assert "a holiday at clubhouse (Founding day), closed" in str(told.memberships[0].facts)
    assert "Founding day" in page_of(said)


def test_a_schedule_that_stays_closed(scan: Scene) -> None:
    on_holiday(scan, sunday="08:00-24:00")
    holidays(scan, 1, 8, 15)
    scan.scan()
    assert "did not open within the next 14 days" in last().change


def test_an_unknown_site_is_a_reason_to_be_outside_the_hours(scan: Scene) -> None:
    on_holiday(scan, saturday="08:00-18:00")
    scan.policy["site"] = "nowhere"
    scan.scan()
    told = last()
    assert "UTC) are closed" in told.change
    assert "The hub has no site nowhere: correct edge.toml." in told.change
    assert denied(told) == "Outside the hours: closed on Sundays"


@pytest.mark.parametrize(
    ("hour", "opens"),
    [(7, datetime(2026, 3, 2, 8, tzinfo=UTC)), (8, datetime(2026, 3, 2, 20, tzinfo=UTC)), (21, None)],
)
def test_the_next_opening_is_a_windows_start(hour: int, opens: datetime | None) -> None:
    weekly = tuple(WeeklyWindow(0, Window(start * 60, (start + 6) % 24 * 60)) for start in (8, 20))
    at = datetime(2026, 3, 2, hour, tzinfo=UTC)
    next_week = datetime(2026, 3, 9, 8, tzinfo=UTC)
    assert opening.next_opening(MeantSchedule(weekly), MeantSite(), at) == (opens or next_week)
    assert opening.next_opening(MeantSchedule(), MeantSite(), at) is None
