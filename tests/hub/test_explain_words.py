"""Explanations in the words of who reads them: what does not fit, what became of it, when it opens next."""

from datetime import UTC, datetime, timedelta

import pytest
from django.contrib.auth.models import User
from django.test import Client

from contract.ask import Codes, Contact, Mode, Passback
from contract.decision import decide
from contract.hours import Schedule as MeantSchedule
from contract.hours import Site as MeantSite
from contract.hours import WeeklyWindow, Window
from contract.instants import to_us
from contract.limits import Limit
from contract.messages import CheckIn, JournalRow, Void, encode
from contract.trust import ClockState
from hub.checkins import operations as checkins
from hub.checkins.staff_operations import void_checkins
from hub.decisions import opening
from hub.decisions.explaining import Explanation, as_json, explain
from hub.decisions.ladder import Mark
from hub.fleet import operations as fleet
from hub.fleet.models import Holiday, Reader, Schedule
from hub.members import operations as members
from hub.members.models import Permission
from hub.partners import operations as partners
from hub.partners.models import Partner
from tests.hub.conftest import Database, run_hub
from tests.hub.explained import DOOR, JOURNAL, WEEK_S, WINE, Scene, last, row_of, scene
from tests.hub.scans import AT, batch, journal_rows


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


def hubs_word(told: Explanation) -> tuple[str, Mark]:
    [rung] = [rung for rung in told.ladder if rung.rule.text.startswith("The hub has said yes")]
    return rung.text, rung.mark


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


# What became of it


def test_over_the_limit_is_said_on_top(scan: Scene) -> None:
    scan.circumstances["contact"] = Contact.OFFLINE
    before = scan.facts()
    scan.scan(AT - timedelta(days=1))
    said = scan.scan(facts=before)
    told = last()
    assert told.heading == "Granted, over the limit"
    assert [note.text for note in told.notes[:2]] == [
        "It exceeded 1 per week: 1 counted before it (Sat 28 Feb 2026, 19:30:00 (Europe/Berlin), 18:30:00 UTC).",
        "The hub was out of reach, and the offline rule “go on by what the edge knows” let it through.",
    ]
    assert told.change.startswith("It was granted, and counts.")
    page = page_of(said)
    assert "<h2>Granted, over the limit</h2>" in page
    assert "It exceeded 1 per week" in page


def test_what_was_granted_online_or_confirmed_can_be_over_the_limit_too(scan: Scene) -> None:
    before = scan.facts()
    for contact, text in (
        (Contact.ONLINE, "was not confirmed by the hub"),
        (Contact.CONFIRMED, "not all the uses"),
    ):
        scan.circumstances["contact"] = contact
        scan.scan(facts=before)
        scan.scan(AT + timedelta(seconds=1), facts=before)
        assert text in last().notes[-2].text


def test_no_limit_is_named_where_the_membership_is_gone(scan: Scene) -> None:
    before = scan.facts()
    scan.scan(AT - timedelta(days=1))
    said = scan.scan(facts=before)
    row = row_of(said)
    row.membership_id = 987_654
    assert row.over_limit
    assert [note.text[:12] for note in explain(row).notes] == ["This benefit", "It arrived 6"]


def test_a_voided_one_says_when_by_whom_and_why(scan: Scene) -> None:
    said = scan.scan()
    owner = User.objects.create_superuser("owner")
    void_checkins([row_of(said)], "spilt", owner, AT + timedelta(hours=1))
    told = last()
    assert told.heading == "Granted, then voided"
    on = "Sun 1 Mar 2026, 20:30:00 (Europe/Berlin), 19:30:00 UTC"
    assert told.notes[0].whole == f"It was voided by owner on {on}, and counts no more: spilt"
    assert told.change == "Nothing: it was granted, and counts no more."
    owner.delete()
    assert "voided by staff on" in last().notes[0].whole


def test_an_undo_and_what_it_undid_link_to_each_other(scan: Scene) -> None:
    glass, at = scan.scan(), AT + timedelta(minutes=2)
    members.save_permission(Permission(slug="undo", name="Undo"))
    scan.grant("undo")
    scan.permission, scan.mode = "undo", Mode.IDENTIFY
    card = scan.message(scan.ask(), decide(scan.ask(), scan.facts(), at), at)
    void = JournalRow(scan.rows + 2, encode(Void(voids=glass.id, at_us=to_us(at), reader="counter")))
    rows = [*journal_rows(card, first=scan.rows + 1), void]
    assert checkins.ingest([batch(JOURNAL, rows)], at).refused == 0
    undone, undid = explain(row_of(glass)), explain(row_of(card))
    assert undone.heading == "Granted, then undone"
    assert undid.heading == "Granted"
    who = "Member with a full plan"
    assert undid.notes[0].whole == f"This scan undid check-in {row_of(glass).number}, {who}."
    assert undone.notes[0].whole.endswith(f", by check-in {row_of(card).number}, {who}.")
    assert "undone at the reader counter on Sun 1 Mar 2026, 19:32:00" in undone.notes[0].text
    assert f'/admin/checkins/checkin/{row_of(card).number}/why/">check-in' in page_of(glass)
    assert f'/admin/checkins/checkin/{row_of(glass).number}/why/">check-in' in page_of(card)


def test_the_edges_clock_is_told_where_it_differs(scan: Scene) -> None:
    def clock(late: timedelta) -> str:
        row = row_of(said)
        row.received_at = row.at + late
        return "".join(note.text for note in explain(row).notes)

    said = scan.scan()
    assert clock(timedelta(seconds=100)) == clock(-timedelta(seconds=100)) == ""
    assert "clock was 10 minutes ahead of the hub's, or more" in clock(-timedelta(minutes=10))
    assert "10 minutes after it happened" in clock(timedelta(minutes=10))
    assert "its clock may be behind" in clock(timedelta(minutes=10))
    scan.circumstances["contact"] = Contact.OFFLINE
    said = scan.scan(AT + timedelta(days=10))
    assert "the edge was out of reach meanwhile" in clock(timedelta(minutes=10))


# The hub's word


@pytest.mark.parametrize(
    ("contact", "rule", "word", "mark"),
    [
        (Contact.CONFIRMED, {"confirm": True}, "The hub has said yes", Mark.PASSED),
        (Contact.ONLINE, {}, "The hub need not be asked for this", Mark.PASSED),
        (Contact.OFFLINE, {"confirm": True}, "“go on by what the edge knows” held", Mark.BY_OFFLINE_RULE),
        (
            Contact.OFFLINE,
            {"offline": "at_most", "offline_uses": 2},
            "“at most 2 times of a member at each edge” held",
            Mark.BY_OFFLINE_RULE,
        ),
    ],
)
def test_the_hubs_word_is_ticked_where_it_was_given(
    scan: Scene, contact: Contact, rule: dict[str, object], word: str, mark: Mark
) -> None:
    scan.grant(WINE, [Limit(1, WEEK_S)], **rule)
    scan.circumstances["contact"] = contact
    said = scan.scan()
    text, marked = hubs_word(last())
    assert (word in text, marked) == (True, mark)
    assert text in page_of(said)
    assert (">by the offline rule</p>" in page_of(said)) is (mark is Mark.BY_OFFLINE_RULE)


def test_what_uses_nothing_up_needs_no_word_of_the_hub(scan: Scene) -> None:
    scan.circumstances["contact"] = Contact.OFFLINE
    scan.permission = DOOR
    scan.scan()
    assert hubs_word(last()) == ("The hub need not be asked: nothing is used up", Mark.PASSED)


# Page and command


def test_granted_is_said_once_and_the_trail_leads_back(scan: Scene) -> None:
    said = scan.scan()
    page = page_of(said)
    assert "<h2>Granted</h2>" in page
    assert 'aria-label="Breadcrumb"><a href="/admin/checkins/checkin/">Check-ins</a>' in page


def test_names_stand_for_slugs(scan: Scene) -> None:
    wine = Permission.objects.get(slug=WINE)
    wine.name = "A glass of wine"
    members.save_permission(wine)
    partners.save_partner(Partner(slug="bar-uno", name="Bar Uno"))
    scan.policy["partner"] = "bar-uno"
    scan.scan()
    shown = page_of(scan.scan())
    assert "for A glass of wine at clubhouse/counter" in shown
    assert "partner Bar Uno" in shown
    assert WINE not in shown


def test_the_command_tells_the_same(scan: Scene, sqlite_database: Database) -> None:
    scan.circumstances["contact"] = Contact.OFFLINE
    before = scan.facts()
    scan.scan(AT - timedelta(days=1))
    scan.policy["site"] = "nowhere"
    said = scan.scan(facts=before)
    done = run_hub("explain", "last", **sqlite_database.environment)
    for text in (
        "✓ Granted, over the limit\n",
        f"Check-in {row_of(said).number}: ",
        "  It exceeded 1 per week",
        "What does not fit\n  The hub has no site nowhere",
        "  ~ Record      The hub was out of reach",
    ):
        assert text in done.stdout
    listed = run_hub("checkins", **sqlite_database.environment).stdout.splitlines()[-1]
    assert listed.split()[0] == str(row_of(said).number)
