"""An edge asks whether a redemption may go ahead: what the hub answers, and what it holds free meanwhile."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import msgspec
import pytest
from django.db import connection

from contract.instants import to_us
from contract.limits import CountsBy, Limit, Window
from contract.messages import Confirm, Confirmed
from contract.reasons import Reason
from hub.checkins import operations as checkins
from hub.decisions.confirming import confirm
from hub.feed.models import Feed
from hub.feed.operations import create
from hub.fleet.models import Edge, Reader
from hub.members import operations as members
from hub.members.models import Company, Customer, Grant, Link, Membership, Permission, Plan
from hub.reservations import operations as reservations
from hub.reservations.models import Reservation
from tests.hub.conftest import Database
from tests.hub.questions import WINE, Bar, asked_about, bar_of, question
from tests.hub.scans import AT, batch, journal_rows, small_club

JOURNAL = b"j" * 16
GRANTED, LIMIT = ("granted", "granted"), ("denied", "limit_reached")


@pytest.fixture
def bar(database: Database) -> Bar:
    return bar_of(small_club())


def answer(bar: Bar, asked: Confirm, at: Any = AT) -> tuple[str, str]:
    confirmed = confirm(bar.edge, asked, at).confirmed
    assert (confirmed.nonce, confirmed.id) == (asked.nonce, asked.checkin.id)
    return confirmed.outcome, confirmed.reason


def ingest(bar: Bar, *came: Any, first: int = 1) -> None:
    checkins.ingest([batch(JOURNAL, journal_rows(*came, first=first))], AT + timedelta(seconds=5))


def settled(about: Any, outcome: str = "granted", reason: str = "granted") -> Any:
    """What the edge journals after the answer."""
    granted = outcome == "granted"
    return msgspec.structs.replace(about, outcome=outcome, reason=reason, counted=granted, remaining=0)


# One question


def test_the_last_one_is_held_free_for_who_asked_first(bar: Bar) -> None:
    first, second = question(asked_about(bar)), question(asked_about(bar, AT + timedelta(seconds=1)))
    given = confirm(bar.edge, first, AT).confirmed
    assert given == Confirmed(first.nonce, first.checkin.id, *GRANTED, remaining=0)
    refused = confirm(bar.edge, second, AT).confirmed
    due_us = to_us(AT + timedelta(days=7))
    assert refused == Confirmed(second.nonce, second.checkin.id, *LIMIT, remaining=0, next_available_us=due_us)


def test_the_same_question_gets_the_same_answer_and_holds_one(bar: Bar) -> None:
    granted, denied = asked_about(bar), asked_about(bar)
    for about, expected in ((granted, GRANTED), (denied, LIMIT), (granted, GRANTED), (denied, LIMIT)):
        assert answer(bar, question(about)) == expected
    assert Reservation.objects.filter(holds=True).count() == 1


def test_a_denial_stays_one_though_the_one_before_it_was_given_back(bar: Bar) -> None:
    granted, denied = asked_about(bar), asked_about(bar)
    answer(bar, question(granted))
    assert answer(bar, question(denied)) == LIMIT
    reservations.settle([granted.id])
    assert answer(bar, question(denied)) == LIMIT


def test_what_is_not_settled_lapses_after_a_minute(bar: Bar) -> None:
    assert answer(bar, question(asked_about(bar))) == GRANTED
    later = asked_about(bar, AT + timedelta(seconds=59))
    assert answer(bar, question(later), AT + timedelta(seconds=59)) == LIMIT
    late = asked_about(bar, AT + timedelta(seconds=60))
    assert answer(bar, question(late), AT + timedelta(seconds=60)) == GRANTED


def test_a_lapsed_question_may_be_asked_again(bar: Bar) -> None:
    about = asked_about(bar)
    for seconds in (0, 61):
        assert answer(bar, question(about), AT + timedelta(seconds=seconds)) == GRANTED
    assert Reservation.objects.count() == 1


def test_lapsed_answers_are_deleted(bar: Bar) -> None:
    answer(bar, question(asked_about(bar)))
    assert reservations.drop_lapsed(AT + timedelta(seconds=59)) == 0
    assert reservations.drop_lapsed(AT + timedelta(seconds=60)) == 1


# Settled


def test_a_redemption_that_came_in_is_a_use_and_no_longer_held(bar: Bar) -> None:
    about = asked_about(bar)
    answer(bar, question(about))
    ingest(bar, settled(about))
    assert not Reservation.objects.exists()
    assert answer(bar, question(asked_about(bar, AT + timedelta(seconds=2)))) == LIMIT


def test_one_that_was_not_taken_is_free_again(bar: Bar) -> None:
    about = asked_about(bar)
    answer(bar, question(about))
    ingest(bar, settled(about, "denied", "cannot_record"))
    assert not Reservation.objects.exists()
    assert answer(bar, question(asked_about(bar, AT + timedelta(seconds=2)))) == GRANTED


def test_a_checkin_that_stands_already_is_answered_with_its_outcome(bar: Bar) -> None:
    about = asked_about(bar)
    ingest(bar, settled(about, "denied", "cooldown"))
    assert answer(bar, question(about)) == ("denied", "cooldown")
    assert not Reservation.objects.exists()


# Who shares


def test_a_question_with_a_rotating_codes_digits_checked_by_the_edge(bar: Bar) -> None:
    policy = msgspec.structs.replace(asked_about(bar).policy, codes="rotating_strictly")
    assert answer(bar, question(asked_about(bar, policy=policy))) == GRANTED


def test_identifying_holds_nothing(bar: Bar) -> None:
    assert answer(bar, question(asked_about(bar, mode="identify"))) == GRANTED
    assert answer(bar, question(asked_about(bar))) == GRANTED


def test_each_person_of_a_company_has_their_own(bar: Bar) -> None:
    company = members.save_company(Company(name="Company with a plan"))
    plan = bar.club.membership.plan
    members.save_membership(Membership(plan=plan, company=company, starts_at=AT - timedelta(days=1)))
    cards = []
    for name in ("First person of a company", "Second person of a company"):
        person = members.save_customer(Customer(name=name))
        members.save_link(Link(customer=person, company=company))
        cards.append(bytes(members.issue_card(person).lookup_hash))
    answers = [answer(bar, question(asked_about(bar, code_hash=card))) for card in (*cards, cards[0])]
    assert answers == [GRANTED, GRANTED, LIMIT]


def test_people_of_a_company_share_a_pool(bar: Bar) -> None:
    company = members.save_company(Company(name="Company with a pool"))
    plan = members.save_plan(Plan(name="Pool"))
    limit = Limit(1, window=Window.LIFETIME, counts_by=CountsBy.COMPANY)
    members.save_grant(Grant(plan=plan, permission=Permission.objects.get(slug=WINE)), [limit])
    members.save_membership(Membership(plan=plan, company=company, starts_at=AT - timedelta(days=1)))
    answers = []
    for name in ("First person of a company", "Second person of a company"):
        person = members.save_customer(Customer(name=name))
        members.save_link(Link(customer=person, company=company))
        card = bytes(members.issue_card(person).lookup_hash)
        answers.append(answer(bar, question(asked_about(bar, code_hash=card))))
    assert answers == [GRANTED, LIMIT]


def test_another_edge_of_another_feed_shares_the_last_one(bar: Bar) -> None:
    """What one feed's edges use up is in all feeds, so a question holds all of them."""
    create("second", 1)
    assert answer(bar, question(asked_about(bar))) == GRANTED
    with connection.execute_wrapper(note := _Statements()):
        confirm(bar.edge, question(asked_about(bar)), AT)
    assert sum("UPDATE" in each or "SELECT" in each for each in note.on_feeds) >= Feed.objects.count()


class _Statements:
    def __init__(self) -> None:
        self.on_feeds: list[str] = []

    def __call__(self, execute: Any, sql: str, *rest: Any) -> Any:
        if 'FROM "feed_feed" WHERE' in sql:
            self.on_feeds.append(sql)
        return execute(sql, *rest)


# What is not decided about


@pytest.mark.parametrize(
    ("why", "changed"),
    [
        ("wrong_feed", {"feed": "another"}),
        ("wrong_feed", {"feed": None}),
        ("unknown_reader", {"reader": "back-door"}),
        ("no_question", {"reader": "nul\x00"}),
        ("no_question", {"permission": "nul\x00"}),
        ("no_question", {"mode": "guess"}),
        ("stale", {"at_us": to_us(AT - timedelta(minutes=5, microseconds=1))}),
        ("stale", {"at_us": to_us(AT + timedelta(minutes=5, microseconds=1))}),
        ("stale", {"at_us": 2**57}),
    ],
)
def test_a_question_that_is_not_decided_is_denied_and_says_why(
    bar: Bar, why: str, changed: dict[str, Any]
) -> None:
    answered = confirm(bar.edge, question(asked_about(bar, **changed)), AT)
    assert answered.refused is not None
    assert answered.refused.why == why
    assert (answered.confirmed.outcome, answered.confirmed.reason) == ("denied", Reason.CONFIRMATION_NEEDED)
    assert not Reservation.objects.exists()


def test_one_id_with_two_contents_is_a_conflict(bar: Bar) -> None:
    about = asked_about(bar)
    answer(bar, question(about))
    answered = confirm(bar.edge, question(msgspec.structs.replace(about, mode="identify")), AT)
    assert answered.refused is not None
    assert answered.refused.why == "conflict"


def test_an_id_of_another_edges_checkin_is_a_conflict(bar: Bar) -> None:
    other = Edge.objects.create(name="annex", site=bar.club.edge.site, feed=bar.club.edge.feed)
    Reader.objects.create(
        edge=other, name="counter", kind="counter", permission=bar.club.edge.readers.first().permission
    )
    about = asked_about(bar)
    checkins.ingest([batch(JOURNAL, journal_rows(settled(about)), edge="annex")], AT)
    answered = confirm(bar.edge, question(about), AT)
    assert answered.refused is not None
    assert answered.refused.why == "conflict"


def test_an_unknown_card_is_denied_by_its_reason(bar: Bar) -> None:
    assert answer(bar, question(asked_about(bar, code_hash=bytes(32)))) == ("denied", "unknown_card")


# Two at once


@pytest.mark.parametrize("_round", range(20))
def test_two_workers_two_edges_one_last_glass(bar: Bar, _round: int) -> None:
    other = Edge.objects.create(name="annex", site=bar.club.edge.site, feed=bar.club.edge.feed)
    Reader.objects.create(
        edge=other, name="counter", kind="counter", permission=bar.club.edge.readers.first().permission
    )
    annex = type(bar.edge)(other.pk, "annex", bar.edge.feed)
    together = threading.Barrier(2)

    def ask(edge: Any) -> str:
        together.wait()
        try:
            return confirm(edge, question(asked_about(bar)), AT).confirmed.reason
        finally:
            connection.close()

    connection.close()
    with ThreadPoolExecutor(2) as threads:
        answers = sorted(threads.map(ask, [bar.edge, annex]))
    assert answers == ["granted", "limit_reached"]
    assert Reservation.objects.filter(holds=True).count() == 1
