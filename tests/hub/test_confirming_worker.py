"""Questions for confirmation in the turns of the worker, and before everything else in its inbox."""

import io
import json
import secrets
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from contract.messages import Ack, Confirm, Confirmed
from hub.decisions.confirming import confirm
from hub.fleet.models import Edge
from hub.reservations.models import Reservation
from hub.sync.clocks import Clocks
from hub.sync.inbox import Inbox, Incoming
from hub.sync.log import Log
from hub.sync.questions import QUESTIONS_MAX
from hub.sync.worker import Worker
from tests.hub.conftest import DATA, Database
from tests.hub.questions import EDGE, Bar, asked_about, bar_of, question
from tests.hub.scans import AT, journal_rows, many_rows, small_club
from tests.hub.seals import enrolled, said
from tests.hub.worker_desk import ListeningBroker, checkins_message


@pytest.fixture
def bar(database: Database) -> Bar:
    return bar_of(small_club())


def answer(bar: Bar, asked: Confirm, at: Any = AT) -> tuple[str, str]:
    confirmed = confirm(bar.edge, asked, at).confirmed
    assert (confirmed.nonce, confirmed.id) == (asked.nonce, asked.checkin.id)
    return confirmed.outcome, confirmed.reason


@pytest.fixture
def worker(bar: Bar, broker: ListeningBroker, log_lines: io.StringIO) -> Worker:
    clocks = Clocks(lambda: AT, lambda: 0.0)
    return Worker(Inbox(), broker, Log(log_lines, clocks.now, clocks.monotonic_s), clocks, DATA / "keys")


def confirm_message(asked: Confirm, edge: str = EDGE) -> Incoming:
    return said("confirm", asked, edge)


def test_questions_are_answered_before_the_checkins_of_edges_that_ask_nothing(
    worker: Worker, broker: ListeningBroker, bar: Bar
) -> None:
    enrolled(Edge(name="annex", site=bar.club.edge.site, feed=bar.club.edge.feed))
    asked = question(asked_about(bar))
    worker.handle([checkins_message(many_rows(50), edge="annex"), confirm_message(asked)])
    assert [each.topic.rpartition("/")[2] for each in broker.sent] == ["confirmed", "ack"]
    [confirmed] = broker.take(f"dw/1/down/{EDGE}/confirmed", Confirmed)
    assert (confirmed.nonce, confirmed.outcome, confirmed.remaining) == (asked.nonce, "granted", 0)


def test_a_retry_is_not_denied_by_its_own_reservation(worker: Worker, broker: ListeningBroker, bar: Bar) -> None:
    """The first answer came too late: the edge journaled that it was denied, and asks for the next scan."""
    first = asked_about(bar)
    worker.handle([confirm_message(question(first))])
    retry = question(asked_about(bar))
    worker.handle([confirm_message(retry), checkins_message(journal_rows(first))])
    assert [each.outcome for each in broker.take(f"dw/1/down/{EDGE}/confirmed", Confirmed)] == ["granted"] * 2


def test_of_a_flood_of_questions_fifty_a_turn_are_answered(
    worker: Worker, broker: ListeningBroker, log_lines: io.StringIO, bar: Bar
) -> None:
    enrolled(Edge(name="annex", site=bar.club.edge.site, feed=bar.club.edge.feed))
    about = asked_about(bar, feed="another")
    flood = [confirm_message(question(about)) for _ in range(QUESTIONS_MAX + 2)]
    worker.handle([*flood, confirm_message(question(about), edge="annex")])
    assert len(broker.take(f"dw/1/down/{EDGE}/confirmed", Confirmed)) == QUESTIONS_MAX
    assert len(broker.take("dw/1/down/annex/confirmed", Confirmed)) == 1
    assert "too_many_questions" in [json.loads(line)["why"] for line in log_lines.getvalue().splitlines()]


def test_a_question_that_waited_too_long_is_dropped(
    worker: Worker, broker: ListeningBroker, log_lines: io.StringIO, bar: Bar
) -> None:
    for waited_s in (10.5, 9.5):
        message = confirm_message(question(asked_about(bar)))
        worker.handle([replace(message, arrived_s=-waited_s)])
    assert len(broker.take(f"dw/1/down/{EDGE}/confirmed", Confirmed)) == 1
    assert [json.loads(line)["why"] for line in log_lines.getvalue().splitlines()] == ["late_question"]
    assert Reservation.objects.count() == 1


def test_a_question_that_cannot_be_served_costs_nobody_else_an_answer(
    worker: Worker, broker: ListeningBroker, log_lines: io.StringIO, bar: Bar
) -> None:
    bad = [
        said("confirm", b"\xff"),
        confirm_message(question(asked_about(bar)), edge="nowhere"),
        confirm_message(question(asked_about(bar, reader="back-door"))),
        confirm_message(question(asked_about(bar, feed="another"))),
    ]
    good = question(asked_about(bar))
    worker.handle([*bad, confirm_message(good), checkins_message(many_rows(1))])
    confirmed = broker.take(f"dw/1/down/{EDGE}/confirmed", Confirmed)
    assert [each.reason for each in confirmed] == ["confirmation_needed", "confirmation_needed", "granted"]
    assert len(broker.take(f"dw/1/down/{EDGE}/ack", Ack)) == 1
    lines = map(json.loads, log_lines.getvalue().splitlines())
    assert [line["why"] for line in lines][:4] == ["no_message", "unknown_edge", "unknown_reader", "wrong_feed"]


def test_the_hourly_turn_deletes_what_lapsed(worker: Worker, bar: Bar) -> None:
    answer(bar, question(asked_about(bar, AT - timedelta(minutes=2))), AT - timedelta(minutes=2))
    worker.prune()
    assert not Reservation.objects.exists()


def test_urgent_messages_are_taken_first() -> None:
    inbox = Inbox(messages_max=3)
    batches = [Incoming("dw/1/up/a/checkins", bytes(10)) for _ in range(2)]
    asked = Incoming("dw/1/up/a/confirm", secrets.token_bytes(5))
    assert [inbox.put(each) for each in batches] == [True, True]
    assert inbox.put(asked, urgent=True)
    assert not inbox.put(asked, urgent=True)
    assert inbox.take(15, 0.0) == [asked, batches[0]]
    assert inbox.take(15, 0.0) == [batches[1]]
    assert inbox.take(15, 0.0) == []
