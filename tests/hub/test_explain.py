"""Explaining a check-in: what the edge knew beside its replica, what is lost, what differs, page and command."""

import json
from dataclasses import replace
from datetime import timedelta

import pytest
from django.contrib.auth.models import Permission as AdminPermission
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from contract.ask import Contact, Direction, Passback
from contract.limits import Limit
from hub.decisions.explaining import NoCheckIn, explain, find
from hub.decisions.ladder import Mark, climb
from hub.feed.models import Feed
from hub.members import operations as members
from hub.members.models import Company, Link, Membership, Plan
from tests.hub.conftest import Database, run_hub
from tests.hub.explained import DOOR, WEEK_S, WINE, Scene, last, row_of, scene
from tests.hub.scans import AT


@pytest.fixture
def scan(sqlite_database: Database) -> Scene:
    return scene()


def texts(facts: list[tuple[str, str]]) -> str:
    return "\n".join(f"{name}: {text}" for name, text in facts)


# What the edge knew


def test_uses_that_the_edge_had_not_been_told_of_are_counted(scan: Scene) -> None:
    before = scan.facts()
    first = scan.scan(AT - timedelta(days=2))
    use = next(use for use in scan.facts().uses if use.id == first.id)
    second = scan.scan(facts=replace(before, uses=(use,)), own_uses=[first.id])
    told = last()
    assert (second.reason, told.replay.same) == ("limit_reached", True)
    assert told.checkin.feed_sequence == before.position.sequence  # type: ignore[union-attr]
    counted = "1 per week: 1 counted before (Fri 27 Feb 2026, 19:30:00 (Europe/Berlin), 18:30:00 UTC)"
    assert counted in texts(told.memberships[0].facts)


def test_a_use_that_the_edge_had_undone_is_not_counted(scan: Scene) -> None:
    """Its replica may still hold the use when the next one is asked for."""
    first = scan.scan(AT - timedelta(minutes=5))
    held = scan.facts()
    scan.undo(first, AT - timedelta(minutes=4))
    second = scan.scan(facts=replace(held, uses=()))
    told = last()
    assert (second.reason, told.checkin.feed_sequence) == ("granted", held.position.sequence)  # type: ignore[union-attr]
    assert told.replay.same


def test_uses_that_have_not_come_in_are_missed(scan: Scene) -> None:
    scan.scan(outcome="denied", reason="limit_reached", counted=False, remaining=0, own_uses=[bytes(16)])
    told = last()
    assert told.replay.missing == 1
    assert told.replay.differences[:2] == (
        "outcome: the edge said denied, the replay says granted",
        "reason: the edge said limit_reached, the replay says granted",
    )
    assert "another answer" in told.replayed
    assert told.change == "Wait: the limit is used up."


def test_what_changed_since_does_not_matter(scan: Scene) -> None:
    said = scan.scan()
    members.revoke_cards([scan.card], AT)
    members.delete_memberships([scan.club.membership])
    told = explain(row_of(said))
    assert told.replay.same
    assert told.memberships[0].plan == "Full"


def test_the_edges_own_passages_count(scan: Scene) -> None:
    """The second scan comes before the feed has told the edge of the first."""
    scan.permission = DOOR
    scan.policy |= {"area": "hall", "passback": Passback.SOFT}
    before = scan.facts()
    scan.scan(AT - timedelta(minutes=1))
    inside = scan.facts().passages
    second = scan.scan(facts=replace(before, passages=inside))
    told = last()
    assert second.inside_already
    assert told.replay.same
    assert "went in on Sun 1 Mar 2026" in texts(told.facts)
    scan.policy |= {"direction": Direction.OUT, "passback": Passback.OFF}
    scan.scan(AT + timedelta(minutes=1))
    assert last().replay.same


def test_passages_dated_ahead_or_of_long_ago_are_replayed_as_they_counted(scan: Scene) -> None:
    scan.permission, inwards = DOOR, {"area": "hall", "passback": Passback.HARD}
    scan.policy = inwards
    scan.scan(AT + timedelta(days=3_650))
    scan.arrives_at = AT + timedelta(days=500)
    scan.policy = {"area": "hall", "direction": Direction.OUT}
    scan.scan(AT + timedelta(days=61))
    scan.policy = inwards
    for day, outcome in ((62, "granted"), (400, "denied")):
        assert scan.scan(AT + timedelta(days=day)).outcome == outcome
        assert last().replay.same


def test_the_hubs_own_no_is_told_as_such(scan: Scene) -> None:
    scan.grant(WINE, [Limit(1, WEEK_S)], confirm=True)
    scan.scan(reason="limit_reached", remaining=0)
    told = last()
    assert told.replay.by_hub
    assert "asked the hub" in told.replayed
    assert told.change == "Wait: the limit is used up."


def test_what_the_hub_confirmed_is_the_same_whatever_it_said_is_left(scan: Scene) -> None:
    scan.grant(WINE, [Limit(5, WEEK_S)], confirm=True)
    scan.circumstances["contact"] = Contact.CONFIRMED
    scan.scan(remaining=1)
    assert last().replay.same


# What is lost


def test_a_position_that_is_forgotten_is_said_in_words(scan: Scene) -> None:
    said = scan.scan(AT, outcome="denied", reason="suspended", counted=False)
    Feed.objects.update(history_from_sequence=said.sequence + 1)
    told = last()
    assert told.replay.decision is None
    assert "kept for a limited time" in told.replayed
    assert told.change == "Resume the membership: it is frozen."
    assert [rung.mark for rung in told.ladder].count(Mark.DECIDED) == 1
    assert told.memberships == []


def test_an_epoch_that_is_to_come_and_a_feed_that_is_not_there(scan: Scene) -> None:
    scan.scan(epoch=2**50)
    assert "cannot be replayed" in last().replayed
    scan.scan(feed="nowhere")
    assert "cannot be replayed" in last().replayed


def test_a_newer_edges_words_are_left_standing(scan: Scene) -> None:
    scan.scan(outcome="denied", reason="full_moon", counted=False)
    told = last()
    assert told.change == "This hub does not know this reason: update it."
    assert {rung.mark for rung in told.ladder} == {Mark.NOT_REACHED}
    scan.scan(mode="dream")
    assert "cannot be read" in last().replayed


def test_what_differs_is_named(scan: Scene) -> None:
    scan.scan(remaining=7)
    assert last().replay.differences == ("remaining: the edge said 7, the replay says 0",)


# Several memberships


def _company(scan: Scene) -> None:
    company = members.save_company(Company(name="Company with a plan"))
    members.save_link(Link(customer=scan.club.customer, company=company))
    plan = members.save_plan(Plan(name="Sauna only"))
    members.save_membership(Membership(plan=plan, company=company, starts_at=AT - timedelta(days=3)))


def test_each_membership_answers_for_itself(scan: Scene) -> None:
    _company(scan)
    scan.scan()
    full, sauna = sorted(last().memberships, key=lambda each: each.plan)
    assert (full.granted, full.decided, full.reason) == (True, True, "granted")
    assert (sauna.granted, sauna.decided, sauna.reason) == (False, False, "permission_missing")
    assert "inherited from Company with a plan" in texts(sauna.facts)
    assert "does not grant glass-of-wine" in sauna.change
    assert [rung.mark for rung in sauna.ladder][:3] == [Mark.PASSED, Mark.PASSED, Mark.DECIDED]


def test_a_ladder_has_one_decision_at_most() -> None:
    assert [rung.mark for rung in climb("limit_reached")].count(Mark.DECIDED) == 1
    assert [rung.light for rung in climb("free_access")][:3] == ["green", "green", "grey"]
    assert "It is no door that stands open" in [rung.text for rung in climb("limit_reached")]  # a counter's
    assert [rung.light for rung in climb("not_ready")][:4] == ["green", "green", "red", "grey"]


# Which check-in


def test_a_checkin_is_found_by_id_by_number_and_as_the_last(scan: Scene) -> None:
    first, second = scan.scan(), scan.scan()
    assert bytes(find("last").checkin_id) == second.id
    assert bytes(find(first.id.hex().upper()).checkin_id) == first.id
    assert bytes(find(str(row_of(first).number)).checkin_id) == first.id


@pytest.mark.parametrize("which", ["last", "0" * 32, "7", "", "x" * 32, "9" * 40, "²"])
def test_a_checkin_that_is_not_there_is_said(scan: Scene, which: str) -> None:
    with pytest.raises(NoCheckIn, match="check-in"):
        find(which)


# The page


def client_of(user: User) -> Client:
    client = Client(headers={"host": "127.0.0.1"})
    client.force_login(user)
    return client


def page_of(number: int) -> str:
    return f"/admin/checkins/checkin/{number}/why/"


def test_the_page_shows_the_ladder_and_is_reached_from_the_list(scan: Scene) -> None:
    _company(scan)
    scan.scan(AT - timedelta(days=2))
    scan.scan()
    number, client = find("last").number, client_of(User.objects.create_superuser("admin"))
    page = client.get(page_of(number)).content.decode()
    for text in (
        "Denied: limit reached",
        "Nothing is left",
        "decided here",
        "available again on",
        "The replay gives",
    ):
        assert text in page
    assert scan.code_hash.hex() not in page
    assert "<script" not in page.partition('class="why"')[2].partition("</body>")[0].partition("why-back")[0]
    assert page_of(number) in client.get("/admin/checkins/checkin/").content.decode()
    assert page_of(number) in client.get(f"/admin/checkins/checkin/{number}/change/").content.decode()
    assert client.get(page_of(10_000)).status_code == 404


def test_the_page_is_for_who_may_view_checkins(scan: Scene) -> None:
    scan.scan()
    colleague = User.objects.create_user("colleague", is_staff=True)
    colleague.user_permissions.add(AdminPermission.objects.get(codename="view_checkin"))
    outsider = User.objects.create_user("outsider", is_staff=True)
    address = page_of(find("last").number)
    assert client_of(colleague).get(address).status_code == 200
    assert client_of(outsider).get(address).status_code == 403
    assert Client(headers={"host": "127.0.0.1"}).get(address).status_code == 302


def test_the_pages_queries_are_constant(scan: Scene) -> None:
    _company(scan)
    scan.grant(WINE, [Limit(30, WEEK_S)])
    client, counts = client_of(User.objects.create_superuser("admin")), []
    for scans in (2, 20):
        for _ in range(scans):
            scan.scan()
        address = page_of(find("last").number)
        client.get(address)
        with CaptureQueriesContext(connection) as queries:
            client.get(address)
        counts.append(len(queries))
    assert counts[0] == counts[1]


# The command


def test_the_command_explains_the_last_checkin(scan: Scene, sqlite_database: Database) -> None:
    scan.scan(AT - timedelta(days=2))
    scan.scan()
    done = run_hub("explain", "last", **sqlite_database.environment)
    assert done.returncode == 0, done.stderr
    for text in (
        "✕ Denied: limit reached",
        "  ✕ Limit       Nothing is left of 1 per week",
        "What would have to change",
    ):
        assert text in done.stdout
    assert scan.code_hash.hex() not in done.stdout
    told = json.loads(run_hub("explain", "--json", "last", **sqlite_database.environment).stdout)
    assert (told["reason"], told["replay"]["same"]) == ("limit_reached", True)
    assert [rung["mark"] for rung in told["ladder"]].count("decided here") == 1


def test_the_command_says_what_to_name(sqlite_database: Database) -> None:
    done = run_hub("explain", "yesterday", **sqlite_database.environment)
    assert done.returncode == 2
    assert "32 hex digits" in done.stderr
    assert "Traceback" not in done.stderr


def test_it_is_the_same_on_postgresql(postgresql_database: Database) -> None:
    scan = scene()
    scan.scan(AT - timedelta(days=2))
    scan.scan()
    assert last().replay.same
    assert "available again on" in last().change
