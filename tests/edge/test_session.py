"""What the log tells of brokers that cannot be had and hubs that do not answer: soon, and not again and again."""

import pytest

from edge.hub_link.session import Session
from tests.edge.fakes import FakeLog


@pytest.fixture
def log() -> FakeLog:
    return FakeLog()


@pytest.fixture
def session(log: FakeLog) -> Session:
    return Session("clubhouse", "everyone", ("broker.example", 1_883), log)


def wait(session: Session, what: str, seconds: range) -> None:
    for at_s in seconds:
        session.note_awaited(what, True, float(at_s))


def test_no_broker_is_told_at_once_and_then_each_minute(session: Session, log: FakeLog) -> None:
    for at_s in range(150):
        session.no_broker("Connection refused", float(at_s))
    assert log.lines == 3 * [("no_broker", {"host": "broker.example", "port": 1_883, "why": "Connection refused"})]
    session.connected()
    session.no_broker("timed out", 151.0)
    assert log.all("no_broker")[3]["why"] == "timed out"


def test_a_namesake_is_told(session: Session, log: FakeLog) -> None:
    session.connected()
    assert session.online
    session.disconnected("the broker closed the connection", False)
    assert not session.online
    session.disconnected("the broker closed the connection", True)
    first, second = log.all("disconnected")
    assert first == {"why": "the broker closed the connection"}
    assert "another edge may use the name 'clubhouse'" in str(second["hint"])


def test_a_hub_that_does_not_answer_is_told_after_ten_seconds_and_then_each_minute(
    session: Session, log: FakeLog
) -> None:
    session.connected()
    wait(session, "pull", range(10))
    assert log.all("no_answer") == []
    wait(session, "pull", range(10, 131))
    assert [each["silent_s"] for each in log.all("no_answer")] == [10, 70, 130]
    assert "the edge 'clubhouse' and the feed 'everyone'" in str(log.all("no_answer")[0]["hint"])


def test_check_ins_that_are_not_answered_are_told_though_pulls_are(session: Session, log: FakeLog) -> None:
    session.connected()
    for at_s in range(12):
        session.answered("pull")
        wait(session, "pull", range(at_s, at_s + 1))
        wait(session, "checkins", range(at_s, at_s + 1))
    (told,) = log.all("no_answer")
    assert told["to"] == "checkins"
    session.answered("checkins")
    wait(session, "checkins", range(20, 29))
    assert len(log.all("no_answer")) == 1


def test_silence_counts_only_while_an_answer_is_awaited_and_there_is_a_session(
    session: Session, log: FakeLog
) -> None:
    wait(session, "pull", range(30))
    session.connected()
    wait(session, "pull", range(30, 39))
    session.note_awaited("pull", False, 39.0)
    wait(session, "pull", range(40, 49))
    session.disconnected("", False)
    session.connected()
    wait(session, "pull", range(50, 59))
    assert log.all("no_answer") == []
