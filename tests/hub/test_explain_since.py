"""Explanations in the words of who reads them: what became of a check-in, the hub's word, page and command."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.test import Client

from contract.ask import Contact, Mode, Posture
from contract.decision import decide
from contract.instants import to_us
from contract.limits import Limit
from contract.messages import CheckIn, JournalRow, Void, encode
from hub.checkins import operations as checkins
from hub.checkins.staff_operations import void_checkins
from hub.decisions.explaining import Explanation, explain
from hub.decisions.ladder import Mark
from hub.members import operations as members
from hub.members.models import Permission
from hub.orders.mode_operations import clear_mode, set_mode
from hub.orders.places import Place
from hub.partners import operations as partners
from hub.partners.models import Partner
from tests.hub.conftest import Database, run_hub
from tests.hub.explained import DOOR, JOURNAL, WEEK_S, WINE, Scene, last, row_of, scene
from tests.hub.scans import AT, batch, journal_rows


@pytest.fixture
def scan(sqlite_database: Database) -> Scene:
    return scene()


def hubs_word(told: Explanation) -> tuple[str, Mark]:
    [rung] = [rung for rung in told.ladder if rung.rule.text.startswith("The hub has said yes")]
    return rung.text, rung.mark


def page_of(scan: CheckIn) -> str:
    client = Client(headers={"host": "127.0.0.1"})
    client.force_login(User.objects.get_or_create(username="admin", is_staff=True, is_superuser=True)[0])
    return client.get(f"/admin/checkins/checkin/{row_of(scan).number}/why/").content.decode()


# What became of it


def test_a_lockdown_that_the_edge_had_not_heard_is_said(scan: Scene) -> None:
    set_mode(Place(), Posture.LOCKDOWN, AT - timedelta(minutes=5), "owner")
    said = scan.scan()
    words = "The hub had a lockdown of everything set since Sun 1 Mar 2026, "
    assert any(note.text.startswith(words) for note in last().notes)
    assert "by owner: the edge had not heard it." in page_of(said)
    clear_mode(Place(), AT - timedelta(minutes=1), "owner")
    assert "the edge had not heard it" not in page_of(said)


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
    assert ("</span>by the offline rule</span>" in page_of(said)) is (mark is Mark.BY_OFFLINE_RULE)


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
