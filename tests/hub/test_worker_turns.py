"""The turns of the worker: plain calls, a real database, and a broker that only listens."""

import base64
import io
import json
import threading

import cbor2
import pytest
from django.db import DataError, OperationalError

from contract.messages import (
    Ack,
    CheckIns,
    Page,
    encode,
)
from hub.checkins import operations as checkins
from hub.checkins.models import CheckIn
from hub.feed import queries as feed_queries
from hub.feed.operations import EVERYONE
from hub.sync.inbox import Inbox, Incoming
from hub.sync.outgoing import Outgoing
from hub.sync.strange_readers import Scanned, StrangeReaders
from hub.sync.worker import Worker
from tests.hub.scans import AT, NONCE, Club, checkin, journal_rows, many_rows, pull, redemption
from tests.hub.seals import said
from tests.hub.worker_desk import JOURNAL, ListeningBroker, checkins_message, pull_message

# A turn


def test_checkins_are_acked_and_pulls_answered(worker: Worker, broker: ListeningBroker, club: Club) -> None:
    worker.handle([checkins_message(journal_rows(redemption(club))), pull_message(pull())])
    head = feed_queries.head(EVERYONE)
    assert broker.take("dw/1/down/clubhouse/ack", Ack) == [Ack(JOURNAL, 1, head.epoch, head.sequence)]
    [page] = broker.take("dw/1/down/clubhouse/page", Page)
    assert (page.nonce, page.upto, page.digest) == (NONCE, head.sequence, head.digest)
    assert page.rows == feed_queries.rows_after(EVERYONE, 0, 1_000)


@pytest.mark.parametrize(
    ("why", "bad"),
    [
        ("no_message", said("checkins", b"\xff\xff")),
        ("no_message", said("pull", b"\x00")),
        ("no_message", said("checkins", pull())),
        ("unknown_topic", Incoming("dw/1/up/clubhouse/gossip", b"")),
        ("unknown_topic", Incoming("dw/1/down/clubhouse/ack", b"")),
        ("unknown_topic", Incoming("dw/1/up/NO NAME/pull", b"")),
        ("unknown_topic", Incoming("something/else", b"")),
        ("unknown_edge", pull_message(pull(), edge="nowhere")),
        ("unknown_edge", checkins_message(many_rows(1), edge="nowhere")),
        ("wrong_feed", pull_message(pull(feed_name="another"))),
        ("wrong_feed", pull_message(pull(feed_name="nul\x00"))),
    ],
)
def test_a_message_that_cannot_be_served_is_dropped_and_the_next_one_is_served(
    worker: Worker, broker: ListeningBroker, log_lines: io.StringIO, why: str, bad: Incoming
) -> None:
    worker.handle([bad, checkins_message(many_rows(1)), pull_message(pull())])
    assert len(broker.take("dw/1/down/clubhouse/ack", Ack)) == 1
    assert len(broker.take("dw/1/down/clubhouse/page", Page)) == 1
    assert broker.sent == []
    [line] = map(json.loads, log_lines.getvalue().splitlines())
    assert (line["event"], line["why"], line["count"]) == ("dropped", why, 1)
    assert line["at"] == AT.isoformat()


def test_a_flood_of_broken_messages_is_one_line(worker: Worker, log_lines: io.StringIO) -> None:
    worker.handle([said("pull", b"junk")] * 500)
    assert len(log_lines.getvalue().splitlines()) == 1


@pytest.mark.parametrize("what", ["checkins", "pull"])
def test_what_a_broken_message_holds_is_never_logged(
    worker: Worker, log_lines: io.StringIO, clock_s: list[float], what: str
) -> None:
    secret = "SECRETCODE"
    payloads = [
        secret.encode(),
        b"\xff" + secret.encode(),
        cbor2.dumps(secret),
        cbor2.dumps({secret: secret}),
        cbor2.dumps({"journal": secret, "rows": secret, "feed": secret, "epoch": secret, "nonce": secret}),
        cbor2.dumps({"journal": JOURNAL, "rows": [[1, secret]], "feed": EVERYONE, "epoch": 0, "after": secret}),
        b"\xa2" + (cbor2.dumps(secret) + b"\x00") * 2,
        cbor2.dumps(cbor2.CBORTag(35, secret)),
        encode(pull()) + secret.encode(),
    ]
    for clock_s[0], payload in enumerate(payloads):
        worker.handle([said(what, payload)])
    lines = log_lines.getvalue()
    assert [json.loads(line)["why"] for line in lines.splitlines()] == ["no_message"] * len(payloads)
    assert secret not in lines
    assert secret.encode().hex() not in lines
    assert base64.b64encode(secret.encode()).decode()[:12] not in lines


def test_rows_that_are_no_checkins_are_told(worker: Worker, log_lines: io.StringIO) -> None:
    worker.handle([checkins_message(many_rows(1))])
    assert log_lines.getvalue() == ""
    broken = [type(many_rows(1)[0])(2, b"secret junk")]
    worker.handle([checkins_message(broken)])
    [line] = map(json.loads, log_lines.getvalue().splitlines())
    assert (line["event"], line["count"]) == ("refused_rows", 1)
    assert "secret" not in log_lines.getvalue()


def test_what_the_database_refuses_holds_no_other_edge_up(
    worker: Worker, broker: ListeningBroker, log_lines: io.StringIO, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = checkins.ingest

    def refuse_the_other_journal(batches: list[checkins.Batch], at: object) -> checkins.Ingested:
        if any(each.checkins.journal != JOURNAL for each in batches):
            raise DataError("does not fit")
        return real(batches, at)  # type: ignore[arg-type]

    monkeypatch.setattr("hub.checkins.operations.ingest", refuse_the_other_journal)
    poison = said("checkins", CheckIns(b"p" * 16, many_rows(1)))
    worker.handle([poison, checkins_message(many_rows(2))])
    assert [ack.upto for ack in broker.take("dw/1/down/clubhouse/ack", Ack)] == [2]
    assert json.loads(log_lines.getvalue())["why"] == "database_refused"


@pytest.mark.parametrize("changed", [{"reader": "back-door"}, {"permission": "sauna"}])
def test_a_reader_that_the_hub_does_not_know_is_told_once_a_minute(
    worker: Worker, broker: ListeningBroker, log_lines: io.StringIO, clock_s: list[float], changed: dict[str, str]
) -> None:
    for number, clock_s[0] in enumerate((0.0, 1.0, 59.0, 60.0), start=1):
        worker.handle([checkins_message(journal_rows(checkin(number, **changed), first=number))])
    assert [ack.upto for ack in broker.take("dw/1/down/clubhouse/ack", Ack)] == [1, 2, 3, 4]
    lines = [json.loads(line) for line in log_lines.getvalue().splitlines()]
    assert [line["event"] for line in lines] == ["unknown_reader"] * 2
    named = {"edge": "clubhouse", "reader": "door", "permission": "front-door"} | changed
    assert lines[0].items() >= named.items()
    assert "edge.toml" in lines[0]["text"]
    assert CheckIn.objects.count() == 4


def test_readers_are_remembered_up_to_a_bound(club: Club) -> None:
    strange = StrangeReaders()
    many = [Scanned("clubhouse", f"reader-{number}", "front-door") for number in range(10_050)]
    assert len(strange.among(many, 0.0)) == 10_000
    assert strange.among(many, 1.0) == []


# The loop


def test_a_database_that_is_gone_is_waited_for_with_the_batch_in_hand(
    worker: Worker,
    inbox: Inbox,
    broker: ListeningBroker,
    log_lines: io.StringIO,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    real, failures = checkins.ingest, iter([OperationalError("gone"), OperationalError("still gone")])
    done = threading.Event()

    def come_back(batches: list[checkins.Batch], at: object) -> checkins.Ingested:
        if (failure := next(failures, None)) is not None:
            raise failure
        answer = real(batches, at)  # type: ignore[arg-type]
        done.set()
        return answer

    monkeypatch.setattr("hub.checkins.operations.ingest", come_back)
    inbox.put(checkins_message(many_rows(3)))
    stopping = threading.Event()
    thread = threading.Thread(target=worker.run, args=(stopping,))
    thread.start()
    assert done.wait(20)
    stopping.set()
    thread.join()
    assert [ack.upto for ack in broker.take("dw/1/down/clubhouse/ack", Ack)] == [3]
    events = [json.loads(line)["event"] for line in log_lines.getvalue().splitlines()]
    assert events == ["database_gone", "database_gone"]
    assert CheckIn.objects.count() == 3


def test_a_fault_costs_one_turn(
    worker: Worker,
    inbox: Inbox,
    broker: ListeningBroker,
    log_lines: io.StringIO,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def fail(*_: object) -> None:
        done.set()
        raise ZeroDivisionError

    done, stopping = threading.Event(), threading.Event()
    monkeypatch.setattr("hub.checkins.operations.ingest", fail)
    inbox.put(checkins_message(many_rows(1)))
    thread = threading.Thread(target=worker.run, args=(stopping,))
    thread.start()
    assert done.wait(20)
    stopping.set()
    thread.join()
    assert json.loads(log_lines.getvalue().splitlines()[0])["event"] == "turn_failed"
    assert broker.take("dw/1/down/clubhouse/ack", Ack) == []


def test_no_heads_without_a_broker(worker: Worker, broker: ListeningBroker) -> None:
    broker.is_connected = False
    worker.tell_heads()
    assert broker.sent == []
    broker.is_connected = True
    worker.tell_heads()
    assert messages_of(broker.sent) == [("head", True)]
    worker.tell_heads()
    assert len(broker.sent) == 1


def test_heads_are_said_again_once_the_broker_is_back(worker: Worker, broker: ListeningBroker) -> None:
    """A broker that was started anew has forgotten what it kept for those who come later."""
    worker.tell_heads()
    broker.is_connected = False
    worker.tell_heads()
    broker.is_connected = True
    worker.tell_heads()
    broker.session += 1  # lost and back within one turn
    worker.tell_heads()
    worker.tell_heads()
    assert messages_of(broker.sent) == [("head", True)] * 3


def messages_of(sent: list[Outgoing]) -> list[tuple[str, bool]]:
    return [(each.topic.rpartition("/")[2], each.retained) for each in sent]
