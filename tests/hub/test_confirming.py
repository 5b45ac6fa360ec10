"""An edge asks whether a redemption may go ahead: what the hub answers, and what it holds free meanwhile."""

from datetime import timedelta
from typing import Any

import msgspec
import pytest
from django.db import connection, transaction

from contract import facts
from contract.ask import Policy
from contract.instants import to_us
from contract.limits import Across, CountsBy, Limit, Window
from contract.messages import Confirmed
from contract.rows import customer_change, gone
from hub.checkins import operations as checkins
from hub.decisions.checkin_operations import Station, check_in
from hub.decisions.confirming import confirm
from hub.decisions.looking import Place, look_at_code
from hub.feed.models import Feed
from hub.feed.operations import EVERYONE, append, create
from hub.members import operations as members
from hub.members.codes import decrypt
from hub.members.models import Company, Customer, Grant, Link, Membership, Permission, Plan
from hub.reservations import operations as reservations
from hub.reservations.models import Reservation
from tests.hub.conftest import Database
from tests.hub.questions import WINE, Bar, annex, answer, asked_about, bar_of, question, settled
from tests.hub.scans import AT, batch, journal_rows, small_club

JOURNAL = b"j" * 16
GRANTED, LIMIT = ("granted", "granted"), ("denied", "limit_reached")


@pytest.fixture
def bar(database: Database) -> Bar:
    return bar_of(small_club())


def ingest(bar: Bar, *came: Any, first: int = 1) -> None:
    checkins.ingest([batch(JOURNAL, journal_rows(*came, first=first))], AT + timedelta(seconds=5))


# One question


def test_the_last_one_is_held_free_for_who_asked_first(bar: Bar) -> None:
    first, second = question(asked_about(bar)), question(asked_about(bar, AT + timedelta(seconds=1)))
    given = confirm(bar.edge, first, AT).confirmed
    due_us = to_us(AT + timedelta(days=7))
    membership = bar.club.membership.pk
    assert given == Confirmed(first.nonce, first.checkin.id, *GRANTED, 0, due_us, membership)
    refused = confirm(bar.edge, second, AT).confirmed
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
    reservations.settle([(bar.edge.id, granted.id)])
    assert answer(bar, question(denied)) == LIMIT


def test_nobody_else_takes_what_is_held_free(bar: Bar) -> None:
    second = AT + timedelta(seconds=1)
    assert answer(bar, question(asked_about(bar))) == GRANTED
    taken = check_in(bar.club.customer, WINE, Station(), second)
    assert (taken.checkin.outcome, taken.checkin.reason) == LIMIT
    seen = look_at_code(decrypt(bar.card), WINE, Place(), second)
    assert (seen.outcome, seen.reason) == LIMIT


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


def test_a_denial_that_lapsed_is_no_answer_any_more(bar: Bar) -> None:
    denied = asked_about(bar)
    assert answer(bar, question(asked_about(bar))) == GRANTED
    assert answer(bar, question(denied)) == LIMIT
    assert answer(bar, question(denied), AT + timedelta(seconds=61)) == GRANTED


def test_lapsed_answers_are_deleted_in_small_steps(bar: Bar, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reservations, "_DELETED_AT_ONCE", 2)
    for _ in range(3):
        answer(bar, question(asked_about(bar)))
    steps = [reservations.drop_lapsed(AT + timedelta(seconds=60)) for _ in range(3)]
    assert steps == [2, 1, 0]


def test_answers_are_deleted_once_they_have_lapsed(bar: Bar) -> None:
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


def test_another_edges_checkin_under_the_same_id_frees_nothing(bar: Bar) -> None:
    annex(bar)
    about = asked_about(bar)
    answer(bar, question(about))
    checkins.ingest([batch(JOURNAL, journal_rows(settled(about, "denied", "cannot_record")), edge="annex")], AT)
    assert Reservation.objects.get().holds
    assert answer(bar, question(asked_about(bar))) == LIMIT


def test_another_edge_that_asks_with_the_same_id_asks_for_itself(bar: Bar) -> None:
    about = asked_about(bar)
    answer(bar, question(about))
    other = confirm(annex(bar), question(about), AT).confirmed
    assert (other.outcome, other.reason) == LIMIT
    assert Reservation.objects.count() == 2


def test_the_answer_names_the_membership_however_often_it_is_asked(bar: Bar) -> None:
    """Two memberships with one glass each: the second question is held free of the other one."""
    plan = members.save_plan(Plan(name="Second"))
    members.save_grant(Grant(plan=plan, permission=Permission.objects.get(slug=WINE)), [Limit(1, 7 * 24 * 3600)])
    starts_at = AT - timedelta(days=2)
    second = members.save_membership(Membership(plan=plan, customer=bar.club.customer, starts_at=starts_at))
    asked = [asked_about(bar) for _ in range(3)]
    for _ in range(2):
        said = [confirm(bar.edge, question(about), AT).confirmed.membership for about in asked]
        assert set(said[:2]) == {bar.club.membership.pk, second.pk}
        assert said[2] is None
    ingest(bar, settled(msgspec.structs.replace(asked[0], membership=said[0])))
    assert confirm(bar.edge, question(asked[0]), AT).confirmed.membership == said[0]


def test_a_customer_without_a_name_holds_one_too(bar: Bar) -> None:
    """The card says who it is: the customer's own row only names them."""
    with transaction.atomic():
        append(EVERYONE, [gone(customer_change(facts.Customer(bar.club.customer.pk, "")))])
    assert [answer(bar, question(asked_about(bar))) for _ in range(2)] == [GRANTED, LIMIT]


@pytest.mark.parametrize("place", ["partner", "site"])
def test_what_is_held_is_held_at_its_partner_and_site(bar: Bar, place: str) -> None:
    grant = Grant.objects.get(permission__slug=WINE)
    across = {"partner": Across.PARTNER, "site": Across.SITE}[place]
    members.save_grant(grant, [Limit(1, 7 * 24 * 3600, across=across)])
    here, there = (Policy(**{place: name}) for name in ("here", "there"))
    answers = [answer(bar, question(asked_about(bar, policy=policy))) for policy in (here, there, here)]
    assert answers == [GRANTED, GRANTED, LIMIT]


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
