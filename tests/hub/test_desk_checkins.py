"""Check-ins made at the hub itself: decided, recorded and counted as an edge's are; undone on their day."""

import secrets
from datetime import timedelta
from threading import Barrier, Thread

import pytest
from django.contrib.auth.models import User
from django.db import connection

from contract.limits import Limit
from hub.checkins import places, queries
from hub.checkins.desk_operations import NotUndone, undo
from hub.checkins.models import CheckIn, TouchedHour
from hub.decisions.checkin_operations import CheckedIn, NotAsked, Station, check_in
from hub.decisions.explaining import as_json, explain, find
from hub.fleet.models import Site
from hub.members import operations as members
from hub.members.models import Customer
from tests.hub.limited_club import GLASS, LimitedClub, assert_exact, ingest, limited_club, own, pool_of, use_rows
from tests.hub.people import a_card
from tests.hub.scans import AT

pytestmark = pytest.mark.usefixtures("database")

MINUTE = timedelta(minutes=1)


def here() -> LimitedClub:
    return limited_club(Limit(1, 7 * 86_400))


def glass(who: Customer | str, at: object = AT, by: User | None = None, **changed: object) -> CheckedIn:
    site = Site.objects.get(name="clubhouse")
    return check_in(who, GLASS, Station(site=site, by=by), at, **changed)


def replays(checkin: CheckIn) -> bool:
    told = explain(find(str(checkin.number)))
    assert told.mismatches == []
    assert as_json(told)["reader"] == "hub/front-desk"
    return told.replay.same


def test_a_check_in_is_recorded_and_counts_at_once(colleague: User) -> None:
    club = here()
    done = glass(club.club.customer, by=colleague)
    assert done.decision is not None and done.decision.granted
    row = CheckIn.objects.select_related(*places.RELATED).get(pk=done.checkin.pk)
    assert (row.edge, row.reader, row.site, row.checked_in_by) == (None, "front-desk", "clubhouse", colleague)
    assert (row.counted, row.remaining, row.is_use, row.sequence) == (True, 0, True, 1)
    assert row.plan_id == club.club.membership.plan_id
    assert set(use_rows()) == {bytes(row.checkin_id)}
    assert replays(row)
    assert_exact()


def test_the_second_one_is_denied_and_recorded_with_its_reason() -> None:
    club = here()
    glass(club.club.customer)
    denied = glass(club.club.customer, AT + MINUTE)
    assert denied.decision is not None and not denied.decision.granted
    assert (denied.checkin.outcome, denied.checkin.reason) == ("denied", "limit_reached")
    assert denied.checkin.sequence == 2
    assert replays(denied.checkin)
    assert len(use_rows()) == 1


def test_a_card_is_taken_by_its_code_and_its_own_state_counts() -> None:
    club = here()
    code = a_card(club.club.customer)
    granted = glass(code)
    assert granted.checkin.customer_id == club.club.customer.pk and granted.checkin.code_hash
    assert replays(granted.checkin)
    members.revoke_cards(club.club.customer.cards.all(), AT)
    revoked = glass(code, AT + MINUTE)
    assert (revoked.checkin.reason, revoked.checkin.customer_id) == ("card_revoked", club.club.customer.pk)
    assert replays(revoked.checkin)


def test_a_code_that_no_card_has_is_denied_and_recorded() -> None:
    here()
    denied = glass("4006381333931")
    assert (denied.checkin.reason, denied.checkin.customer_id) == ("unknown_card", None)
    assert replays(denied.checkin)


def test_what_cannot_be_asked_is_recorded_nowhere() -> None:
    club = here()
    with pytest.raises(NotAsked):
        check_in(club.club.customer, "nothing-like-it", Station(), AT)
    with pytest.raises(NotAsked):
        glass("\x00")
    assert not CheckIn.objects.exists()


def test_the_same_one_sent_twice_is_one_check_in() -> None:
    club = here()
    checkin_id = secrets.token_bytes(16)
    first = glass(club.club.customer, checkin_id=checkin_id)
    again = glass(club.club.customer, AT + MINUTE, checkin_id=checkin_id)
    assert again.decision is None and again.checkin == first.checkin
    assert CheckIn.objects.count() == 1


def test_what_an_edge_sends_later_is_over_the_limit_together_with_it() -> None:
    club = here()
    glass(club.club.customer)
    late = own(club, AT + MINUTE)
    ingest(late)
    assert queries.rows_by_id([late.id])[0].over_limit


def test_a_companys_pool_is_used_up_at_the_hub_too() -> None:
    club = limited_club(pool_of(2))
    done = [glass(each, AT + number * MINUTE).checkin for number, each in enumerate(club.people)]
    assert [each.outcome for each in done] == ["granted", "granted", "denied"]
    assert [each.is_pool_use for each in done] == [True, True, False]
    assert_exact()


def test_undone_on_its_day_it_counts_no_more(front_desk: User) -> None:
    club = here()
    done = glass(club.club.customer, by=front_desk).checkin
    undone = undo(done, front_desk, AT + MINUTE)
    assert (undone.voided_by, undone.void_reason) == (front_desk, "undone at the desk")
    assert not use_rows()
    assert glass(club.club.customer, AT + 2 * MINUTE).checkin.outcome == "granted"
    with pytest.raises(NotUndone, match="undone already"):
        undo(done, front_desk, AT + 3 * MINUTE)
    assert "voided by frontdesk" in str(as_json(explain(find(str(done.number))))["notes"])


def test_only_what_was_made_at_the_hub_today_is_undone_here(front_desk: User) -> None:
    club = here()
    at_an_edge = own(club, AT)
    ingest(at_an_edge)
    with pytest.raises(NotUndone, match="at a reader"):
        undo(queries.rows_by_id([at_an_edge.id])[0], front_desk, AT + MINUTE)
    done = glass(club.club.customer, AT + timedelta(days=8), by=front_desk).checkin
    with pytest.raises(NotUndone, match="today"):
        undo(done, front_desk, AT + timedelta(days=9))


def test_each_change_touches_its_hour(front_desk: User) -> None:
    club = here()
    TouchedHour.objects.all().delete()
    done = glass(club.club.customer, by=front_desk).checkin
    undo(done, front_desk, AT + 2 * timedelta(hours=1))
    ingest(own(club, AT - timedelta(days=3)))
    hour = AT.replace(minute=0)
    assert list(TouchedHour.objects.order_by("pk").values_list("hour", flat=True)) == [
        hour,
        hour,
        hour - timedelta(days=3),
    ]


def test_of_two_at_once_one_gets_the_last_glass() -> None:
    club, both, outcomes = here(), Barrier(2), []

    def ask() -> None:
        try:
            both.wait()
            outcomes.append(glass(club.club.customer).checkin.outcome)
        finally:
            connection.close()

    threads = [Thread(target=ask) for _ in range(2)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert sorted(outcomes) == ["denied", "granted"]
    assert sorted(CheckIn.objects.values_list("sequence", flat=True)) == [1, 2]
    assert_exact()
