"""Questions of edges that are not decided about, and two that ask for the last one at once."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import msgspec
import pytest
from django.db import connection

from contract.instants import to_us
from contract.reasons import Reason
from hub.checkins import operations as checkins
from hub.decisions.confirming import confirm
from hub.reservations.models import Reservation
from tests.hub.conftest import Database
from tests.hub.questions import Bar, annex, answer, asked_about, bar_of, question, settled
from tests.hub.scans import AT, batch, journal_rows, small_club

JOURNAL = b"j" * 16
GRANTED, LIMIT = ("granted", "granted"), ("denied", "limit_reached")


@pytest.fixture
def bar(database: Database) -> Bar:
    return bar_of(small_club())


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
    annex(bar)
    about = asked_about(bar)
    checkins.ingest([batch(JOURNAL, journal_rows(settled(about)), edge="annex")], AT)
    answered = confirm(bar.edge, question(about), AT)
    assert answered.refused is not None
    assert answered.refused.why == "conflict"


def test_an_unknown_card_is_denied_by_its_reason(bar: Bar) -> None:
    assert answer(bar, question(asked_about(bar, code_hash=bytes(32)))) == ("denied", "unknown_card")


@pytest.mark.parametrize("_round", range(20))
def test_two_workers_two_edges_one_last_glass(bar: Bar, _round: int) -> None:
    other = annex(bar)
    together = threading.Barrier(2)

    def ask(edge: Any) -> str:
        together.wait()
        try:
            return confirm(edge, question(asked_about(bar)), AT).confirmed.reason
        finally:
            connection.close()

    connection.close()
    with ThreadPoolExecutor(2) as threads:
        answers = sorted(threads.map(ask, [bar.edge, other]))
    assert answers == ["granted", "limit_reached"]
    assert Reservation.objects.filter(holds=True).count() == 1
